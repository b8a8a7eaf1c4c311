//! What the documents say of commands must be what the commands are.

use super::{whole, Cli};

const DOCUMENTS: [(&str, &str); 12] = [
    ("README.md", include_str!("../../../../README.md")),
    ("ARCHITECTURE.md", include_str!("../../../../ARCHITECTURE.md")),
    ("CONTRIBUTING.md", include_str!("../../../../CONTRIBUTING.md")),
    ("LICENSING.md", include_str!("../../../../LICENSING.md")),
    ("ai/subnet/SIMULATION.md", include_str!("../../../../ai/subnet/SIMULATION.md")),
    ("ai/subnets/market/MEASURED.md", include_str!("../../../../ai/subnets/market/MEASURED.md")),
    ("apps/explorer/README.md", include_str!("../../../explorer/README.md")),
    ("chain/pow/README.md", include_str!("../../../../chain/pow/README.md")),
    ("examples/README.md", include_str!("../../../../examples/README.md")),
    ("network/client/README.md", include_str!("../../../../network/client/README.md")),
    ("network/keys/README.md", include_str!("../../../../network/keys/README.md")),
    ("network/wire/README.md", include_str!("../../../../network/wire/README.md")),
];

/// The command lines of ours in a text: between back quotes, and in blocks of code, with or without a prompt.
fn lines(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // A block's three back quotes are three bounds, so its text is quoted too.
    for quote in text.split('`').skip(1).step_by(2) {
        if quote.starts_with("ganglion ") {
            found.push(quote.replace('\n', " "));
        } else {
            let lines = quote.lines().map(|line| line.trim_start().trim_start_matches("$ "));
            found.extend(lines.filter(|line| line.starts_with("ganglion ")).map(str::to_owned));
        }
    }
    found
}

/// What is wrong with a command line; words that the reader is to fill in don't matter.
fn fault(line: &str) -> Option<String> {
    let cli = whole::<Cli>();
    let (mut command, mut path) = (&cli, String::from("ganglion"));
    let mut words = line.split_whitespace().skip(1).map(|word| word.trim_end_matches(',')).peekable();
    while let Some(inner) = words.peek().and_then(|word| command.find_subcommand(word)) {
        (command, path) = (inner, format!("{path} {}", inner.get_name()));
        words.next();
    }
    // A node's options are Substrate's.
    if command.get_name() == "node" {
        return None;
    }
    let odd = |word: &&str| command.has_subcommands() && word.starts_with(|c: char| c.is_ascii_lowercase());
    if let Some(word) = words.peek().filter(|word| odd(word)) {
        return Some(format!("`{path}` has no `{word}`"));
    }
    let named = words.filter_map(|word| word.strip_prefix("--"));
    let mut options =
        named.map(|word| word.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default());
    let known = |option: &str| {
        ["", "help"].contains(&option) || command.get_arguments().any(|argument| argument.get_long() == Some(option))
    };
    options.find(|option| !known(option)).map(|option| format!("`{path}` has no --{option}"))
}

#[test]
fn wrong_lines_are_seen() {
    assert_eq!(fault("ganglion up --detach --slot-ms 500"), None);
    assert_eq!(fault("ganglion stake add 10 --hotkey ADDRESS"), None);
    assert_eq!(fault("ganglion node --dev --sealing instant"), None);
    assert_eq!(fault("ganglion validators list, --json"), None);
    assert!(fault("ganglion fly").is_some_and(|fault| fault.contains("`ganglion` has no `fly`")));
    assert!(fault("ganglion stake burn 10").is_some_and(|fault| fault.contains("`ganglion stake` has no `burn`")));
    assert!(fault("ganglion up --fast").is_some_and(|fault| fault.contains("`ganglion up` has no --fast")));
    let text =
        "`ganglion up` or `ganglion models\npull`:\n\n```sh\n$ ganglion status\nganglion down   # ends it\n```\n`a`";
    assert_eq!(lines(text), ["ganglion up", "ganglion models pull", "ganglion status", "ganglion down   # ends it"]);
}

#[test]
fn every_command_and_option_that_a_document_names_exists() {
    let mut seen = 0;
    for (document, text) in DOCUMENTS {
        for line in lines(text) {
            seen += 1;
            if let Some(fault) = fault(&line) {
                panic!("{document}: {line}: {fault}");
            }
        }
    }
    assert!(seen > 50, "{seen}");
}
