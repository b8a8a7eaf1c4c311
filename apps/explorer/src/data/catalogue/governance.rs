//! Referenda and votes.

use super::super::{Dataset, Kind, Order, Takes};
use super::{column, filter, needed};

pub(super) const REFERENDA: Dataset = Dataset {
    name: "referenda",
    title: "Referenda",
    about: "What is and was decided, newest first.",
    from: "referenda r LEFT JOIN accounts p ON p.id = r.proposer LEFT JOIN proposals c ON c.referendum = r.number",
    always: "",
    columns: &[
        column("number", "No", Kind::Referendum, "r.number", "Its number."),
        column("track", "Track", Kind::Text, "r.track", "The kind of decision."),
        column("state", "State", Kind::Text, "r.state", "How far it is."),
        column("detail", "Detail", Kind::Text, "r.detail", "What that means."),
        column("proposer", "Proposer", Kind::Account, "p.address", "Who submitted it."),
        column("submitted", "Submitted", Kind::Block, "r.submitted", "In this block."),
        column("ayes", "Ayes", Kind::Rao, "r.ayes", "RAO for it, with conviction."),
        column("nays", "Nays", Kind::Rao, "r.nays", "RAO against it, with conviction."),
        column("support", "Support", Kind::Rao, "r.support", "RAO for it, without conviction."),
        column("electorate", "Electorate", Kind::Rao, "r.electorate", "RAO of which support is a share."),
        column("proposal", "Proposal", Kind::Hash, "r.proposal", "Hash of the proposed call."),
        column("call", "Call", Kind::Text, "c.call", "Pallet and call that it proposes; none if that can't be told."),
        column("args", "Arguments", Kind::Json, "c.args", "The proposed call's arguments by name."),
        column(
            "unreadable",
            "Unreadable",
            Kind::Text,
            "c.unreadable",
            "Why the proposed bytes can't be told as a call; none if they can, or if the ledger hasn't shown them.",
        ),
        column("read_at", "As of", Kind::Block, "r.read_at", "The block whose ledger says so."),
    ],
    filters: &[filter("number", Takes::Number, "r.number = ?", "This one alone.")],
    order: Order::Newest("r.number"),
};

pub(super) const TALLY: Dataset = Dataset {
    name: "tally",
    title: "Votes counted",
    about: "What stands for and against a referendum.",
    from: "referenda r CROSS JOIN \
           (SELECT 0 AS place, 'ayes' AS what UNION ALL SELECT 1, 'nays' UNION ALL SELECT 2, 'support') w",
    always: "",
    columns: &[
        column("what", "What", Kind::Text, "w.what", "ayes and nays, both with conviction, or support, without."),
        column(
            "amount",
            "TAO",
            Kind::Rao,
            "CASE w.place WHEN 0 THEN r.ayes WHEN 1 THEN r.nays ELSE r.support END",
            "RAO.",
        ),
    ],
    filters: &[needed("referendum", Takes::Number, "r.number = ?", "The referendum.")],
    order: Order::Sorted { by: "what", descending: false, columns: &[], tie: "w.place" },
};

pub(super) const VOTES: Dataset = Dataset {
    name: "votes",
    title: "Votes",
    about: "Votes that were cast or taken back, newest first.",
    from: "votes v LEFT JOIN accounts w ON w.id = v.voter",
    always: "",
    columns: &[
        column("id", "Event", Kind::Event, "v.id", "The event that tells of it."),
        column("block", "Block", Kind::Block, "v.id / 1048576", "The block."),
        column("referendum", "Referendum", Kind::Referendum, "v.referendum", "The referendum."),
        column("voter", "Voter", Kind::Account, "w.address", "Who voted."),
        column("vote", "Vote", Kind::Text, "v.vote", "aye, nay or split."),
        column("conviction", "Conviction", Kind::Number, "v.conviction", "0 to 6."),
        column("balance", "With", Kind::Rao, "v.balance", "RAO."),
        column("removed", "Taken back", Kind::Flag, "v.removed", "Whether this took an earlier vote back."),
    ],
    filters: &[
        filter("referendum", Takes::Number, "v.referendum = ?", "Those of this referendum."),
        filter("voter", Takes::Account, "v.voter = (SELECT id FROM accounts WHERE key = ?)", "Those of this account."),
    ],
    order: Order::Newest("v.id"),
};
