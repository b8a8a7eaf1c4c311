//! Lists that aren't read from the index.

use super::super::{Dataset, Kind, Order, Takes};
use super::{column, needed};

/// What a validator says of miners, as it shows it itself.
pub(crate) const SCORES: Dataset = Dataset {
    name: "scores",
    title: "What miners produce",
    about:
        "Each miner as the validator with the most stake that answers sees it, from the page /scores that it announced \
            on the chain. It isn't signed: it counts for as much as the way to it.",
    from: "",
    always: "",
    columns: &[
        column("uid", "Uid", Kind::Uid, "", "Its seat."),
        column("hotkey", "Hotkey", Kind::Account, "", "Its hotkey."),
        column("count", "Receipts", Kind::Number, "", "Answers that were scored, each with a signed receipt."),
        column("mean", "Score", Kind::Real, "", "Moving average of the scores, 0 to 1."),
        column("bound", "At least", Kind::Real, "", "Lower confidence bound, 0 to 1."),
        column("weight", "Weight", Kind::Share, "", "The weight that it would get now, in 1/65535."),
        column("absolute_bits", "Bits", Kind::Real, "", "Gain over the public baseline, bits an answer."),
        column("marginal_bits", "Marginal", Kind::Real, "", "What it adds to the others, bits an answer."),
        column("novelty_bits", "Novelty", Kind::Real, "", "What nobody else says, bits an answer."),
        column("clone_of", "Clone of", Kind::Number, "", "Whom it behaves like, by identity; nobody, as a rule."),
        column("validator", "Validator", Kind::Account, "", "Who says so."),
        column("block", "Block", Kind::Block, "", "The block at which that was true."),
    ],
    filters: &[needed("netuid", Takes::Number, "", "The subnet's number.")],
    order: Order::Sorted { by: "absolute_bits", descending: true, columns: &["absolute_bits"], tie: "" },
};

/// What a search finds.
pub(crate) const HITS: Dataset = Dataset {
    name: "search",
    title: "Search",
    about: "Whatever there is of that height, hash, address, number or name: 20 hits at most.",
    from: "",
    always: "",
    columns: &[
        column(
            "kind",
            "What",
            Kind::Text,
            "",
            "block, extrinsic, event, account, subnet, neuron, referendum, channel or list.",
        ),
        column("label", "Name", Kind::Text, "", "How it is called."),
        column("path", "Page", Kind::Text, "", "Its page here."),
    ],
    filters: &[needed("q", Takes::Text, "", "What to look for.")],
    order: Order::Sorted { by: "kind", descending: false, columns: &["kind"], tie: "" },
};
