//! Signed HTTP between neurons.
//!
//! A [`Synapse`] names a kind of question and gives the types of its request and answer. An [`Axon`] serves synapses; a
//! [`Dendrite`] calls them. Every request is signed with the caller's hotkey by the `btauth/1` rules ([`btauth`]): the
//! signature covers method, path, body, time and receiver, so it is good once, for one axon, for ten seconds.
//! A [`StreamSynapse`] answers in pieces. A synapse that says how Python neurons call it ([`classic`]) is served to them
//! too, and can be asked of them.
//!
//! ```
//! # use std::{net::SocketAddr, sync::Arc, time::Duration};
//! # use ganglion_keys::Keypair;
//! # use ganglion_wire::{Axon, AxonError, Caller, Dendrite, Synapse, Target};
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Number { n: u64 }
//!
//! struct Double;
//! impl Synapse for Double {
//!     const NAME: &'static str = "Double";
//!     type Request = Number;
//!     type Response = Number;
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server_key = Arc::new(Keypair::generate().0);
//! let axon = Axon::builder(server_key.clone())
//!     .synapse::<Double, _, _>(|_caller: Caller, request: Number| async move {
//!         let n = request.n.checked_mul(2).ok_or_else(|| AxonError::invalid("too big"))?;
//!         Ok(Number { n })
//!     })
//!     .build()?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let target = Target { hotkey: server_key.public(), address: listener.local_addr()? };
//! let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
//! let server = tokio::spawn(axon.serve(listener, async move { stopped.await.unwrap_or(()) }));
//!
//! let dendrite = Dendrite::new(Arc::new(Keypair::generate().0));
//! let answer = dendrite.call::<Double>(&target, &Number { n: 21 }, Duration::from_secs(5)).await?;
//! assert_eq!(answer.response.n, 42);
//! # drop(dendrite);
//! # let _ = stop.send(());
//! # server.await??;
//! # Ok(())
//! # }
//! ```

mod axon;
pub mod btauth;
mod canonical;
pub mod classic;
mod clock;
mod dendrite;
pub mod description;
#[doc(hidden)]
pub mod fuzzing;
mod limits;
mod metrics;
pub mod payment;
mod quota;
mod refusal;
mod replay;
pub mod schema;
mod stream;
mod synapse;

pub use axon::{Axon, AxonBuildError, AxonBuilder};
pub use dendrite::{Answer, CallError, Dendrite, Part, StreamError, Streaming, Target};
pub use limits::{DendriteLimits, Limits};
pub use metrics::{Metrics, MetricsSnapshot};
pub use quota::{StakeQuota, Tier};
pub use refusal::{AxonError, Refusal};
pub use stream::{sse, Chunks, Gone, StreamSynapse};
pub use synapse::{Caller, Protocol, Synapse};
