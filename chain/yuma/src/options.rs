//! Where Ganglion's ledger departs from the original, by name.

/// Rules that are a choice. The default is Ganglion's ledger; [`Options::reference`] is the original.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Who is paid when the validators agree on nothing.
    pub no_consensus: NoConsensus,
    /// Who counts while nobody has stake.
    pub unstaked: Unstaked,
    /// What a row's destinations stand for.
    pub binding: Binding,
}

impl Options {
    /// The original's rules, which the conformance vectors were computed with.
    pub const fn reference() -> Self {
        Self { no_consensus: NoConsensus::StakeFallback, unstaked: Unstaked::Nothing, binding: Binding::UidByBlock }
    }
}

/// Who is paid when the validators agree on nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoConsensus {
    /// Nobody: the emission is carried. Pay for stake alone would reward not measuring. Likewise, a half that nobody
    /// earned (incentive without any bond) is carried and not given to the other side.
    ///
    /// Pruning scores still follow stake, so that an undecided subnet does not lose its validators first.
    #[default]
    KeepPending,
    /// Validators, by active stake (by stake if none is active).
    StakeFallback,
}

/// Who counts while nobody has stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unstaked {
    /// Every neuron counts the same, until the first RAO is staked: each paid for its seat with work.
    #[default]
    EqualStake,
    /// Nobody: no weights count.
    Nothing,
}

/// What a row's destinations stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binding {
    /// Neurons: rows are stored by neuron id and resolved with [`Roster`](crate::Roster), which drops the ids that are
    /// gone. Nothing else needs dropping, so weights for a neuron of the same block count.
    #[default]
    NeuronId,
    /// Seats: a uid may have changed hands since. Pairs are dropped whose destination was registered in or after the
    /// block of the row's last update.
    UidByBlock,
}
