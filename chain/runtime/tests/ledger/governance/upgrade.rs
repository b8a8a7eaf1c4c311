//! The runtime is exchanged by referendum, and in no other way.

use super::*;
use frame_support::assert_noop;
use sp_runtime::traits::{BlakeTwo256, Hash};

const CODE: &[u8] = b"the next runtime";

#[test]
fn an_upgrade_is_authorised_by_referendum_and_applied_by_anybody() {
    chain(
        |_| {},
        || {
            let code_hash = BlakeTwo256::hash(CODE);
            let anybody = || RuntimeOrigin::signed(account(77));
            assert_noop!(
                System::apply_authorized_upgrade(anybody(), CODE.to_vec()),
                frame_system::Error::<Runtime>::NothingAuthorized
            );
            // Without checks: this code has no version.
            let authorize = frame_system::Call::authorize_upgrade_without_checks { code_hash };
            assert_ok!(enact(frame_system::RawOrigin::Root, authorize));
            assert_noop!(
                System::apply_authorized_upgrade(anybody(), b"another runtime".to_vec()),
                frame_system::Error::<Runtime>::Unauthorized
            );
            assert_ok!(System::apply_authorized_upgrade(anybody(), CODE.to_vec()));
            let code = sp_io::storage::get(sp_core::storage::well_known_keys::CODE).expect("there is code");
            assert_eq!(&code[..], CODE);
        },
    );
}
