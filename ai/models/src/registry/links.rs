//! Reading an index's page about a project: JSON (PEP 691) or links (PEP 503). Pages are not trusted.

use std::collections::BTreeMap;

use reqwest::Url;
use serde::Deserialize;

use crate::verify::Pinned;

use super::route::follow;

#[derive(Deserialize)]
struct Page {
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    filename: String,
    url: String,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

/// Where the page at `base` has the archive. A file of that name whose hash is said to be another is another file.
pub(super) fn find(page: &str, base: &Url, archive: &Pinned) -> Option<Url> {
    match page.trim_start().starts_with('{') {
        true => of_json(page, base, archive),
        false => of_links(page, base, archive),
    }
}

fn of_json(page: &str, base: &Url, archive: &Pinned) -> Option<Url> {
    let page: Page = serde_json::from_str(page).ok()?;
    let mut files = page.files.iter().filter(|file| {
        let hash = file.hashes.get("sha256").map(String::as_str);
        file.filename == archive.file_name && is_or_may_be(hash, archive)
    });
    files.find_map(|file| follow(base, &file.url))
}

fn of_links(page: &str, base: &Url, archive: &Pinned) -> Option<Url> {
    let links = page.split('<').filter_map(|tag| link(tag.strip_prefix(['a', 'A'])?));
    let mut urls = links.filter_map(|link| follow(base, &link.replace("&amp;", "&")));
    urls.find(|url| {
        let hash = url.fragment().and_then(|text| text.split('&').find_map(|pair| pair.strip_prefix("sha256=")));
        let name = url.path_segments().and_then(|mut names| names.next_back());
        name == Some(archive.file_name) && is_or_may_be(hash, archive)
    })
}

/// The address in an anchor, of which all after `<a` is given.
fn link(anchor: &str) -> Option<&str> {
    let start = anchor.to_ascii_lowercase().find("href")?.checked_add("href".len())?;
    let value = anchor.get(start..)?.trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split_once(quote).map(|(link, _)| link.trim()),
        _ => value.split(|c: char| c.is_whitespace() || c == '>').next(),
    }
}

fn is_or_may_be(hash: Option<&str>, archive: &Pinned) -> bool {
    hash.is_none_or(|hash| hash.eq_ignore_ascii_case(archive.sha256))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: Pinned = Pinned {
        file_name: "abc-1.0-py3-none-any.whl",
        bytes: 3,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        licence: "CC0-1.0",
        source: "a test",
    };

    fn found(page: &str) -> Option<String> {
        let base = Url::parse("https://index.example/simple/abc/").expect("an address");
        find(page, &base, &ABC).map(String::from)
    }

    #[test]
    fn links_of_a_page_are_read() {
        let hash = ABC.sha256;
        let page = format!(
            "<!DOCTYPE html><html><head><base-like></head><body><abbr>x</abbr><a name=\"top\">top</a>\
             <a href=\"../../f/abc-0.9-py3-none-any.whl#sha256={hash}\">old</a>\
             <a href=\"../../f/abc-1.0-py3-none-any.whl.metadata\">abc-1.0-py3-none-any.whl</a>\
             <A data-requires-python=\"&gt;=3\" HREF = '../../f/abc-1.0-py3-none-any.whl?a=1&amp;b=2#sha256={hash}'>x</A>"
        );
        let link = found(&page).expect("a link");
        assert_eq!(link, format!("https://index.example/f/abc-1.0-py3-none-any.whl?a=1&b=2#sha256={hash}"));
        assert_eq!(
            found("<a href=/abc-1.0-py3-none-any.whl>x").as_deref(),
            Some("https://index.example/abc-1.0-py3-none-any.whl")
        );
    }

    #[test]
    fn json_is_read() {
        let page = |url: &str, hash: &str| {
            format!(
                r#"{{"meta":{{"api-version":"1.0"}},"name":"abc","files":[
                    {{"filename":"abc-0.9.tar.gz","url":"https://files.example/a","hashes":{{}}}},
                    {{"filename":"{}","url":"{url}","hashes":{{"sha256":"{hash}"}},"yanked":false}}]}}"#,
                ABC.file_name
            )
        };
        let there = found(&page("https://files.example/b", ABC.sha256));
        assert_eq!(there.as_deref(), Some("https://files.example/b"));
        assert_eq!(found(&page("../b", ABC.sha256)).as_deref(), Some("https://index.example/simple/b"));
        assert_eq!(found(&page("https://files.example/b", &"0".repeat(64))), None);
        assert_eq!(found(&page("file:///etc/passwd", ABC.sha256)), None);
        assert_eq!(found(&page("http://files.example/b", ABC.sha256)), None);
    }

    #[test]
    fn odd_pages_have_no_links() {
        let name = ABC.file_name;
        for page in [
            String::new(),
            "{".to_owned(),
            r#"{"files":{}}"#.to_owned(),
            format!("{}{}", r#"{"files":"#, "[".repeat(10_000)),
            "<a href".to_owned(),
            "<a href=".to_owned(),
            "<a href=\"".to_owned(),
            "<a href=\"é".to_owned(),
            "<ahrefé='".to_owned(),
            format!("<a href=\"/{name}"),
            format!("<a href=\"file:///{name}\">"),
            format!("<a href=\"javascript:/{name}\">"),
            format!("<a href=\"ftp://files.example/{name}\">"),
            format!("<a href=\"http://files.example/{name}\">"),
            format!("<a href=\"/\u{1}/{name}\">"),
            format!("<a href=\"/{name}#sha256={}\">", "0".repeat(64)),
            format!("<a href=\"/{}{name}\">", "a/".repeat(2_000)),
            format!("<a title=\"{name}\">{name}</a>"),
        ] {
            assert_eq!(found(&page), None, "{page:.80}");
        }
    }
}
