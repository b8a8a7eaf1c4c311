"""What the scripts beside this one share: synapses, keys, and a machine without the internet.

The package is used as it was published, in any version from 7.2 to 10.5: the wire stayed, the names of classes did not.
Its dendrite asks public services for our address as soon as it is made, and fails offline; so this script, not the
package, says what the answer is.
"""

import importlib.metadata
import sys

WORDS = sys.argv[1:]
sys.argv = sys.argv[:1]  # bittensor reads the command line too

import typing

import bittensor as bt
from starlette.types import Send

if hasattr(bt, "Keypair"):
    Keypair = bt.Keypair
else:
    from bittensor_wallet import Keypair

VERSION = importlib.metadata.version("bittensor")
# Capitals came with version 8; the other names went with 10. In 7 they are classes, not modules.
Axon = bt.Axon if hasattr(bt, "Axon") else bt.axon
Dendrite = bt.Dendrite if hasattr(bt, "Dendrite") else bt.dendrite

bt.utils.networking.get_external_ip = lambda: "192.0.2.1"
ALICE = Keypair.create_from_uri("//Alice")
BOB = Keypair.create_from_uri("//Bob")


class Echo(bt.Synapse):
    text: str
    count: int = 1
    items: typing.List[str] = []
    scale: float = 1.5
    reply: typing.Optional[str] = None
    required_hash_fields: typing.ClassVar[typing.Tuple[str, ...]] = ("text", "count", "items", "scale")

    def deserialize(self):
        return self


class Fail(bt.Synapse):
    kind: str
    required_hash_fields: typing.ClassVar[typing.Tuple[str, ...]] = ("kind",)

    def deserialize(self):
        return self


class Words(bt.StreamingSynapse):
    text: str
    completion: typing.Optional[str] = None
    required_hash_fields: typing.ClassVar[typing.Tuple[str, ...]] = ("text",)

    async def process_streaming_response(self, response):
        self.completion = ""
        async for chunk in response.content.iter_any():
            text = chunk.decode("utf-8")
            self.completion += text
            yield text

    def extract_response_json(self, response):
        def end(name):
            prefix = f"bt_header_{name}_"
            return {key[len(prefix):]: value for key, value in response.headers.items() if key.startswith(prefix)}

        return {
            "name": response.headers.get("name", ""),
            "timeout": float(response.headers.get("timeout", 0)),
            "axon": end("axon"),
            "dendrite": end("dendrite"),
            "text": self.text,
            "completion": self.completion,
        }

    def deserialize(self):
        return self


def echo(synapse: Echo) -> Echo:
    synapse.reply = synapse.text.upper()
    return synapse


def fail(synapse: Fail) -> Fail:
    if synapse.kind == "status":
        synapse.axon.status_code = 418
        synapse.axon.status_message = "teapot"
        return synapse
    raise ValueError("a handler's bug")


async def words(synapse: Words) -> bt.StreamingSynapse.BTStreamingResponse:
    async def streamer(send: Send):
        for word in synapse.text.split(" "):
            await send({"type": "http.response.body", "body": (word + "/").encode("utf-8"), "more_body": True})

    return synapse.create_streaming_response(streamer)
