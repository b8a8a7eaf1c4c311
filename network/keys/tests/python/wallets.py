"""Makes and opens wallets with the real packages: bittensor 7.4 and bittensor-wallet 4.1.

wallets.py make ROOT PASSWORD     writes wallets into ROOT, prints what should be in them
wallets.py open ROOT PASSWORD     opens the wallets in ROOT, prints what was found

Both print one JSON object as the last line of their output.
"""

import json
import os
import sys

import bittensor
import bittensor_wallet
from ansible_vault import Vault


def facts(coldkey, hotkey):
    """What both sides must agree on. The signature shows that the secret, too, is the same."""
    return {
        "coldkey": coldkey.ss58_address,
        "hotkey": hotkey.ss58_address,
        "phrase": coldkey.mnemonic,
        "signature": "0x" + bytes(coldkey.sign(b"ganglion")).hex(),
    }


def make(root, password):
    made = {}
    for name, secret in [("old-plain", None), ("old-sealed", password)]:
        wallet = bittensor.wallet(name=name, hotkey="h", path=root)
        cold, hot = new_pair(24 if secret else 12), new_pair(12)
        wallet.coldkey_file.set_keypair(cold, encrypt=secret is not None, password=secret)
        wallet.set_coldkeypub(cold, overwrite=True)
        wallet.hotkey_file.set_keypair(hot, encrypt=False)
        made[name] = facts(cold, hot)
    for name, secret in [("new-plain", None), ("new-sealed", password)]:
        wallet = bittensor_wallet.Wallet(name=name, hotkey="h", path=root)
        arguments = {"use_password": secret is not None, "coldkey_password": secret}
        wallet.create_new_coldkey(n_words=24 if secret else 12, suppress=True, **arguments)
        wallet.create_new_hotkey(n_words=12, use_password=False, suppress=True)
        made[name] = facts_of_4(wallet, secret)
    # The way of 2022: the vault library that Bittensor used then writes the plain file's text.
    plain = os.path.join(root, "old-plain", "coldkey")
    with open(plain, "rb") as file:
        text = Vault(password).dump_raw(file.read())
    vault = os.path.join(root, "vault")
    with open(vault, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    os.chmod(vault, 0o600)
    return made


def new_pair(words):
    return bittensor.Keypair.create_from_mnemonic(bittensor.Keypair.generate_mnemonic(words))


def facts_of_4(wallet, secret):
    coldkey = wallet.get_coldkey(secret) if secret else wallet.coldkey
    # The package's pair does not give its phrase back; the file did not lose it, as the other side checks.
    return {
        "coldkey": coldkey.ss58_address,
        "public": wallet.coldkeypub.ss58_address,
        "hotkey": wallet.hotkey.ss58_address,
        "signature": "0x" + bytes(coldkey.sign(b"ganglion")).hex(),
    }


def open_all(root, password):
    found = {}
    for name, secret in [("plain", None), ("sealed", password)]:
        old = bittensor.wallet(name=name, hotkey="h", path=root)
        coldkey = old.coldkey_file.get_keypair(password=secret)
        assert old.coldkeypub.ss58_address == coldkey.ss58_address
        assert old.coldkey_file.is_encrypted() == (secret is not None)
        found["7.4 " + name] = facts(coldkey, old.hotkey)
        new = bittensor_wallet.Wallet(name=name, hotkey="h", path=root)
        found["4.1 " + name] = facts_of_4(new, secret)
    return found


if __name__ == "__main__":
    command, folder, password_text = sys.argv[1:]
    result = {"make": make, "open": open_all}[command](folder, password_text)
    print(json.dumps(result))
