//! A subnet's emission: the owner's cut, then half to miners and half to validators.

/// What each side of a subnet gets, in RAO. The three add up to the emission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Halves {
    /// The subnet owner's cut.
    pub owner: u64,
    /// All miners together, to be shared by incentive.
    pub miners: u64,
    /// All validators together, to be shared by dividends.
    pub validators: u64,
}

/// Divides `emission` RAO; the owner gets `owner_cut`/65535 of it, rounded down.
///
/// An odd RAO goes to the miners: without their answers there would be nothing to judge.
///
/// ```
/// use ganglion_tokenomics::{halves, Halves};
/// assert_eq!(halves(1_001, 0), Halves { owner: 0, miners: 501, validators: 500 });
/// ```
pub const fn halves(emission: u64, owner_cut: u16) -> Halves {
    let owner = (emission as u128 * owner_cut as u128 / u16::MAX as u128) as u64;
    let rest = emission - owner;
    let validators = rest / 2;
    Halves { owner, miners: rest - validators, validators }
}
