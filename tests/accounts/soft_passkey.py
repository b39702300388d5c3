"""A device made of software that keeps one passkey, for tests without a browser."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HOLDS_KEY = 0x01, 0x04, 0x40


class SoftPasskey:
    """Answers what a page asks; `verifies` says whether it knows its owner."""

    def __init__(self, origin: str = "http://localhost", *, verifies: bool = True) -> None:
        self.origin, self.verifies = origin, verifies
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.handle = b""
        self.counter = 0

    def create(self, options: str) -> str:
        """The answer to being asked for a new passkey."""
        asked = json.loads(options)
        self.handle = asked["user"]["id"].encode()
        point = self.key.public_key().public_numbers()
        cose: dict[int, Any] = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        key = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        attestation = dict[str, Any](fmt="none", attStmt=dict[str, Any]())
        attestation["authData"] = self._data(asked["rp"]["id"], HOLDS_KEY) + key
        client = _text(self._client(asked, "create"))
        return self._answer({"clientDataJSON": client, "attestationObject": _text(cbor2.dumps(attestation))})

    def get(self, options: str) -> str:
        """The answer to being asked for a passkey that is known."""
        asked = json.loads(options)
        self.counter += 1
        data, client = self._data(asked["rpId"], 0), self._client(asked, "get")
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": _text(client),
                "authenticatorData": _text(data),
                "signature": _text(signature),
                "userHandle": self.handle.decode(),
            }
        )

    def _data(self, host: str, more: int) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, asked: dict[str, Any], deed: str) -> bytes:
        said = {"type": f"webauthn.{deed}", "challenge": asked["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps({"id": _text(self.id), "rawId": _text(self.id), "type": "public-key", "response": response})


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
