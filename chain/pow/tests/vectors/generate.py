"""Writes seals.json: seals computed independently of the Rust code.

SHA-256 is Python's own. Keccak-256 is not in Python's library (its SHA3-256 pads differently), so the sponge is written
out here; with SHA-3's padding it must agree with Python's SHA3-256, which is checked first.

Run: python3 generate.py > seals.json
"""

import hashlib
import json

MASK = (1 << 64) - 1


def turn(lane, bits):
    bits %= 64
    return ((lane << bits) | (lane >> (64 - bits))) & MASK


def permute(lanes):
    """Keccak-f[1600]; constants come from the linear feedback register, not from a table."""
    register = 1
    for _ in range(24):
        parity = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        lanes = [[lanes[x][y] ^ parity[x - 1] ^ turn(parity[(x + 1) % 5], 1) for y in range(5)] for x in range(5)]
        x, y, lane = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            lane, lanes[x][y] = lanes[x][y], turn(lane, (step + 1) * (step + 2) // 2)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & MASK & row[(x + 2) % 5])
        for j in range(7):
            register = ((register << 1) ^ (0x171 if register & 0x80 else 0)) & 0x1FF
            # Position 1 now holds what position 0 held before the shift.
            if register & 2:
                lanes[0][0] ^= 1 << ((1 << j) - 1)
    return lanes


def sponge(message, first_padding_byte, rate=136):
    message = bytearray(message)
    message.append(first_padding_byte)
    message.extend(bytes(-len(message) % rate))
    message[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(message), rate):
        for i in range(rate // 8):
            at = start + 8 * i
            lanes[i % 5][i // 5] ^= int.from_bytes(message[at : at + 8], "little")
        lanes = permute(lanes)
    return b"".join(lanes[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


def keccak(message):
    return sponge(message, 0x01)


for length in (0, 1, 32, 130, 135, 136, 137, 300):
    message = bytes(i % 251 for i in range(length))
    assert sponge(message, 0x06) == hashlib.sha3_256(message).digest(), length
assert keccak(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def seal(digest, nonce):
    inner = hashlib.sha256(nonce.to_bytes(8, "little") + digest).digest()
    return inner, keccak(inner)


def meets(seal_bytes, difficulty):
    return difficulty > 0 and int.from_bytes(seal_bytes, "big") * difficulty <= 2**256 - 1


def filled(tag):
    return hashlib.sha256(tag.encode()).digest()


def challenge(name):
    if name == "zeros":
        fields = [bytes(32)] * 4
    elif name == "ones":
        fields = [b"\xff" * 32] * 4
    else:
        fields = [filled(f"{name} {field}") for field in ("genesis", "block", "hotkey", "coldkey")]
    return fields


cases = []
for name, netuid in [("zeros", 0), ("ones", 0xFFFF), ("a", 1), ("b", 5), ("c", 0x0102), ("d", 8)]:
    genesis, block, hotkey, coldkey = challenge(name)
    preimage = genesis + netuid.to_bytes(2, "little") + block + hotkey + coldkey
    assert len(preimage) == 130
    digest = keccak(preimage)
    seals = []
    for nonce in [0, 1, 255, 256, 0x0102030405060708, 2**63, 2**64 - 1]:
        inner, outer = seal(digest, nonce)
        value = int.from_bytes(outer, "big")
        hardest = min((2**256 - 1) // value, 2**64 - 1)
        assert meets(outer, hardest)
        assert hardest == 2**64 - 1 or not meets(outer, hardest + 1)
        seals.append({"nonce": str(nonce), "sha256": inner.hex(), "seal": outer.hex(), "hardest": str(hardest)})
    difficulty = 500
    first = next(n for n in range(100_000) if meets(seal(digest, n)[1], difficulty))
    cases.append(
        {
            "genesis_hash": genesis.hex(),
            "netuid": netuid,
            "block_hash": block.hex(),
            "hotkey": hotkey.hex(),
            "coldkey": coldkey.hex(),
            "preimage": preimage.hex(),
            "digest": digest.hex(),
            "seals": seals,
            "search": {"difficulty": str(difficulty), "first_nonce": str(first)},
        }
    )

edges = []
for value in [0, 1, 2**192 - 1, 2**192, 2**192 + 1, 2**255, 2**256 - 1, (2**256 - 1) // 3, (2**256 - 1) // 3 + 1]:
    for difficulty in [0, 1, 2, 3, 4, 10_000_000, 2**63, 2**64 - 1]:
        outer = value.to_bytes(32, "big")
        edges.append({"seal": outer.hex(), "difficulty": str(difficulty), "meets": meets(outer, difficulty)})

print(
    json.dumps(
        {
            "about": "Written by generate.py. hardest = the greatest 64-bit difficulty the seal meets.",
            "cases": cases,
            "edges": edges,
        },
        indent=1,
    )
)
