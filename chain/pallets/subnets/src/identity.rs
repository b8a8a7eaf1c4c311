//! How a subnet presents itself.

use crate::{Config, Error, Event, Identities, Pallet};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::str;
use frame_support::{
    ensure,
    pallet_prelude::{BoundedVec, ConstU32},
};
use ganglion_primitives::NetUid;
use scale_info::TypeInfo;
use sp_runtime::DispatchResult;

/// One line of an identity, UTF-8, at most 256 bytes.
pub type Line = BoundedVec<u8, ConstU32<256>>;
/// A paragraph of an identity, UTF-8, at most 1 024 bytes.
pub type Paragraph = BoundedVec<u8, ConstU32<1024>>;

/// What a subnet's owner says about it. Nobody checks that it is true. An empty field says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SubnetIdentity {
    /// What it is for; may have line breaks.
    pub description: Paragraph,
    /// Its web site.
    pub url: Line,
    /// Where its source code is.
    pub repository: Line,
    /// The address of a picture.
    pub logo: Line,
    /// A Discord channel or user.
    pub discord: Line,
    /// How else to reach the owner.
    pub contact: Line,
}

impl SubnetIdentity {
    fn is_text(&self) -> bool {
        let lines = [&self.url, &self.repository, &self.logo, &self.discord, &self.contact];
        is_text(&self.description, true) && lines.into_iter().all(|line| is_text(line, false))
    }
}

/// Whether `bytes` are UTF-8 without control characters: others print them on terminals and pages.
pub(crate) fn is_text(bytes: &[u8], line_breaks: bool) -> bool {
    let allowed = |char: char| !char.is_control() || (line_breaks && char == '\n');
    str::from_utf8(bytes).is_ok_and(|text| text.chars().all(allowed))
}

impl<T: Config> Pallet<T> {
    /// Replaces the identity; an empty one takes no room.
    pub(crate) fn describe(netuid: NetUid, identity: SubnetIdentity) -> DispatchResult {
        ensure!(identity.is_text(), Error::<T>::InvalidText);
        if identity == SubnetIdentity::default() {
            Identities::<T>::remove(netuid);
        } else {
            Identities::<T>::insert(netuid, identity);
        }
        Self::deposit_event(Event::IdentitySet { netuid });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_printable_text() {
        assert!(is_text("réseau 神经".as_bytes(), false));
        assert!(is_text(b"two\nlines", true));
        assert!(!is_text(b"two\nlines", false));
        assert!(!is_text(b"\x1b[2J", true));
        assert!(!is_text(&[0xff], true));
    }
}
