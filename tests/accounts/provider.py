"""A small OpenID Connect provider on loopback: real HTTP, real signatures, and every way to misbehave."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from training.config_single_sign_on import Provider

CLIENT_ID = "muster"
CLIENT_SECRET = "a secret & more+"

FIRST_KEY = RSAKey.generate_key(2048, {"kid": "first"})


@dataclass
class OutsideProvider:
    """What the provider knows and how it behaves; `claims` are merged into each token, None leaves one out."""

    address: str
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    key: RSAKey = field(default_factory=lambda: FIRST_KEY)
    signs_with: RSAKey | None = None
    """Another key than the one it publishes."""
    header: dict[str, str] = field(default_factory=lambda: {"alg": "RS256"})
    is_down: bool = False
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    asked: list[str] = field(default_factory=list[str])

    def configured(self, **more: Any) -> Provider:
        """This provider as an installation is told about it."""
        known: dict[str, Any] = {
            "key": "council", "issuer": self.address, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "name": "Sandby Council", "domains": ("council.example",),
        }  # fmt: skip
        return Provider(**{**known, **more})

    def rotate(self) -> None:
        """Sign with a new key from now on, and publish that one alone."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})

    def approve(self, authorization_address: str) -> dict[str, str]:
        """What somebody who signs in there comes back with: `code` and `state`."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization_address).query).items()}
        assert authorization_address.startswith(f"{self.address}/authorize?")
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def redeem(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint; a code works once, for whom and with what it was asked for."""
        asked = self.codes.pop(form.get("code", ""), None)
        secret = form.get("client_secret")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or secret != CLIENT_SECRET:
            return 400, {"error": "invalid_grant"}
        if asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer or self.address, "aud": CLIENT_ID, "sub": "subject-1", "exp": now + 300, "iat": now,
            "nonce": asked["nonce"], "email": "ada@council.example", "email_verified": True, **self.claims,
        }  # fmt: skip
        held = {name: value for name, value in claims.items() if value is not None}
        key = self.signs_with or self.key
        token = jwt.encode({**self.header, "kid": str(key.kid)}, held, key)
        return 200, {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer", "id_token": token}

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and JSON for a request."""
        self.asked.append(path)
        if self.is_down:
            return 503, {}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            }
        if path == "/keys":
            return 200, {"keys": [{**self.key.as_dict(private=False), "use": "sig"}]}
        if path == "/token":
            return self.redeem(form)
        return 404, {}


@contextmanager
def provider_running() -> Generator[OutsideProvider]:
    """A provider that answers until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = OutsideProvider(f"http://127.0.0.1:{server.server_address[1]}")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.reply({name: values[0] for name, values in parse_qs(body).items()})

        def reply(self, form: dict[str, str]) -> None:
            status, said = provider.answer(urlsplit(self.path).path, form)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the server's name
            """Say nothing on the terminal."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
