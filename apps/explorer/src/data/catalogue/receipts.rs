//! Receipts.

use super::super::{Dataset, Kind, Order, Takes};
use super::{column, filter};
use crate::receipts::OUTCOMES;

pub(super) const RECEIPTS: Dataset = Dataset {
    name: "receipts",
    title: "Receipts",
    about: "Single answers of miners, as the validators that asked for them have signed; those of the newest blocks first. The \
            explorer has checked the signatures, and keeps the newest 2 048 of each subnet from the pages that validators \
            announce on the chain.",
    from: "receipts r CROSS JOIN accounts m ON m.id = r.miner CROSS JOIN accounts v ON v.id = r.validator",
    always: "",
    columns: &[
        column("block", "Block", Kind::Block, "r.id / 1048576", "The block whose hash went into the task's seed."),
        column("netuid", "Subnet", Kind::Netuid, "r.netuid", "The subnet."),
        column("miner", "Miner", Kind::Account, "m.address", "Hotkey of the miner that was asked."),
        column("score", "Score", Kind::Real, "r.score", "What the answer was worth, 0 to 1."),
        column("absolute_bits", "Bits", Kind::Real, "r.absolute", "Gain over the public baseline, bits."),
        column("marginal_bits", "Marginal", Kind::Real, "r.marginal", "What it added to the others' answers, bits."),
        column("novelty_bits", "Novelty", Kind::Real, "r.novelty", "What nobody else said, bits."),
        column("kind", "Kind", Kind::Text, "r.kind", "Kind of task, in the validator's words."),
        column("outcome", "Outcome", Kind::Text, "r.outcome", "What came of the question."),
        column("elapsed_ms", "Took ms", Kind::Number, "r.elapsed", "Milliseconds until the answer, or its failure."),
        column("validator", "Validator", Kind::Account, "v.address", "Hotkey of the validator that signed."),
        column("round", "Round", Kind::Number, "r.round", "The validator's round."),
        column("neuron", "Id", Kind::Number, "r.neuron", "The miner's identity for life."),
        column("time", "Time", Kind::Time, "r.time", "By the validator's clock, milliseconds since 1970."),
        column("signed", "Signed", Kind::Json, "r.line", "The whole receipt with its signature, for others to check."),
    ],
    filters: &[
        filter("netuid", Takes::Number, "r.netuid = ?", "Those of this subnet."),
        filter("miner", Takes::Account, "r.miner = (SELECT id FROM accounts WHERE key = ?)", "About this miner."),
        filter(
            "validator",
            Takes::Account,
            "r.validator = (SELECT id FROM accounts WHERE key = ?)",
            "Signed by this validator.",
        ),
        filter("kind", Takes::Text, "r.kind = ?", "Of this kind of task."),
        filter("outcome", Takes::Word(&OUTCOMES), "r.outcome = ?", "With this outcome."),
    ],
    order: Order::Newest("r.id"),
};
