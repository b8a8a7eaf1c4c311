//! Lists that aren't read from the index, or are worked out of it.

use super::super::{Dataset, Kind, Order, Takes};
use super::{column, needed};

/// A subnet's rules, with what they may be.
pub(crate) const RULES: Dataset = Dataset {
    name: "rules",
    title: "Hyperparameters",
    about: "A subnet's hyperparameters as they are, what each may be, and who sets it.",
    from: "",
    always: "",
    columns: &[
        column("name", "Name", Kind::Text, "", "The hyperparameter."),
        column("value", "Value", Kind::Json, "", "Its value."),
        column("bounds", "May be", Kind::Text, "", "What it may be, as Rust writes ranges."),
        column("setter", "Set by", Kind::Text, "", "owner (and governance), or governance alone."),
    ],
    filters: &[needed("netuid", Takes::Number, "", "The subnet's number.")],
    order: Order::Sorted { by: "name", descending: false, columns: &["name"], tie: "" },
};

/// When less is minted.
pub(crate) const HALVINGS: Dataset = Dataset {
    name: "halvings",
    title: "Halvings to come",
    about: "The next eight halvings, if nothing is recycled until then and blocks come as they did lately.",
    from: "",
    always: "",
    columns: &[
        column("halving", "Halving", Kind::Number, "", "Its number."),
        column("from_block", "From block", Kind::Number, "", "The first block that mints less."),
        column("issuance", "At a supply of", Kind::Rao, "", "RAO in existence then."),
        column("block_emission", "A block mints", Kind::Rao, "", "RAO that each block mints from then on."),
        column("seconds", "In", Kind::Number, "", "Seconds until then; none while too few blocks tell."),
    ],
    filters: &[],
    order: Order::Sorted { by: "halving", descending: false, columns: &["halving"], tie: "" },
};

/// What all hotkeys of an owner were paid.
pub(crate) const OWNER_REWARDS: Dataset = Dataset {
    name: "owner_rewards",
    title: "Rewards of its hotkeys",
    about:
        "What epochs paid together to the hotkeys that a coldkey owns and that have seats now, newest first: 300 epochs \
         at most, fewer for who owns many. Nominators' share of dividends is in it, as in `rewards`; hotkeys that have \
         lost their seats and the cut of a subnet's owner are not, nor is what it gets as a nominator.",
    from: "",
    always: "",
    columns: &[
        column("block", "Block", Kind::Block, "", "The block that ran the epoch, or the epochs of several subnets."),
        column("seats", "Seats", Kind::Number, "", "Its seats that were paid then or had stake."),
        column("emission", "Paid", Kind::Rao, "", "RAO paid to its hotkeys then."),
        column(
            "whole",
            "Whole",
            Kind::Flag,
            "",
            "Whether all its hotkeys are in the sum: not where it has more than 512 seats, of which the first by \
             subnet and uid count.",
        ),
    ],
    filters: &[needed("coldkey", Takes::Account, "", "The owner.")],
    order: Order::Sorted { by: "block", descending: true, columns: &["block"], tie: "" },
};

/// All lists.
pub(crate) const LISTS: Dataset = Dataset {
    name: "lists",
    title: "Lists",
    about: "Every list that there is, and where.",
    from: "",
    always: "",
    columns: &[
        column("name", "Name", Kind::Text, "", "Its name in addresses."),
        column("title", "List", Kind::Text, "", "How it is called."),
        column("about", "What it is", Kind::Text, "", "What it is."),
        column("filters", "Filters", Kind::Text, "", "Names of the parameters that narrow it."),
        column("page", "Page", Kind::Text, "", "Its page here; none for what isn't read from the index."),
        column("json", "JSON", Kind::Text, "", "Where it is as JSON."),
        column("csv", "CSV", Kind::Text, "", "Where it is as CSV."),
    ],
    filters: &[],
    order: Order::Sorted { by: "name", descending: false, columns: &["name"], tie: "" },
};

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
        column("absolute_error", "± bits", Kind::Real, "", "Standard error of the bits; none of too few answers."),
        column("marginal_error", "± marginal", Kind::Real, "", "Standard error of the marginal bits."),
        column("novelty_error", "± novelty", Kind::Real, "", "Standard error of the novelty bits."),
        column("clone_of", "Clone of", Kind::Number, "", "Whom it behaves like, by identity; nobody, as a rule."),
        column("validator", "Validator", Kind::Account, "", "Who says so."),
        column("block", "Block", Kind::Block, "", "The block at which that was true."),
        column("rounds", "Rounds", Kind::Number, "", "Rounds that the validator had made until then."),
    ],
    filters: &[needed("netuid", Takes::Number, "", "The subnet's number.")],
    order: Order::Sorted { by: "absolute_bits", descending: true, columns: &["absolute_bits"], tie: "" },
};

/// What a search finds.
pub(crate) const HITS: Dataset = Dataset {
    name: "search",
    title: "Search",
    about:
        "Whatever there is of that height, hash, address, number or name, subnets by what their owners say, and the \
         newest 4 096 referenda by the call that they propose or its hash: 20 hits at most.",
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
