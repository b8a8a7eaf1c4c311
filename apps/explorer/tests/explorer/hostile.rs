//! Scripts that were planted on the chain.

use crate::{every_page, Explorer, Recipe, SMALL};

#[tokio::test(flavor = "multi_thread")]
async fn planted_scripts_are_text() {
    let explorer = Explorer::start(Recipe { hostile: true, ..SMALL }).await;
    let mut shown = 0;
    for path in every_page(&explorer).await {
        let html = explorer.page(&path).await;
        for word in [
            "<script>",
            "<img",
            "javascript:\"",
            "href=\"javascript",
            "href=\"data:",
            " onmouseover=\"",
            "</title><script",
        ] {
            assert!(!html.contains(word), "{path}: {word} in {html}");
        }
        shown += usize::from(html.contains("alert(1)"));
        // Links elsewhere are checked and say what they are.
        for link in html.split("<a href=\"").skip(1).filter(|link| link.starts_with("http")) {
            let tag = link.split('>').next().unwrap_or_default();
            assert!(tag.contains("nofollow") && tag.contains("noopener"), "{path}: {tag}");
        }
    }
    assert!(shown >= 4, "the scripts were to be seen as text");
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_address_says_is_text_too() {
    let explorer = Explorer::start(Recipe { blocks: 5, neurons: 4, ..SMALL }).await;
    let evil = "%3Cscript%3Ealert(1)%3C/script%3E";
    for path in [
        format!("/search?q={evil}"),
        format!("/{evil}"),
        format!("/list/{evil}"),
        format!("/block/{evil}"),
        format!("/blocks?author={evil}"),
        format!("/subnet/1?q=%22%3E{evil}"),
        "/list/events?event=%22%20autofocus%20onfocus=%22alert(1)".to_owned(),
    ] {
        let html = explorer.get(&path).await.text().await.expect("a body");
        assert!(!html.contains("<script>") && !html.contains("\" onfocus=\""), "{path}: {html}");
    }
    explorer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cell_of_a_csv_file_is_a_formula() {
    let explorer = Explorer::start(Recipe { hostile: true, blocks: 5, neurons: 4, ..SMALL }).await;
    for (path, planted) in [
        ("/api/v1/subnets.csv", "'=HYPERLINK("),
        ("/api/v1/subnets.csv", "'@<img"),
        ("/api/v1/receipts.csv", "'=1+1"),
        ("/api/v1/receipts.csv?outcome=answered&netuid=5", "'=1+1"),
    ] {
        let csv = explorer.page(path).await;
        assert!(csv.contains(planted), "{path} has {planted} as text: {csv}");
        for cell in csv.split([',', '\n']) {
            assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '@']), "{path}: {cell}");
        }
    }
    explorer.stop().await;
}
