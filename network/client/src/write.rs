//! A call that somebody wants to make, whatever it is.

use crate::{
    calls::Call,
    error::ClientError,
    plan::{Foresee, Preview},
    runtime::{EncodedCall, Runtime},
};
use async_trait::async_trait;
use std::{fmt, sync::Arc};

/// A call with its arguments, not tied to a chain yet. The constructors, one for each call, are in the groups below.
///
/// [`Client::plan`](crate::Client::plan) says what it would do; [`Client::send`](crate::Client::send) does it. It is
/// encoded by the metadata of the moment at which it is signed, so that it outlives a runtime upgrade that keeps the
/// call's meaning.
#[derive(Clone)]
pub struct Write(Arc<dyn Body>);

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?})", self.title(), self.0)
    }
}

impl Write {
    pub(crate) fn new(body: impl Body + 'static) -> Self {
        Self(Arc::new(body))
    }

    /// `Pallet.call`, as the chain names it.
    pub fn title(&self) -> String {
        let (pallet, call) = self.0.name();
        format!("{pallet}.{call}")
    }

    /// Whether the call is its own proof and nobody signs it.
    pub fn is_unsigned(&self) -> bool {
        self.0.is_unsigned()
    }

    pub(crate) fn pallet(&self) -> &'static str {
        self.0.name().0
    }

    pub(crate) fn encode(&self, runtime: &Runtime) -> Result<EncodedCall, ClientError> {
        self.0.encode(runtime)
    }

    pub(crate) async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        self.0.foresee(preview).await
    }
}

/// What a [`Write`] holds: one call, or one that is made of others.
#[async_trait]
pub(crate) trait Body: fmt::Debug + Send + Sync {
    /// Pallet and call.
    fn name(&self) -> (&'static str, &'static str);
    fn is_unsigned(&self) -> bool {
        false
    }
    fn encode(&self, runtime: &Runtime) -> Result<EncodedCall, ClientError>;
    /// Finds out what the call would do.
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError>;
}

#[async_trait]
impl<C: Call + Foresee + fmt::Debug> Body for C {
    fn name(&self) -> (&'static str, &'static str) {
        (C::PALLET, C::NAME)
    }

    fn is_unsigned(&self) -> bool {
        C::UNSIGNED
    }

    fn encode(&self, runtime: &Runtime) -> Result<EncodedCall, ClientError> {
        runtime.encode(self)
    }

    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        Foresee::foresee(self, preview).await
    }
}

impl crate::Client {
    /// A call's bytes as the chain of this moment takes them: pallet, call, arguments. For multisigs, preimages, other
    /// signers.
    ///
    /// # Errors
    /// [`ClientError::Shape`] if the chain's call is another; those of a read.
    pub async fn encode(&self, write: &Write) -> Result<Vec<u8>, ClientError> {
        let runtime = self.runtime(self.link().call_deadline()).await?;
        Ok(write.encode(&runtime)?.data)
    }
}
