//! For tests of types that hold a secret: these compile only for what erases itself when dropped.

use zeroize::ZeroizeOnDrop;

/// A type.
pub(crate) fn assert<T: ZeroizeOnDrop>() {}

/// The type of a field, taken out of its structure by name.
pub(crate) fn field<T: ZeroizeOnDrop>(_: &T) {}
