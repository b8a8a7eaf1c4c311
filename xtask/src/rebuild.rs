//! `cargo xtask rebuild`: how long a build takes after a change in a pallet.

use crate::{
    failure::{Context, Failure, Result},
    paths::Paths,
    setup::wasm,
    times, ui, up,
};
use std::{
    fs::File,
    path::Path,
    time::{Instant, SystemTime},
};

/// A pallet in the middle: others use it, and it uses others.
const PALLET: &str = "chain/pallets/weights/src/lib.rs";

/// Brings the build up to date, touches a pallet (its text stays), builds again, and says how long that took.
///
/// # Errors
/// The set-up is missing, or a build failed.
pub fn run(paths: &Paths, arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        return Err(Failure::new("`cargo xtask rebuild` takes no argument"));
    }
    let toolchain = wasm::required(paths)?;
    up::build(paths, &toolchain, false)?;
    touch(&paths.workspace.join(PALLET))?;
    let start = Instant::now();
    up::build(paths, &toolchain, false)?;
    let time = start.elapsed();
    times::keep(paths, times::REBUILD, time);
    ui::note(&format!("after touching {PALLET}, a build took {}", ui::duration(time)));
    Ok(())
}

/// Makes a file look as if it had been changed now.
fn touch(file: &Path) -> Result<()> {
    let opened = File::options().append(true).open(file);
    opened
        .and_then(|opened| opened.set_modified(SystemTime::now()))
        .context(|| format!("cannot touch {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, time::Duration};

    #[test]
    fn a_touched_file_is_newer_and_says_the_same() {
        let file = std::env::temp_dir().join(format!("xtask-touch-{}", std::process::id()));
        fs::write(&file, "pallet").unwrap();
        let old = SystemTime::now() - Duration::from_secs(3600);
        File::options().append(true).open(&file).unwrap().set_modified(old).unwrap();
        touch(&file).unwrap();
        assert!(fs::metadata(&file).unwrap().modified().unwrap() > old + Duration::from_secs(60));
        assert_eq!(fs::read_to_string(&file).unwrap(), "pallet");
        fs::remove_file(&file).unwrap();
        assert!(touch(&file).is_err(), "nothing is made");
    }

    #[test]
    fn the_pallet_is_there() {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PALLET).is_file());
    }
}
