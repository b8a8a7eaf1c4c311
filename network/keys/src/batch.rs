//! Checking several signatures at once, which costs a fraction of checking each.
//!
//! All equations of a batch, each times a random number, are added up and checked as one. If the sum holds, so does each
//! (but for a chance of 2⁻¹²⁸); if not, each is looked at by itself, so a bad signature never harms the others.

use crate::{keypair::context, PublicKey, Signature};

/// A claim that `key` signed `message`.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Who is said to have signed.
    pub key: PublicKey,
    /// Exactly what.
    pub message: Vec<u8>,
    /// With what result.
    pub signature: Signature,
}

impl Proof {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.key.verify(&self.message, &self.signature)
    }
}

/// Below this, adding up costs more than it saves.
const FEW: usize = 2;

/// Whether each proof holds, in their order. The same answers as [`PublicKey::verify`] gives.
pub fn verify_batch(proofs: &[Proof]) -> Vec<bool> {
    let mut good = vec![false; proofs.len()];
    let mut readable: Vec<Readable<'_>> = Vec::with_capacity(proofs.len());
    for place in by_key(proofs) {
        let Some(proof) = proofs.get(place) else { continue };
        let before = readable.last().filter(|one| one.proof.key == proof.key).map(|one| one.key);
        readable.extend(Readable::new(place, proof, before));
    }
    let all = readable.len() >= FEW && hold_together(&readable);
    for one in &readable {
        if let Some(good) = good.get_mut(one.place) {
            *good = all || one.holds();
        }
    }
    good
}

/// The places of the proofs, those of one key side by side: they share a term of the sum.
fn by_key(proofs: &[Proof]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..proofs.len()).collect();
    places.sort_unstable_by_key(|place| proofs.get(*place).map(|proof| proof.key));
    places
}

/// A proof whose key and signature are well formed.
struct Readable<'p> {
    place: usize,
    proof: &'p Proof,
    key: schnorrkel::PublicKey,
    signature: schnorrkel::Signature,
}

impl<'p> Readable<'p> {
    /// `known` is the same key, if it has been read before: finding its point is a good part of the work.
    fn new(place: usize, proof: &'p Proof, known: Option<schnorrkel::PublicKey>) -> Option<Self> {
        let key = known.or_else(|| schnorrkel::PublicKey::from_bytes(&proof.key.0).ok())?;
        let signature = schnorrkel::Signature::from_bytes(&proof.signature.0).ok()?;
        Some(Self { place, proof, key, signature })
    }

    fn holds(&self) -> bool {
        self.key.verify(context().bytes(&self.proof.message), &self.signature).is_ok()
    }
}

fn hold_together(proofs: &[Readable<'_>]) -> bool {
    let transcripts = proofs.iter().map(|one| context().bytes(&one.proof.message));
    let signatures: Vec<_> = proofs.iter().map(|one| one.signature).collect();
    let keys: Vec<_> = proofs.iter().map(|one| one.key).collect();
    schnorrkel::verify_batch_rng(transcripts, &signatures, &keys, true, rand::thread_rng()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Keypair;

    fn proof(pair: &Keypair, message: &str) -> Proof {
        let message = message.as_bytes().to_vec();
        Proof { key: pair.public(), signature: pair.sign(&message), message }
    }

    fn proofs(keys: usize, each: usize) -> Vec<Proof> {
        let pairs: Vec<Keypair> = (0..keys).map(|n| Keypair::from_seed([n as u8; 32])).collect();
        (0..each).flat_map(|n| pairs.iter().map(move |pair| proof(pair, &format!("message {n}")))).collect()
    }

    #[test]
    fn good_ones_hold_whoever_signed() {
        for (keys, each) in [(1, 1), (1, 2), (1, 9), (9, 1), (3, 5), (64, 2)] {
            assert_eq!(verify_batch(&proofs(keys, each)), vec![true; keys * each], "{keys} keys, {each} messages");
        }
        assert!(verify_batch(&[]).is_empty());
    }

    #[test]
    fn a_bad_one_fails_alone() {
        let good = proofs(3, 4);
        for place in 0..good.len() {
            for fault in 0..5 {
                let mut proofs = good.clone();
                let other = proofs[(place + 1) % good.len()].clone();
                let bad = &mut proofs[place];
                match fault {
                    0 => bad.message.push(b'!'),
                    1 => bad.signature = other.signature,
                    2 => bad.key = other.key,
                    // No point of the curve.
                    3 => bad.key = PublicKey([0xff; 32]),
                    // Not marked as sr25519.
                    _ => bad.signature.0[63] &= 0x7f,
                }
                let expected: Vec<bool> = (0..good.len()).map(|other| other != place).collect();
                assert_eq!(verify_batch(&proofs), expected, "place {place}, fault {fault}");
                assert!(!proofs[place].holds());
            }
        }
    }

    #[test]
    fn bad_ones_do_not_make_up_for_each_other() {
        // Two signatures whose sum is right and which are both wrong: s + 1 and s - 1.
        let mut proofs = proofs(1, 2);
        proofs[0].signature.0[32] = proofs[0].signature.0[32].wrapping_add(1);
        proofs[1].signature.0[32] = proofs[1].signature.0[32].wrapping_sub(1);
        assert_eq!(verify_batch(&proofs), [false, false]);
    }
}
