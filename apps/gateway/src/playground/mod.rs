//! `GET /`: a page to try the gateway with: chat, pictures, forecasts. It is part of the program, asks nobody but this gateway,
//! and runs no script that isn't in its own file. All that comes from miners is set as text, or as a picture.

use axum::{
    http::{
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
        HeaderName,
    },
    response::{IntoResponse, Response},
};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// What the page may do: load its own style and script, ask this gateway, and show pictures that it has got.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page itself.
pub(crate) async fn page() -> Response {
    served("text/html; charset=utf-8", PAGE)
}

/// How it looks.
pub(crate) async fn style() -> Response {
    served("text/css; charset=utf-8", STYLE)
}

/// What it does.
pub(crate) async fn script() -> Response {
    served("text/javascript; charset=utf-8", SCRIPT)
}

fn served(kind: &'static str, text: &'static str) -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        // A new version of the gateway brings a new page.
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_needs_nothing_that_its_policy_forbids() {
        let page = PAGE.to_lowercase();
        for forbidden in ["<script>", "<style", " style=", " onclick", " onload", "javascript:", "http://", "https://"]
        {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert!(page.contains("src=\"/playground.js\"") && page.contains("href=\"/playground.css\""));
        assert!(page.contains("name=\"viewport\"") && STYLE.contains("prefers-color-scheme: dark"));
    }

    #[test]
    fn what_miners_say_never_becomes_markup_or_code() {
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            assert!(!SCRIPT.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn every_element_that_the_script_looks_for_is_there() {
        let wanted: Vec<&str> = SCRIPT.split("byId(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(wanted.len() > 10, "{wanted:?}");
        for id in wanted {
            assert!(PAGE.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }
}
