//! `cargo xtask loc`: how much code each crate has.

use crate::{
    failure::{Context, Result},
    paths::Paths,
};
use std::{fs, path::Path};

const LAYERS: [&str; 5] = ["chain", "network", "ai", "apps", "xtask"];

/// Lines of one crate.
#[derive(Default, Debug, PartialEq, Eq)]
struct Count {
    files: usize,
    code: usize,
    words: usize,
    longest: usize,
}

/// Prints files, lines of code, lines of comments and the longest file for each crate.
pub fn print(paths: &Paths) -> Result<()> {
    println!("{:<28} {:>6} {:>8} {:>9} {:>8}", "crate", "files", "code", "comments", "longest");
    let mut total = Count::default();
    for layer in LAYERS {
        crates(&paths.workspace, &paths.workspace.join(layer), &mut total)?;
    }
    line("all", &total);
    Ok(())
}

fn crates(workspace: &Path, folder: &Path, total: &mut Count) -> Result<()> {
    if folder.join("Cargo.toml").is_file() {
        let mut count = Count::default();
        walk(folder, &mut count)?;
        line(&folder.strip_prefix(workspace).unwrap_or(folder).display().to_string(), &count);
        total.files += count.files;
        total.code += count.code;
        total.words += count.words;
        total.longest = total.longest.max(count.longest);
        return Ok(());
    }
    let mut folders = subfolders(folder)?;
    folders.sort();
    folders.iter().try_for_each(|folder| crates(workspace, folder, total))
}

fn subfolders(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let entries = fs::read_dir(folder).context(|| format!("cannot read {}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

fn walk(folder: &Path, count: &mut Count) -> Result<()> {
    for entry in fs::read_dir(folder).context(|| format!("cannot read {}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            walk(&path, count)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            add(&fs::read_to_string(&path).context(|| format!("cannot read {}", path.display()))?, count);
        }
    }
    Ok(())
}

fn add(text: &str, count: &mut Count) {
    let filled = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let words = filled().filter(|line| line.starts_with("//")).count();
    count.files += 1;
    count.words += words;
    count.code += filled().count() - words;
    count.longest = count.longest.max(text.lines().count());
}

fn line(name: &str, count: &Count) {
    println!("{name:<28} {:>6} {:>8} {:>9} {:>8}", count.files, count.code, count.words, count.longest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_are_not_code() {
        let mut count = Count::default();
        add("//! Doc.\n\n// why\nfn f() {}\n", &mut count);
        assert_eq!(count, Count { files: 1, code: 1, words: 2, longest: 4 });
    }
}
