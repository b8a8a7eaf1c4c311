//! Subnets and neurons.

use super::super::{Column, Dataset, Kind, Order, Takes};
use super::{column, filter, needed};

pub(crate) const SUBNETS: Dataset = Dataset {
    name: "subnets",
    title: "Subnets",
    about: "All subnets that are or were.",
    from: "subnets s LEFT JOIN accounts o ON o.id = s.owner",
    always: "",
    columns: &[
        column("netuid", "No", Kind::Netuid, "s.netuid", "Its number."),
        column("name", "Name", Kind::Text, "s.name", "Its name, as its owner wrote it."),
        column("owner", "Owner", Kind::Account, "o.address", "Who sets its hyperparameters; nobody is governance."),
        column("neurons", "Neurons", Kind::Number, "s.neurons", "Seats taken."),
        column("max_neurons", "Seats", Kind::Number, "s.max_neurons", "Seats there are."),
        column("emission", "Emission", Kind::Rao, "s.emission", "RAO credited in the last block."),
        column("pending", "Pending", Kind::Rao, "s.pending", "RAO waiting for the next epoch."),
        column("stake", "Stake", Kind::Rao, "s.stake", "RAO behind its neurons, as its metagraph was last read."),
        column("tempo", "Tempo", Kind::Number, "s.tempo", "Blocks between two epochs."),
        column("next_epoch", "Next epoch", Kind::Block, "s.next_epoch", "The block whose start runs it."),
        column("difficulty", "Work", Kind::Text, "s.difficulty", "Expected hashes of a seal that admits a neuron."),
        column("burn", "Burn", Kind::Rao, "s.burn", "RAO that admission without work takes."),
        column("lock", "Lock", Kind::Rao, "s.lock", "RAO that its owner gets back when it is dissolved."),
        column("created_at", "Since", Kind::Block, "s.created_at", "The block in which it came to be."),
        column("gone_at", "Until", Kind::Block, "s.gone_at", "The block in which it was dissolved; none while it is."),
        column("read_at", "As of", Kind::Block, "s.read_at", "The block whose ledger says so."),
        column("identity", "Identity", Kind::Json, "s.identity", "What its owner says about it. Nobody checks that."),
        column("hyperparameters", "Rules", Kind::Json, "s.hyperparameters", "All numbers in its rules."),
    ],
    filters: &[
        filter("netuid", Takes::Number, "s.netuid = ?", "This one alone."),
        filter("name", Takes::Text, "instr(lower(s.name), lower(?)) > 0", "Those with this in their names."),
        filter(
            "show",
            Takes::Word(&["all", "present"]),
            "(? = 'all' OR s.gone_at IS NULL)",
            "All, or those that are there alone.",
        ),
    ],
    order: Order::Sorted { by: "emission", descending: true, columns: &[], tie: "s.netuid" },
};

pub(super) const NEURONS: Dataset = Dataset {
    name: "neurons",
    title: "Metagraph",
    about: "A subnet's neurons as they are now.",
    from: "neurons n JOIN accounts h ON h.id = n.hotkey JOIN accounts c ON c.id = n.coldkey",
    always: "",
    columns: &[
        column("uid", "Uid", Kind::Uid, "n.uid", "Its seat."),
        column("hotkey", "Hotkey", Kind::Account, "h.address", "Its hotkey."),
        column("coldkey", "Coldkey", Kind::Account, "c.address", "Who owns that."),
        column("stake", "Stake", Kind::Rao, "n.stake", "RAO on the hotkey, own and nominated."),
        column("incentive", "Incentive", Kind::Share, "n.incentive", "Share of the miners' half, in 1/65535."),
        column("dividends", "Dividends", Kind::Share, "n.dividends", "Share of the validators' half, in 1/65535."),
        column("emission", "Paid", Kind::Rao, "n.emission", "RAO paid in the last epoch."),
        column("earned", "Earned", Kind::Rao, "n.earned", "RAO paid since registration."),
        column("consensus", "Consensus", Kind::Share, "n.consensus", "Weight that a majority supports, in 1/65535."),
        column("trust", "Trust", Kind::Share, "n.trust", "Share of the weight on it that wasn't clipped."),
        column("validator_trust", "Vtrust", Kind::Share, "n.validator_trust", "Share of its weights not clipped."),
        column("rank", "Rank", Kind::Share, "n.rank", "Rank, in 1/65535 of the subnet's sum."),
        column("permit", "Permit", Kind::Flag, "n.permit", "Whether it may set weights on others."),
        column("active", "Active", Kind::Flag, "n.active", "Whether its weights counted in the last epoch."),
        column("last_update", "Updated", Kind::Block, "n.last_update", "The block of its last weights."),
        column("registered_at", "Since", Kind::Block, "n.registered_at", "The block of its registration."),
        column("axon", "Axon", Kind::Text, "n.axon", "Where it says that its axon listens."),
        column("neuron", "Id", Kind::Number, "n.neuron", "Its identity for life."),
    ],
    filters: &[
        needed("netuid", Takes::Number, "n.netuid = ?", "The subnet's number."),
        filter("uid", Takes::Number, "n.uid = ?", "This seat alone."),
        filter(
            "role",
            Takes::Word(&["miner", "validator"]),
            "n.permit = (? = 'validator')",
            "Those without a permit to set weights, or those with one.",
        ),
        filter(
            "q",
            Takes::Text,
            "(CAST(n.uid AS TEXT) = ? OR instr(h.address, ?) > 0 OR instr(c.address, ?) > 0 \
             OR instr(coalesce(n.axon, ''), ?) > 0)",
            "Those of this uid, or with this in hotkey, coldkey or address.",
        ),
    ],
    order: Order::Sorted { by: "incentive", descending: true, columns: &[], tie: "n.uid" },
};

pub(super) const SEATS: Dataset = Dataset {
    name: "seats",
    title: "Seats in subnets",
    about: "Seats that an account has in subnets, as hotkey or as its owner.",
    from: "neurons n JOIN accounts h ON h.id = n.hotkey JOIN accounts c ON c.id = n.coldkey \
           LEFT JOIN subnets s ON s.netuid = n.netuid",
    always: "",
    columns: &[
        column("netuid", "No", Kind::Netuid, "n.netuid", "The subnet."),
        column("subnet", "Subnet", Kind::Text, "s.name", "Its name, as its owner wrote it."),
        column("uid", "Uid", Kind::Uid, "n.uid", "The seat."),
        column("hotkey", "Hotkey", Kind::Account, "h.address", "Whose seat it is."),
        column("coldkey", "Coldkey", Kind::Account, "c.address", "Who owns that."),
        column("stake", "Stake", Kind::Rao, "n.stake", "RAO on the hotkey, own and nominated."),
        column("incentive", "Incentive", Kind::Share, "n.incentive", "Share of the miners' half, in 1/65535."),
        column("dividends", "Dividends", Kind::Share, "n.dividends", "Share of the validators' half, in 1/65535."),
        column("emission", "Paid", Kind::Rao, "n.emission", "RAO paid in the last epoch."),
    ],
    filters: &[needed(
        "account",
        Takes::Account,
        "(n.hotkey = (SELECT id FROM accounts WHERE key = ?) OR n.coldkey = (SELECT id FROM accounts WHERE key = ?))",
        "The hotkey or coldkey.",
    )],
    order: Order::Sorted { by: "netuid", descending: false, columns: &[], tie: "n.netuid, n.uid" },
};

pub(super) const EPOCHS: Dataset = Dataset {
    name: "epochs",
    title: "Epochs",
    about: "What each tempo's end came to in a subnet, newest first.",
    from: "epochs e",
    always: "",
    columns: &[
        column("netuid", "Subnet", Kind::Netuid, "e.netuid", "The subnet."),
        column("block", "Block", Kind::Block, "e.block", "The block that ran it."),
        column("outcome", "Outcome", Kind::Text, "e.outcome", "paid, no consensus or launching."),
        column("miners", "Miners", Kind::Rao, "e.miners", "RAO paid to miners."),
        column("validators", "Validators", Kind::Rao, "e.validators", "RAO paid to validators and nominators."),
        column("owner", "Owner", Kind::Rao, "e.owner", "RAO paid to the subnet's owner."),
        column("carried", "Carried", Kind::Rao, "e.carried", "RAO that wait for the next epoch."),
    ],
    filters: &[needed("netuid", Takes::Number, "e.netuid = ?", "The subnet's number.")],
    order: Order::Newest("e.block"),
};

const PAY: &[Column] = &[
    column("netuid", "Subnet", Kind::Netuid, "r.netuid", "The subnet."),
    column("block", "Block", Kind::Block, "r.block", "The block that ran the epoch."),
    column("uid", "Uid", Kind::Uid, "r.uid", "The seat."),
    column("hotkey", "Hotkey", Kind::Account, "h.address", "Who had it."),
    column("incentive", "Incentive", Kind::Share, "r.incentive", "Share of the miners' half, in 1/65535."),
    column("dividends", "Dividends", Kind::Share, "r.dividends", "Share of the validators' half, in 1/65535."),
    column("stake", "Stake", Kind::Rao, "r.stake", "RAO on the hotkey after the epoch."),
    column("emission", "Paid", Kind::Rao, "r.emission", "RAO paid in the epoch."),
];

pub(super) const SNAPSHOTS: Dataset = Dataset {
    name: "snapshots",
    title: "Metagraph at an epoch",
    about: "Who was paid in one epoch of a subnet, or had stake then.",
    from: "rewards r LEFT JOIN accounts h ON h.id = r.hotkey",
    always: "",
    columns: PAY,
    filters: &[
        needed("netuid", Takes::Number, "r.netuid = ?", "The subnet's number."),
        needed("block", Takes::Number, "r.block = ?", "The block that ran the epoch; `epochs` has them."),
    ],
    order: Order::Sorted { by: "emission", descending: true, columns: &[], tie: "r.uid" },
};

pub(super) const REWARDS: Dataset = Dataset {
    name: "rewards",
    title: "Rewards",
    about: "What epochs paid to a hotkey, its nominators' share of dividends included, newest first.",
    from: "rewards r LEFT JOIN accounts h ON h.id = r.hotkey",
    always: "",
    columns: PAY,
    filters: &[needed("hotkey", Takes::Account, "r.hotkey = (SELECT id FROM accounts WHERE key = ?)", "The hotkey.")],
    order: Order::Sorted { by: "block", descending: true, columns: &["block"], tie: "r.netuid, r.uid" },
};

pub(super) const REGISTRATIONS: Dataset = Dataset {
    name: "registrations",
    title: "Registrations and prunings",
    about: "Who joined a subnet and who was pruned from it, newest first.",
    from: "registrations m LEFT JOIN accounts h ON h.id = m.hotkey",
    always: "",
    columns: &[
        column("id", "Event", Kind::Event, "m.id", "The event that tells of it."),
        column("block", "Block", Kind::Block, "m.id / 1048576", "The block."),
        column("netuid", "Subnet", Kind::Netuid, "m.netuid", "The subnet."),
        column("uid", "Uid", Kind::Uid, "m.uid", "The seat."),
        column("hotkey", "Hotkey", Kind::Account, "h.address", "Who."),
        column("pruned", "Pruned", Kind::Flag, "m.pruned", "Whether the seat was lost; it was taken otherwise."),
        column("burned", "Burned", Kind::Rao, "m.burned", "RAO recycled for it; 0 where work was done."),
        column("neuron", "Id", Kind::Number, "m.neuron", "The neuron's identity for life."),
    ],
    filters: &[
        filter("netuid", Takes::Number, "m.netuid = ?", "Those of this subnet."),
        filter("hotkey", Takes::Account, "m.hotkey = (SELECT id FROM accounts WHERE key = ?)", "Those of this hotkey."),
    ],
    order: Order::Newest("m.id"),
};

pub(super) const HYPERPARAMETERS: Dataset = Dataset {
    name: "hyperparameters",
    title: "Hyperparameters over time",
    about: "The values of a subnet's hyperparameters, each from a block on.",
    from: "hyperparameters v",
    always: "",
    columns: &[
        column("block", "From block", Kind::Block, "v.block", "The block from which it holds."),
        column("name", "Name", Kind::Text, "v.name", "The hyperparameter."),
        column("value", "Value", Kind::Text, "v.value", "Its value."),
    ],
    filters: &[
        needed("netuid", Takes::Number, "v.netuid = ?", "The subnet's number."),
        filter("name", Takes::Text, "v.name = ?", "This one alone."),
    ],
    order: Order::Sorted { by: "block", descending: true, columns: &[], tie: "v.name" },
};
