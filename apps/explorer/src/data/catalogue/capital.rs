//! TAO: who has it, where it goes.

use super::super::{Dataset, Kind, Order, Takes};
use super::{column, filter, through};

pub(super) const TRANSFERS: Dataset = Dataset {
    name: "transfers",
    title: "Transfers",
    about: "TAO that went from account to account, newest first.",
    from: "transfers m LEFT JOIN accounts s ON s.id = m.sender LEFT JOIN accounts r ON r.id = m.recipient",
    always: "",
    columns: &[
        column("id", "Event", Kind::Event, "m.id", "The event that tells of it."),
        column("block", "Block", Kind::Block, "m.id / 1048576", "The block."),
        column("sender", "From", Kind::Account, "s.address", "Whose it was."),
        column("recipient", "To", Kind::Account, "r.address", "Whose it is."),
        column("amount", "Amount", Kind::Rao, "m.amount", "RAO."),
    ],
    filters: &[
        filter("sender", Takes::Account, "m.sender = (SELECT id FROM accounts WHERE key = ?)", "From this account."),
        filter(
            "recipient",
            Takes::Account,
            "m.recipient = (SELECT id FROM accounts WHERE key = ?)",
            "To this account.",
        ),
        through(
            "account",
            (
                "touches t CROSS JOIN transfers m ON m.id = t.event LEFT JOIN accounts s ON s.id = m.sender \
                 LEFT JOIN accounts r ON r.id = m.recipient",
                "t.event",
            ),
            "t.account = (SELECT id FROM accounts WHERE key = ?)",
            "From or to this account.",
        ),
    ],
    order: Order::Newest("m.id"),
};

pub(super) const STAKES: Dataset = Dataset {
    name: "stakes",
    title: "Stake",
    about: "Stake that was added, removed, slashed or began to leave, newest first.",
    from: "stakes m LEFT JOIN accounts c ON c.id = m.coldkey LEFT JOIN accounts h ON h.id = m.hotkey",
    always: "",
    columns: &[
        column("id", "Event", Kind::Event, "m.id", "The event that tells of it."),
        column("block", "Block", Kind::Block, "m.id / 1048576", "The block."),
        column("action", "What", Kind::Text, "m.action", "added, removed, leaving or slashed."),
        column("coldkey", "Coldkey", Kind::Account, "c.address", "Whose stake it is; none for a slash."),
        column("hotkey", "Hotkey", Kind::Account, "h.address", "Whom it backs."),
        column("amount", "Amount", Kind::Rao, "m.amount", "RAO."),
    ],
    filters: &[
        filter(
            "coldkey",
            Takes::Account,
            "m.coldkey = (SELECT id FROM accounts WHERE key = ?)",
            "Stake of this coldkey.",
        ),
        filter("hotkey", Takes::Account, "m.hotkey = (SELECT id FROM accounts WHERE key = ?)", "Stake on this hotkey."),
    ],
    order: Order::Newest("m.id"),
};

pub(super) const CHANNELS: Dataset = Dataset {
    name: "channels",
    title: "Payment channels",
    about: "Prepaid access, newest channel first.",
    from: "channels c LEFT JOIN accounts u ON u.id = c.user LEFT JOIN accounts p ON p.id = c.provider",
    always: "",
    columns: &[
        column("channel", "Channel", Kind::Number, "c.id", "Its number."),
        column("user", "User", Kind::Account, "u.address", "The coldkey that opened it."),
        column("provider", "Provider", Kind::Account, "p.address", "The hotkey that serves."),
        column("deposit", "Deposit", Kind::Rao, "c.deposit", "RAO ever put in."),
        column("redeemed", "Redeemed", Kind::Rao, "c.redeemed", "RAO that the provider has taken."),
        column("opened_at", "Opened", Kind::Block, "c.opened_at", "In this block."),
        column("closes_at", "Closes", Kind::Block, "c.closes_at", "First block without redeeming; none while open."),
        column("settled_at", "Settled", Kind::Block, "c.settled_at", "The block that ended it; none before."),
    ],
    filters: &[
        filter("channel", Takes::Number, "c.id = ?", "This one alone."),
        filter("user", Takes::Account, "c.user = (SELECT id FROM accounts WHERE key = ?)", "Opened by this coldkey."),
        filter("provider", Takes::Account, "c.provider = (SELECT id FROM accounts WHERE key = ?)", "To this hotkey."),
    ],
    order: Order::Newest("c.id"),
};

pub(super) const ACCOUNTS: Dataset = Dataset {
    name: "accounts",
    title: "Accounts",
    about: "Accounts that a block ever named, with what they had when they were last read.",
    from: "accounts a",
    always: "",
    columns: &[
        column("account", "Account", Kind::Account, "a.address", "The account."),
        column("total", "All", Kind::Rao, "a.total", "RAO in all: free, reserved and staked."),
        column("free", "Free", Kind::Rao, "a.free", "RAO that are neither staked nor on deposit."),
        column("reserved", "Reserved", Kind::Rao, "a.reserved", "RAO on deposit."),
        column("staked", "Staked", Kind::Rao, "a.staked", "RAO staked, or leaving."),
        column("earned", "Earned", Kind::Rao, "a.earned", "RAO that epochs paid to it as a hotkey."),
        column("blocks", "Blocks", Kind::Number, "a.blocks", "Blocks that it wrote."),
        column("first_block", "First seen", Kind::Block, "a.first_block", "The block that named it first."),
        column("last_block", "Last seen", Kind::Block, "a.last_block", "The block that named it last."),
        column("read_at", "As of", Kind::Block, "nullif(a.read_at, -1)", "The block whose balances these are."),
    ],
    filters: &[filter("account", Takes::Account, "a.key = ?", "This account alone.")],
    order: Order::Sorted { by: "total", descending: true, columns: &["total"], tie: "a.id DESC" },
};
