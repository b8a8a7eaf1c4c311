"""The package's dendrite calls the package's axon. Arguments: port, seconds, calls in flight. Prints its figures."""

import asyncio
import json
import time

from neurons import ALICE, BOB, WORDS, Dendrite, Echo, bt

PORT, SECONDS, IN_FLIGHT = int(WORDS[0]), float(WORDS[1]), int(WORDS[2])


async def worker(times, end):
    # A dendrite each: an axon refuses requests of one dendrite that overtake each other.
    dendrite = Dendrite(wallet=ALICE)
    target = bt.AxonInfo(
        version=7004000, ip="127.0.0.1", port=PORT, ip_type=4, hotkey=BOB.ss58_address, coldkey=BOB.ss58_address
    )
    while time.perf_counter() < end:
        began = time.perf_counter()
        answer = await dendrite(target, Echo(text="x" * 256), timeout=12, deserialize=False)
        assert answer.is_success, answer.dendrite.status_message
        times.append(time.perf_counter() - began)
        # It keeps every call it ever made.
        dendrite.synapse_history.clear()
    await dendrite.aclose_session()


async def main():
    times, end = [], time.perf_counter() + SECONDS
    await asyncio.gather(*(worker(times, end) for _ in range(IN_FLIGHT)))
    times.sort()
    figures = {
        "per_second": len(times) / SECONDS,
        "p50_ms": 1000 * times[len(times) // 2],
        "p99_ms": 1000 * times[len(times) * 99 // 100],
    }
    print("figures " + json.dumps(figures), flush=True)


asyncio.run(main())
