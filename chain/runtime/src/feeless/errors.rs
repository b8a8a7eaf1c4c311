//! The codes by which a sender learns with which error a feeless call would end.

use crate::*;
use frame_support::{storage::with_transaction, traits::PalletInfoAccess};
use sp_runtime::{traits::Dispatchable, DispatchError, TransactionOutcome};

/// From here on a code says which error of its own pallet the call would end with: this plus the error's number.
const ERRORS: u8 = 64;

/// The call would end with an error of another pallet.
pub(super) const OTHER: u8 = u8::MAX;

/// The code of the error that `call` would end with. What the call does is undone.
pub(super) fn failure(call: &RuntimeCall, signer: &AccountId) -> Option<u8> {
    let attempt = || call.clone().dispatch(RuntimeOrigin::signed(signer.clone())).map_err(|failed| failed.error);
    let tried = with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(attempt())));
    tried.and_then(|result| result).err().map(|error| code(error, home(call)))
}

/// The code of `error`, which a call of the pallet with index `home` ended with.
pub(super) fn code(error: DispatchError, home: Option<usize>) -> u8 {
    match error {
        DispatchError::Module(error) if home == Some(usize::from(error.index)) => ERRORS.saturating_add(error.error[0]),
        _ => OTHER,
    }
}

/// The index of `call`'s pallet, if its errors have codes. Calls without a limit of their own have one as well.
pub(super) fn home(call: &RuntimeCall) -> Option<usize> {
    match call {
        RuntimeCall::Neurons(_) => Some(Neurons::index()),
        RuntimeCall::Weights(_) => Some(Weights::index()),
        RuntimeCall::Validators(_) => Some(Validators::index()),
        _ => None,
    }
}
