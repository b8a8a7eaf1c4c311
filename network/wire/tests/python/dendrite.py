"""The package's dendrite calls an axon. Arguments: port, hotkey. Prints one JSON object a line."""

import asyncio
import json

from neurons import ALICE, VERSION, WORDS, Dendrite, Echo, Fail, Keypair, Words, bt

PORT, HOTKEY = int(WORDS[0]), WORDS[1]


def target(hotkey=HOTKEY, port=PORT):
    return bt.AxonInfo(version=7004000, ip="127.0.0.1", port=port, ip_type=4, hotkey=hotkey, coldkey=hotkey)


def say(name, synapse, **more):
    line = {
        "name": name,
        "success": synapse.is_success,
        "status": synapse.dendrite.status_code,
        "message": synapse.dendrite.status_message,
        "axon_status": synapse.axon.status_code,
        **more,
    }
    print(json.dumps(line), flush=True)


async def main():
    print(json.dumps({"name": "version", "version": VERSION}), flush=True)
    dendrite = Dendrite(wallet=ALICE)

    async def ask(synapse, **more):
        return await dendrite(target(**more), synapse, timeout=12, deserialize=False)

    text = "hello wörld 漢 'quoted' \"twice\""
    answer = await ask(Echo(text=text, count=3, items=["a", "b'c", "d\ne", "\u200b"], scale=1e-7))
    say("plain", answer, reply=answer.reply, count=answer.count, items=answer.items, expected=text.upper())
    say("ping", await ask(bt.Synapse()))

    # Together: Python's own axon refuses those that overtake each other.
    answers = await asyncio.gather(*(ask(Echo(text=str(n))) for n in range(8)))
    say("together", answers[0], good=sum(answer.is_success for answer in answers))

    pieces = []
    stream = await dendrite([target()], Words(text="one two three"), timeout=12, deserialize=False, streaming=True)
    async for piece in stream[0]:
        pieces.append(piece)
    final = pieces.pop()
    say("stream", final, pieces="".join(pieces), completion=final.completion)

    say("other receiver", await ask(Echo(text="x"), hotkey=ALICE.ss58_address))

    nonsense = b"\x01" * 63 + b"\x80"

    class Forger:
        ss58_address = ALICE.ss58_address
        sign = staticmethod(lambda message: nonsense)

    dendrite.keypair = Forger()
    say("wrong signature", await ask(Echo(text="x")))
    dendrite.keypair = ALICE

    # The very same request twice, sent by hand.
    synapse = dendrite.preprocess_synapse_for_request(target(), Echo(text="again"), 12)
    url = f"http://127.0.0.1:{PORT}/Echo"
    statuses = []
    for _ in range(2):
        session = await dendrite.session
        async with session.post(url, headers=synapse.to_headers(), json=synapse.model_dump()) as response:
            body = await response.json()
            statuses.append([response.status, body.get("message")])
    print(json.dumps({"name": "replay", "answers": statuses}), flush=True)

    # The body is changed after signing.
    synapse = dendrite.preprocess_synapse_for_request(target(), Echo(text="signed"), 12)
    headers = synapse.to_headers()
    synapse.text = "changed"
    async with (await dendrite.session).post(url, headers=headers, json=synapse.model_dump()) as response:
        print(json.dumps({"name": "tampered", "answers": [[response.status, (await response.json())["message"]]]}))

    say("fails", await ask(Fail(kind="panic")))
    say("status", await ask(Fail(kind="status")))
    say("unknown", await dendrite(target(), type("Nowhere", (Echo,), {})(text="x"), timeout=12, deserialize=False))
    dendrite.keypair = Keypair.create_from_uri("//Mallory")
    say("blacklisted", await ask(Echo(text="x")))
    await dendrite.aclose_session()


asyncio.run(main())
