//! Blocks and what is in them.

use super::super::{Column, Dataset, Filter, Kind, Order, Takes};
use super::{column, filter, through};

pub(super) const BLOCKS: Dataset = Dataset {
    name: "blocks",
    title: "Blocks",
    about: "Finalised blocks, newest first.",
    from: "blocks b LEFT JOIN accounts a ON a.id = b.author",
    always: "",
    columns: &[
        column("number", "Height", Kind::Block, "b.number", "Height; genesis is 0."),
        column("time", "Time", Kind::Time, "b.time", "The time that the block names, milliseconds since 1970."),
        column("author", "Author", Kind::Account, "a.address", "Hotkey of the producer that wrote it."),
        column("extrinsics", "Extrinsics", Kind::Number, "b.extrinsics", "Extrinsics in it."),
        column("events", "Events", Kind::Number, "b.events", "Events in it."),
        column("slot", "Slot", Kind::Number, "b.slot", "The slot in which it was written."),
        column("hash", "Hash", Kind::Hash, "b.hash", "Hash of its header."),
    ],
    filters: &[
        filter("number", Takes::Number, "b.number = ?", "The one at this height."),
        filter(
            "author",
            Takes::Account,
            "b.author = (SELECT id FROM accounts WHERE key = ?)",
            "Blocks that this hotkey wrote.",
        ),
    ],
    order: Order::Newest("b.number"),
};

const X_ID: Column = column("id", "Extrinsic", Kind::Extrinsic, "x.id", "Height and place in the block.");

pub(super) const EXTRINSICS: Dataset = Dataset {
    name: "extrinsics",
    title: "Extrinsics",
    about: "What was put into blocks, newest first.",
    from: "extrinsics x CROSS JOIN kinds k ON k.id = x.kind LEFT JOIN accounts s ON s.id = x.signer",
    always: "",
    columns: &[
        X_ID,
        column("block", "Block", Kind::Block, "x.id / 1048576", "The block that has it."),
        column("call", "Call", Kind::Text, "k.pallet || '.' || k.name", "Pallet and call."),
        column("signer", "Signer", Kind::Account, "s.address", "Who signed it; nobody for what needs no signature."),
        column("success", "Done", Kind::Flag, "x.success", "Whether it did what it should."),
        column("error", "Error", Kind::Text, "x.error", "Pallet and error, if it failed."),
        column("fee", "Fee", Kind::Rao, "x.fee", "RAO paid for it, tip included."),
        column("tip", "Tip", Kind::Rao, "x.tip", "RAO of that beyond the fee."),
        column("nonce", "Nonce", Kind::Number, "x.nonce", "How often its signer had signed before."),
        column("length", "Bytes", Kind::Number, "x.length", "Its length, bytes."),
        column("hash", "Hash", Kind::Hash, "x.hash", "BLAKE2b-256 of its bytes; none is kept for the time's."),
        column("args", "Arguments", Kind::Json, "x.args", "The call's arguments by name."),
    ],
    filters: &[
        filter("id", Takes::Place, "x.id = ?", "The one at this height and place."),
        filter("block", Takes::Number, "x.id >= ? * 1048576 AND x.id < (? + 1) * 1048576", "Those in this block."),
        filter(
            "signer",
            Takes::Account,
            "x.signer = (SELECT id FROM accounts WHERE key = ?)",
            "Those that this account signed.",
        ),
        filter(
            "call",
            Takes::Text,
            "x.kind = (SELECT id FROM kinds WHERE pallet || '.' || name = ?)",
            "Those of this call, such as Balances.transfer_keep_alive.",
        ),
        Filter {
            through: Some((
                "extrinsics x INDEXED BY extrinsics_signed CROSS JOIN kinds k ON k.id = x.kind \
                 LEFT JOIN accounts s ON s.id = x.signer",
                "x.id",
            )),
            ..filter("signed", Takes::Word(&["1"]), "(x.signer IS NOT NULL AND ? = '1')", "Signed ones alone.")
        },
        Filter {
            through: Some((
                "extrinsics x INDEXED BY extrinsics_failed CROSS JOIN kinds k ON k.id = x.kind \
                 LEFT JOIN accounts s ON s.id = x.signer",
                "x.id",
            )),
            ..filter("failed", Takes::Word(&["1"]), "(x.success = 0 AND ? = '1')", "Failed ones alone.")
        },
    ],
    order: Order::Newest("x.id"),
};

const EVENT_COLUMNS: &[Column] = &[
    column("id", "Event", Kind::Event, "e.id", "Height and place in the block."),
    column("block", "Block", Kind::Block, "e.id / 1048576", "The block in which it happened."),
    column("event", "What", Kind::Text, "k.pallet || '.' || k.name", "Pallet and event."),
    column(
        "extrinsic",
        "Extrinsic",
        Kind::Extrinsic,
        "e.id / 1048576 * 1048576 + e.extrinsic",
        "The extrinsic that caused it; none for what the block did by itself.",
    ),
    column("args", "Details", Kind::Json, "e.args", "Its fields by name."),
];

pub(super) const EVENTS: Dataset = Dataset {
    name: "events",
    title: "Events",
    about: "What happened, newest first.",
    from: "events e CROSS JOIN kinds k ON k.id = e.kind",
    always: "",
    columns: EVENT_COLUMNS,
    filters: &[
        filter("id", Takes::Place, "e.id = ?", "The one at this height and place."),
        filter("block", Takes::Number, "e.id >= ? * 1048576 AND e.id < (? + 1) * 1048576", "Those of this block."),
        filter(
            "event",
            Takes::Text,
            "e.kind = (SELECT id FROM kinds WHERE pallet || '.' || name = ?)",
            "Those of this kind, such as Balances.Transfer.",
        ),
        filter("place", Takes::Number, "e.extrinsic = ?", "Those that the extrinsic at this place caused."),
        ACCOUNT,
    ],
    order: Order::Newest("e.id"),
};

const ACCOUNT: Filter = through(
    "account",
    ("touches t CROSS JOIN events e ON e.id = t.event CROSS JOIN kinds k ON k.id = e.kind", "t.event"),
    "t.account = (SELECT id FROM accounts WHERE key = ?)",
    "Those that name this account.",
);

pub(super) const KINDS: Dataset = Dataset {
    name: "kinds",
    title: "Calls and events",
    about: "Names of calls and events that were ever seen.",
    from: "kinds k",
    always: "",
    columns: &[
        column("pallet", "Pallet", Kind::Text, "k.pallet", "The pallet."),
        column("name", "Name", Kind::Text, "k.name", "The call or event."),
    ],
    filters: &[],
    order: Order::Sorted { by: "pallet", descending: false, columns: &[], tie: "k.name" },
};
