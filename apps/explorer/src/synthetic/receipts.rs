//! Made-up receipts.

use super::{blocks, hash, hotkey, ledger, Recipe};
use ganglion_keys::Signature;
use ganglion_subnet::{
    receipts::{Promise, Receipt, SignedReceipt},
    scoring::bits::Bits,
};
use std::collections::BTreeMap;

/// Receipts of each subnet.
const MOST: u32 = 2_048;
/// Receipts of a block.
const A_BLOCK: u32 = 4;

/// Receipts of the newest blocks. They are as made up as all else: nobody has signed them.
pub(super) fn receipts(recipe: &Recipe) -> Vec<SignedReceipt> {
    let count = MOST.min(recipe.blocks);
    let of = |(netuid, neurons): (u16, u16)| (0..count).map(move |place| receipt(recipe, (netuid, neurons), place));
    ledger::subnet_sizes(recipe).into_iter().flat_map(of).collect()
}

fn receipt(recipe: &Recipe, (netuid, neurons): (u16, u16), place: u32) -> SignedReceipt {
    let uid = |number: u32| u16::try_from(number % u32::from(neurons.max(1))).unwrap_or(0);
    let (miner, validator) = (uid(64 + place % 192), uid(place % 8));
    let block = recipe.blocks.saturating_sub(1).saturating_sub(place / A_BLOCK);
    // With few decimals, as real ones: they read back as they were written.
    let hundredths = f64::from(place % 101);
    let score = hundredths / 100.0;
    let kinds = if recipe.hostile { ["<script>alert(1)</script>", "=1+1"] } else { ["arithmetic", "passage"] };
    let kind = if place.is_multiple_of(2) { kinds[0] } else { kinds[1] };
    let known = |salt: u64| hash(recipe.seed ^ salt, (u64::from(netuid) << 32) | u64::from(place));
    let mut signature = [0; 64];
    for (byte, made_up) in signature.iter_mut().zip(known(1).into_iter().chain(known(2))) {
        *byte = made_up;
    }
    let receipt = Receipt {
        version: 1,
        netuid,
        validator: hotkey(netuid, validator),
        round: u64::from(place / A_BLOCK),
        block,
        block_hash: hex::encode(hash(recipe.seed, block.into())),
        epoch: block - block % ledger::TEMPO,
        secret_hash: hex::encode(known(3)),
        promise: Some(Promise {
            epoch: block.saturating_add(ledger::TEMPO - block % ledger::TEMPO),
            hash: hex::encode(known(6)),
        }),
        kind: kind.into(),
        neuron: u64::from(miner) + 1,
        miner: hotkey(netuid, miner),
        request_hash: hex::encode(known(4)),
        answer_hash: Some(hex::encode(known(5))),
        outcome: if place.is_multiple_of(20) { "timeout" } else { "answered" }.into(),
        elapsed_ms: u64::from(place % 1_000),
        score,
        parts: BTreeMap::from([("quality".to_owned(), score)]),
        bits: Some(Bits {
            absolute: (hundredths * 4.0 - 100.0) / 100.0,
            marginal: (!place.is_multiple_of(3)).then_some(hundredths * 5.0 / 1_000.0),
            novelty: (!place.is_multiple_of(5)).then_some(score),
        }),
        time_ms: blocks::time(block),
    };
    SignedReceipt { receipt, signature: Signature(signature) }
}
