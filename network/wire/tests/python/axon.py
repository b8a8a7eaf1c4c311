"""The package's axon as //Bob on a free port.

Prints `version <version>` and `ready <port>`, serves until its standard input closes.
"""

import socket
import sys
import time
import types
import typing

from neurons import BOB, VERSION, Axon, Fail, Keypair, echo, fail, words

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]

wallet = types.SimpleNamespace(hotkey=BOB, coldkeypub=BOB)
axon = Axon(wallet=wallet, port=port, ip="127.0.0.1", external_ip="127.0.0.1", external_port=port)


def blacklist(synapse: Fail) -> typing.Tuple[bool, str]:
    if synapse.dendrite.hotkey == Keypair.create_from_uri("//Mallory").ss58_address:
        return True, "no stake"
    return False, "welcome"


axon.attach(echo).attach(fail, blacklist_fn=blacklist).attach(words).start()

for _ in range(600):
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            break
    time.sleep(0.05)
print(f"version {VERSION}\nready {port}", flush=True)
sys.stdin.read()
axon.stop()
