//! Amounts of TAO.

/// An amount in RAO; 1 TAO is 10⁹ RAO.
pub type Rao = u64;

/// One TAO, in RAO.
pub const TAO: Rao = 1_000_000_000;

/// Decimal places of one TAO.
pub const TOKEN_DECIMALS: u8 = 9;

/// The token's symbol.
pub const TOKEN_SYMBOL: &str = "TAO";

/// The prefix of every SS58 address.
pub const SS58_PREFIX: u16 = 42;
