//! What a node says of an account now.

use super::super::{Dataset, Filter, Kind, Order, Takes};
use super::{column, needed};

const ACCOUNT: &[Filter] = &[needed("account", Takes::Account, "", "The account.")];

/// What it has, and what of that it can use.
pub(crate) const BALANCES: Dataset = Dataset {
    name: "balances",
    title: "What an account has",
    about:
        "What an account has, as a node says now: one row. If none answers soon it is a 503, and `accounts` has what \
            the index knows.",
    from: "",
    always: "",
    columns: &[
        column("free", "Free", Kind::Rao, "", "RAO that are neither staked nor on deposit."),
        column("spendable", "Can be spent", Kind::Rao, "", "RAO of those that no vote binds."),
        column("reserved", "On deposit", Kind::Rao, "", "RAO on deposit; they come back."),
        column("staked", "Staked", Kind::Rao, "", "RAO staked: what `positions` has as own and nominated."),
        column("leaving", "Leaving", Kind::Rao, "", "RAO of stake that waits out its slash window."),
        column("voting", "Bound by votes", Kind::Rao, "", "RAO bound by votes, free or staked."),
        column("transactions", "Transactions", Kind::Number, "", "Transactions signed so far."),
        column("channels", "Open channels", Kind::Number, "", "Channels that it opened and that aren't settled."),
        column("subnets", "Own subnets", Kind::Json, "", "Numbers of the subnets that it owns."),
    ],
    filters: ACCOUNT,
    order: Order::Sorted { by: "free", descending: true, columns: &["free"], tie: "" },
};

/// Whom it backs.
pub(crate) const POSITIONS: Dataset = Dataset {
    name: "positions",
    title: "Stakes",
    about: "Whom an account backs and with how much, as a node says now. If none answers soon it is a 503.",
    from: "",
    always: "",
    columns: &[
        column("hotkey", "Hotkey", Kind::Account, "", "Who is backed."),
        column("how", "How", Kind::Text, "", "own (the account owns the hotkey), nominated or leaving."),
        column("stake", "Worth", Kind::Rao, "", "RAO that it is worth now."),
        column("until", "Until", Kind::Number, "", "First block in which what is leaving can be withdrawn."),
    ],
    filters: ACCOUNT,
    order: Order::Sorted { by: "stake", descending: true, columns: &["stake"], tie: "" },
};
