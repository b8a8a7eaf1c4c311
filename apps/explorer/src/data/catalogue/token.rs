//! The token.

use super::super::{Column, Dataset, Kind, Order};
use super::column;

const SUPPLY_COLUMNS: &[Column] = &[
    column("block", "Block", Kind::Block, "s.block", "The block whose ledger says so."),
    column("time", "Time", Kind::Time, "s.time", "Its time, milliseconds since 1970."),
    column("issuance", "Issuance", Kind::Rao, "s.issuance", "RAO in existence."),
    column("emitted", "Emitted", Kind::Rao, "s.emitted", "RAO minted since genesis."),
    column("recycled", "Recycled", Kind::Rao, "s.recycled", "RAO destroyed; they can be earned again."),
    column("block_emission", "A block mints", Kind::Rao, "s.block_emission", "RAO that the next block mints."),
    column("next_halving", "Halves at", Kind::Rao, "s.next_halving", "Issuance at which that halves."),
    column("pending", "Pending", Kind::Rao, "s.pending", "RAO in pots that no account owns yet."),
    column("staked", "Staked", Kind::Rao, "s.staked", "RAO staked, with what is leaving."),
    column("locked", "Locked", Kind::Rao, "s.locked", "RAO locked behind subnets."),
    column("prepaid", "Prepaid", Kind::Rao, "s.prepaid", "RAO in payment channels."),
    column("subnet_price", "A subnet costs", Kind::Rao, "s.subnet_price", "RAO to lock for creating a subnet."),
];

pub(super) const SUMMARY: Dataset = Dataset {
    name: "summary",
    title: "The token now",
    about: "The state of the token at the newest block at which it was read: one row.",
    from: "supply s",
    always: "s.block = (SELECT max(block) FROM supply)",
    columns: SUPPLY_COLUMNS,
    filters: &[],
    order: Order::Newest("s.block"),
};

pub(super) const SUPPLY: Dataset = Dataset {
    name: "supply",
    title: "Supply",
    about: "The state of the token over time, newest first: every 60 blocks while catching up, then every block.",
    from: "supply s",
    always: "",
    columns: SUPPLY_COLUMNS,
    filters: &[],
    order: Order::Newest("s.block"),
};

pub(super) const DISTRIBUTION: Dataset = Dataset {
    name: "distribution",
    title: "Distribution",
    about: "How many accounts have how much, by powers of ten.",
    from: "(SELECT length(total) AS digits, count(*) AS accounts, sum(total) AS sum FROM accounts WHERE total > 0 \
           GROUP BY length(total)) d",
    always: "",
    columns: &[
        column("digits", "Digits", Kind::Number, "d.digits", "Digits of what they have in RAO: 10 is 1 TAO to 9.99."),
        column("accounts", "Accounts", Kind::Number, "d.accounts", "Accounts that have so much."),
        column("total", "Together", Kind::Rao, "d.sum", "RAO that they have together."),
    ],
    filters: &[],
    order: Order::Sorted { by: "digits", descending: true, columns: &[], tie: "d.digits" },
};
