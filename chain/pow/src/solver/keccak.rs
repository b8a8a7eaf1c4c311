//! Keccak-256 of exactly 32 bytes, as far as the first 8 bytes of the result.
//!
//! The sponge of the `sha3` crate takes messages of any length. Here the message always fits one block, so there is one
//! permutation whose last round needs one lane only, and no buffering. Names follow the Keccak reference (FIPS 202 §3.2):
//! lane (x, y) is `state[x + 5·y]`.

/// ι: what each round adds to lane (0, 0).
const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// ρ: by how many bits each lane turns.
const ROTATIONS: [u32; 25] =
    [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14];

type State = [u64; 25];

/// θ: what is added to every lane of each column.
#[inline(always)]
fn theta(state: &State) -> [u64; 5] {
    let mut parity = [0; 5];
    for x in 0..5 {
        parity[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
    }
    let mut effect = [0; 5];
    for x in 0..5 {
        effect[x] = parity[(x + 4) % 5] ^ parity[(x + 1) % 5].rotate_left(1);
    }
    effect
}

#[inline(always)]
fn round(state: &State, constant: u64) -> State {
    let effect = theta(state);
    // ρ and π
    let mut moved = [0; 25];
    for y in 0..5 {
        for x in 0..5 {
            let lane = x + 5 * y;
            moved[y + 5 * ((2 * x + 3 * y) % 5)] = (state[lane] ^ effect[x]).rotate_left(ROTATIONS[lane]);
        }
    }
    // χ
    let mut next = [0; 25];
    for y in 0..5 {
        for x in 0..5 {
            let lane = |x: usize| moved[x % 5 + 5 * y];
            next[x + 5 * y] = lane(x) ^ (!lane(x + 1) & lane(x + 2));
        }
    }
    next[0] ^= constant;
    next
}

/// The last round, as far as lane (0, 0).
#[inline(always)]
fn last_round(state: &State, constant: u64) -> u64 {
    let effect = theta(state);
    // π brings the diagonal into row 0.
    let moved = |x: usize| (state[6 * x] ^ effect[x]).rotate_left(ROTATIONS[6 * x]);
    moved(0) ^ (!moved(1) & moved(2)) ^ constant
}

/// Lane 0 of Keccak-256 of a message of four lanes: the hash's first 8 bytes, little-endian.
#[inline]
pub(super) fn first_lane_of_hash(message: [u64; 4]) -> u64 {
    let [a, b, c, d] = message;
    let mut state = [0; 25];
    state[..4].copy_from_slice(&[a, b, c, d]);
    // Padding of a block of 136 bytes: a first and a last bit.
    state[4] = 1;
    state[16] = 1 << 63;
    let [constants @ .., last] = ROUND_CONSTANTS;
    for constant in constants {
        state = round(&state, constant);
    }
    last_round(&state, last)
}
