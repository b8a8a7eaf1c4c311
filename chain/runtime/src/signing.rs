//! Signing transactions with the runtime's own types, for tests and benches. Clients go by the metadata instead.

use crate::{
    feeless::CheckFeeless, Hash, Nonce, Runtime, RuntimeCall, Signature, TxExtension, UncheckedExtrinsic, VERSION,
};
use codec::Encode;
use sp_core::{sr25519, Pair};
use sp_runtime::{generic, AccountId32};

/// What a signature binds a transaction to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Hash of block 0.
    pub genesis: Hash,
    /// Version of the runtime's rules.
    pub spec_version: u32,
    /// Version of the transactions' encoding.
    pub transaction_version: u32,
}

impl Chain {
    /// The chain that begins with `genesis`, under this build's runtime.
    pub fn new(genesis: Hash) -> Self {
        Self { genesis, spec_version: VERSION.spec_version, transaction_version: VERSION.transaction_version }
    }

    /// The encoded transaction that makes `signer` call `call`; it doesn't expire, and gives no tip.
    pub fn sign(&self, call: RuntimeCall, signer: &sr25519::Pair, nonce: Nonce) -> Vec<u8> {
        let extension = extension(nonce);
        let implicit = ((), self.spec_version, self.transaction_version, self.genesis, self.genesis, (), (), (), ());
        let payload =
            generic::SignedPayload::<RuntimeCall, TxExtension>::from_raw(call.clone(), extension.clone(), implicit);
        let signature = payload.using_encoded(|bytes| signer.sign(bytes));
        let account = AccountId32::from(signer.public());
        UncheckedExtrinsic::new_signed(call, account.into(), Signature::Sr25519(signature), extension).encode()
    }
}

/// The encoded transaction that carries `call` without a signature.
pub fn bare(call: RuntimeCall) -> Vec<u8> {
    UncheckedExtrinsic::new_bare(call).encode()
}

fn extension(nonce: Nonce) -> TxExtension {
    (
        frame_system::CheckNonZeroSender::<Runtime>::new(),
        frame_system::CheckSpecVersion::<Runtime>::new(),
        frame_system::CheckTxVersion::<Runtime>::new(),
        frame_system::CheckGenesis::<Runtime>::new(),
        frame_system::CheckEra::<Runtime>::from(generic::Era::Immortal),
        frame_system::CheckNonce::<Runtime>::from(nonce),
        frame_system::CheckWeight::<Runtime>::new(),
        pallet_transaction_payment::ChargeTransactionPayment::<Runtime>::from(0),
        CheckFeeless,
    )
}
