//! What moving stake from one hotkey to another does.

use super::{finding::Kind, staking::leaves_late, Batch, Preview};
use crate::{
    error::ClientError,
    runtime::{EncodedCall, Runtime},
    write::{Body, Write},
};
use async_trait::async_trait;
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;

/// Stake that goes from one hotkey to another in one transaction.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) from: PublicKey,
    pub(crate) to: PublicKey,
    pub(crate) amount: Rao,
}

impl Move {
    fn calls(&self) -> Batch {
        Batch(vec![Write::remove_stake(self.from, self.amount), Write::add_stake(self.to, self.amount)])
    }
}

#[async_trait]
impl Body for Move {
    fn name(&self) -> (&'static str, &'static str) {
        self.calls().name()
    }

    fn encode(&self, runtime: &Runtime) -> Result<EncodedCall, ClientError> {
        self.calls().encode(runtime)
    }

    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        self.calls().foresee(preview).await?;
        // The chain would take it, and stake other TAO than what was to move: that isn't what was asked for.
        if leaves_late(preview, self.from.0).await? {
            let text = format!(
                "{} answers for blocks, so its stake leaves later, and other TAO would be staked on {}: take it off, \
                 withdraw it when it has left, and stake it then",
                self.from, self.to
            );
            preview.refuse(Kind::Delay, text);
        }
        Ok(())
    }
}
