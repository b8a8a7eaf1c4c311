//! What became of a transaction that a block took.

use crate::{
    error::{shorten, ClientError},
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
pub(crate) fn outcome(
    runtime: &Runtime,
    call: &str,
    events: Vec<u8>,
    index: u32,
    block: u32,
) -> Result<(), ClientError> {
    let unreadable = |reason: String| ClientError::Answer { method: "System.Events".into(), reason: shorten(&reason) };
    let events = runtime.offline().events().from_bytes(events);
    for event in events.iter() {
        let event = event.map_err(|error| unreadable(error.to_string()))?;
        if event.phase() != Phase::ApplyExtrinsic(index) || event.pallet_name() != "System" {
            continue;
        }
        match event.event_name() {
            "ExtrinsicSuccess" => return Ok(()),
            "ExtrinsicFailed" => {
                let error = DispatchError::decode_from(event.field_bytes(), runtime.offline().metadata())
                    .map_err(|error| unreadable(error.to_string()))?;
                return Err(failure(runtime, call, &error, block));
            }
            _ => {}
        }
    }
    Err(unreadable(format!("extrinsic {index} of block {block} has no outcome")))
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
