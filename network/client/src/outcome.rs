//! What became of a transaction that a block took.

use crate::{
    error::{shorten, ClientError},
    reads::{records, Record},
    runtime::Runtime,
};
use codec::Decode;
use ganglion_primitives::RetryIn;
use subxt::{error::DispatchError, events::Phase};

/// Reads a block's events for the extrinsic at `index`.
///
/// # Errors
/// [`ClientError::Failed`] with the chain's own words if it failed there; [`ClientError::Answer`] if the events
/// can't be read.
pub(crate) fn outcome(runtime: &Runtime, call: &str, events: &[u8], index: u32, block: u32) -> Result<(), ClientError> {
    for event in records(runtime.metadata(), events)? {
        let event = event?;
        if event.phase != Phase::ApplyExtrinsic(index) || event.pallet != "System" {
            continue;
        }
        match event.name() {
            "ExtrinsicSuccess" => return Ok(()),
            "ExtrinsicFailed" => return Err(failure(runtime, call, &dispatch_error(runtime, &event)?, block)),
            _ => {}
        }
    }
    Err(unreadable(&format!("extrinsic {index} of block {block} has no outcome")))
}

fn unreadable(reason: &str) -> ClientError {
    ClientError::Answer { method: "System.Events".into(), reason: shorten(reason) }
}

/// The error that an event begins with.
fn dispatch_error(runtime: &Runtime, event: &Record<'_>) -> Result<DispatchError, ClientError> {
    let metadata = runtime.offline().metadata();
    let id = metadata.dispatch_error_ty().ok_or_else(|| unreadable("the chain has no type for errors"))?;
    // The metadata may have another type there than the event does.
    let bytes = event.bytes_of(id).map_err(|why| unreadable(&why.to_string()))?;
    DispatchError::decode_from(bytes, metadata).map_err(|error| unreadable(&error.to_string()))
}

fn failure(runtime: &Runtime, call: &str, error: &DispatchError, block: u32) -> ClientError {
    let mut retry = None;
    let (pallet, name, docs) = match error {
        DispatchError::Module(module) => match module.details() {
            Ok(details) => {
                let docs = details.variant.docs.join(" ");
                let waits = details.variant.fields.first().is_some_and(|field| is_wait(runtime, field.ty.id));
                if waits {
                    retry = wait(module.bytes()).map(|blocks| runtime.retry(block, block.saturating_add(blocks)));
                }
                (details.pallet.name().to_owned(), details.variant.name.clone(), docs.trim().to_owned())
            }
            Err(_) => ("an unknown pallet".into(), format!("{:?}", module.bytes()), String::new()),
        },
        other => {
            let debug = format!("{other:?}");
            let name = debug.split(['(', ' ', '{']).next().unwrap_or_default().to_owned();
            ("System".into(), name, other.to_string())
        }
    };
    ClientError::Failed { call: call.into(), pallet, error: name, docs: shorten(&docs), block, retry }
}

/// Whether errors carry this type to say how many blocks to wait.
fn is_wait(runtime: &Runtime, id: u32) -> bool {
    let ty = runtime.metadata().types().resolve(id);
    ty.and_then(|ty| ty.path.segments.last()).is_some_and(|name| name == "RetryIn")
}

/// The blocks to wait: what follows pallet and error.
fn wait(bytes: [u8; 5]) -> Option<u32> {
    let mut data = bytes.get(2..)?;
    RetryIn::decode(&mut data).ok().map(RetryIn::blocks)
}
