//! The 64.

use super::super::{Column, Dataset, Kind, Order, Takes};
use super::{column, needed};

const FROM: &str = "producers p JOIN accounts h ON h.id = p.hotkey LEFT JOIN accounts c ON c.id = p.coldkey";

const COLUMNS: &[Column] = &[
    column("seat", "Seat", Kind::Number, "p.seat", "Its place in the session."),
    column("session", "Session", Kind::Number, "p.session", "The session's number."),
    column("hotkey", "Hotkey", Kind::Account, "h.address", "Its hotkey."),
    column("coldkey", "Coldkey", Kind::Account, "c.address", "Who owns that; nobody for a founder that never joined."),
    column("stake", "Stake", Kind::Rao, "p.stake", "RAO on it, own and nominated."),
    column("own", "Own", Kind::Rao, "p.own", "RAO of that which are its owner's."),
    column(
        "nominators",
        "Nominators",
        Kind::Nominators,
        "p.nominators",
        "Who backs it beside its owner, counted up to 256: that number says 256 or more.",
    ),
    column("take", "Take", Kind::Share, "p.take", "The owner's share of dividends, in 1/65535."),
    column(
        "dividends",
        "Dividends",
        Kind::Rao,
        "(SELECT sum(n.emission) FROM neurons n WHERE n.hotkey = p.hotkey AND n.dividends > 0)",
        "RAO that the last epochs paid where it validates.",
    ),
    column("blocks", "Blocks", Kind::Number, "p.blocks", "Blocks that it wrote in this session."),
    column("all_blocks", "All blocks", Kind::Number, "h.blocks", "Blocks that it ever wrote."),
    column(
        "uptime",
        "Uptime",
        Kind::Real,
        "(SELECT 1.0 * sum(q.blocks > 0) / count(*) FROM (SELECT r.blocks FROM producers r WHERE r.hotkey = p.hotkey \
         AND r.session < p.session ORDER BY r.session DESC LIMIT 100) q)",
        "Share of its last 100 sessions in which it wrote a block; none in its first.",
    ),
    column(
        "votes",
        "Votes",
        Kind::Number,
        "(SELECT count(*) FROM votes v WHERE v.voter = p.coldkey AND v.removed = 0)",
        "Votes that its coldkey cast in referenda.",
    ),
    column("last_block", "Last block", Kind::Block, "p.last_block", "The last block that it wrote."),
    column("present", "Present", Kind::Flag, "p.present", "Whether its node is known to write blocks."),
    column("chilled", "Chilled", Kind::Flag, "p.chilled", "Whether it isn't elected for a while."),
    column("founder", "Founder", Kind::Flag, "p.founder", "Whether genesis named it."),
    column("root_weights", "Root weights", Kind::Json, "p.root_weights", "How it would divide the emission."),
];

pub(super) const VALIDATORS: Dataset = Dataset {
    name: "validators",
    title: "The 64",
    about: "Who writes blocks and finalises them in the present session.",
    from: FROM,
    always: "p.session = (SELECT max(session) FROM producers)",
    columns: COLUMNS,
    filters: &[],
    order: Order::Sorted { by: "stake", descending: true, columns: &[], tie: "p.seat" },
};

pub(super) const SESSIONS: Dataset = Dataset {
    name: "sessions",
    title: "Producers of a session",
    about: "Who wrote blocks in a session.",
    from: FROM,
    always: "",
    columns: COLUMNS,
    filters: &[needed("session", Takes::Number, "p.session = ?", "The session's number.")],
    order: Order::Sorted { by: "seat", descending: false, columns: &[], tie: "p.seat" },
};

pub(super) const ROOT_WEIGHTS: Dataset = Dataset {
    name: "root_weights",
    title: "Root weights",
    about: "How the producers of the present session would divide the emission among subnets.",
    from: "producers p JOIN json_each(p.root_weights) w JOIN accounts h ON h.id = p.hotkey",
    always: "p.session = (SELECT max(session) FROM producers)",
    columns: &[
        column("hotkey", "Hotkey", Kind::Account, "h.address", "Whose opinion."),
        column("stake", "Stake", Kind::Rao, "p.stake", "RAO behind it."),
        column("netuid", "Subnet", Kind::Netuid, "json_extract(w.value, '$.netuid')", "On which subnet."),
        column("weight", "Weight", Kind::Number, "json_extract(w.value, '$.weight')", "Only proportions count."),
    ],
    filters: &[],
    order: Order::Sorted { by: "stake", descending: true, columns: &[], tie: "p.seat, w.key" },
};
