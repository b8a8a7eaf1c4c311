//! Binary fixed point: the arithmetic every result of an epoch is defined in.
//!
//! A value is an integer count of 2⁻³² or 2⁻⁶⁴ parts. The rules are the same for every type:
//!
//! - addition and subtraction are exact and saturate at the ends of the range;
//! - multiplication is the floor of the exact product (an arithmetic shift);
//! - division truncates the exact quotient towards zero;
//! - an integer converts exactly, and a fixed-point number converts to an integer by floor.
//!
//! Floor for products and truncation for quotients differ for negative values; both are kept because two
//! implementations that disagree in one bit disagree about who was paid.

mod i32f32;
mod transcendental;
mod wide;

pub use i32f32::I32F32;
pub use wide::{I64F64, I96F32};
