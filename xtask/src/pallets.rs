//! `cargo xtask pallets`: how large each pallet is, as the table of ARCHITECTURE.md.

use crate::{
    failure::{Context, Result},
    paths::Paths,
};
use std::{collections::BTreeMap, fs, path::Path};

/// What a pallet declares, and the lines it takes: without comments, empty lines, benchmarks and tests.
#[derive(Debug, Default, PartialEq, Eq)]
struct Size {
    storage: usize,
    calls: usize,
    lines: usize,
}

/// Prints the table.
pub fn print(paths: &Paths) -> Result<()> {
    print!("{}", table(&sizes(&paths.workspace)?));
    Ok(())
}

/// Each pallet's size, by name.
fn sizes(workspace: &Path) -> Result<BTreeMap<String, Size>> {
    let folder = workspace.join("chain/pallets");
    let entries = fs::read_dir(&folder).context(|| format!("cannot read {}", folder.display()))?;
    let mut sizes = BTreeMap::new();
    for pallet in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let mut size = Size::default();
        walk(&pallet.join("src"), &mut size)?;
        sizes.insert(pallet.file_name().unwrap_or_default().to_string_lossy().into_owned(), size);
    }
    Ok(sizes)
}

fn table(sizes: &BTreeMap<String, Size>) -> String {
    let mut text = String::from("| pallet | storage items | calls | lines of code |\n|---|---|---|---|\n");
    for (name, size) in sizes {
        text.push_str(&format!("| `{name}` | {} | {} | {} |\n", size.storage, size.calls, size.lines));
    }
    text
}

fn walk(folder: &Path, size: &mut Size) -> Result<()> {
    for entry in fs::read_dir(folder).context(|| format!("cannot read {}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, size)?;
        } else if !path.ends_with("benchmarking.rs") {
            add(&fs::read_to_string(&path).context(|| format!("cannot read {}", path.display()))?, size);
        }
    }
    Ok(())
}

fn add(text: &str, size: &mut Size) {
    let shipped = text.lines().map(str::trim).take_while(|line| *line != "#[cfg(test)]");
    for line in shipped.filter(|line| !line.is_empty() && !line.starts_with("//")) {
        size.lines += 1;
        size.storage += usize::from(line == "#[pallet::storage]");
        size.calls += usize::from(line.starts_with("#[pallet::call_index("));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_counted() {
        let mut size = Size::default();
        add("//! Doc.\n#[pallet::storage]\npub type A;\n\n#[pallet::call_index(0)]\nfn b() {}\n#[cfg(test)]\nmod tests {}", &mut size);
        assert_eq!(size, Size { storage: 1, calls: 1, lines: 4 });
    }

    fn workspace() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above")
    }

    /// The rows of the table in `text`, the lines of code apart.
    fn rows(text: &str) -> Vec<(&str, &str)> {
        let rows = text.lines().skip_while(|line| !line.starts_with("| pallet | storage items |"));
        let rows = rows.take_while(|line| line.starts_with('|'));
        rows.map(|row| row.trim_end_matches(" |").rsplit_once(" | ").unwrap_or((row, ""))).collect()
    }

    #[test]
    fn the_table_of_the_architecture_is_what_is_counted() {
        let architecture = fs::read_to_string(workspace().join("ARCHITECTURE.md")).expect("can be read");
        let counted = table(&sizes(workspace()).expect("the pallets can be read"));
        let (stated, counted) = (rows(&architecture), rows(&counted));
        let declared =
            |rows: &[(&str, &str)]| rows.iter().map(|(declared, _)| declared.to_string()).collect::<Vec<_>>();
        assert_eq!(declared(&stated), declared(&counted), "paste what `cargo xtask pallets` prints");
        assert_eq!(counted[2].0, "| `access` | 4 | 5");
        for ((pallet, stated), (_, counted)) in stated.iter().zip(&counted).skip(2) {
            let [stated, counted] = [stated, counted].map(|lines| lines.parse::<usize>().expect("a number"));
            // Every change moves them: a tenth is near enough.
            assert!(stated.abs_diff(counted) * 10 <= counted, "{pallet}: {counted} lines; see `cargo xtask pallets`");
        }
    }

    #[test]
    fn no_pallet_is_larger_than_the_house_allows() {
        let sizes = sizes(workspace()).expect("the pallets can be read");
        assert_eq!(sizes.len(), 7);
        for (name, size) in sizes {
            assert!(size.storage <= 25 && size.calls <= 12, "{name}: {} items, {} calls", size.storage, size.calls);
        }
    }
}
