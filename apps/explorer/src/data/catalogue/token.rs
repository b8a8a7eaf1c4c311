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

pub(crate) const CHAIN: Dataset = Dataset {
    name: "chain",
    title: "The chain",
    about: "How long the index's chain is, how fast it grows, and how many are on it: one row.",
    from: "(SELECT max(number) AS height FROM blocks) t LEFT JOIN blocks b ON b.number = t.height",
    always: "",
    columns: &[
        column("height", "Height", Kind::Block, "t.height", "The last block in the index; none while that is empty."),
        column("time", "Time", Kind::Time, "b.time", "The time that it names, milliseconds since 1970."),
        column(
            "block_millis",
            "A block every",
            Kind::Number,
            "(SELECT (y.time - x.time) / (y.number - x.number) FROM blocks y JOIN blocks x \
             ON x.number = max(y.number - 100, 1) WHERE y.number = t.height AND x.number < y.number \
             AND x.time IS NOT NULL AND y.time IS NOT NULL)",
            "Milliseconds from block to block over the last 100; none while there are too few.",
        ),
        column(
            "subnets",
            "Subnets",
            Kind::Number,
            "(SELECT count(*) FROM subnets WHERE gone_at IS NULL)",
            "Subnets that are there.",
        ),
        column(
            "neurons",
            "Neurons",
            Kind::Number,
            "(SELECT coalesce(sum(neurons), 0) FROM subnets WHERE gone_at IS NULL)",
            "Seats taken in them.",
        ),
        column(
            "producers",
            "Block producers",
            Kind::Number,
            "(SELECT count(*) FROM producers WHERE session = (SELECT max(session) FROM producers))",
            "Who writes blocks in the present session.",
        ),
        column(
            "accounts",
            "Accounts seen",
            Kind::Number,
            "(SELECT coalesce(max(id), 0) FROM accounts)",
            "Accounts that a block ever named.",
        ),
    ],
    filters: &[],
    order: Order::Newest("t.height"),
};

pub(crate) const SUMMARY: Dataset = Dataset {
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

pub(super) const RICHEST: Dataset = Dataset {
    name: "richest",
    title: "What the richest have",
    about: "What the 1, 10, 100 and 1 000 accounts that have most have together.",
    from: "(SELECT coalesce(sum(total), 0) AS sum FROM accounts) w CROSS JOIN \
           (SELECT 1 AS count, (SELECT sum(total) FROM (SELECT total FROM accounts ORDER BY total DESC LIMIT 1)) AS sum \
           UNION ALL SELECT 10, (SELECT sum(total) FROM (SELECT total FROM accounts ORDER BY total DESC LIMIT 10)) \
           UNION ALL SELECT 100, (SELECT sum(total) FROM (SELECT total FROM accounts ORDER BY total DESC LIMIT 100)) \
           UNION ALL SELECT 1000, (SELECT sum(total) FROM (SELECT total FROM accounts ORDER BY total DESC LIMIT 1000))) r",
    always: "",
    columns: &[
        column("accounts", "Accounts", Kind::Number, "r.count", "How many of those that have most."),
        column("total", "Together", Kind::Rao, "coalesce(r.sum, 0)", "RAO that they have together."),
        column(
            "share",
            "Share",
            Kind::Real,
            "1.0 * coalesce(r.sum, 0) / max(w.sum, 1)",
            "Share of what all accounts have that blocks have named.",
        ),
    ],
    filters: &[],
    order: Order::Sorted { by: "accounts", descending: false, columns: &["accounts"], tie: "r.count" },
};
