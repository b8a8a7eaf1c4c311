//! The proof that this processor has the instructions.

#[cfg(target_arch = "x86_64")]
pub(super) use pulp::x86::V3 as Lanes;

/// No processor of another kind has them.
#[cfg(not(target_arch = "x86_64"))]
#[derive(Clone, Copy)]
pub(super) enum Lanes {}

#[cfg(not(target_arch = "x86_64"))]
impl Lanes {
    pub(super) fn try_new() -> Option<Self> {
        None
    }

    pub(super) fn vectorize<Op: pulp::NullaryFnOnce>(self, _: Op) -> Op::Output {
        match self {}
    }
}
