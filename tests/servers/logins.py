"""What a server needs to know of those who log in without a password: certificates of clients, and tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import trustme

_KEY = b"the tests' key, which signs tokens"


def make_client_certificate(folder: Path, user: str) -> Path:
    """A certificate with its key that names the user, as ``client.pem``; ``client-ca.pem`` has issued it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "client-ca.pem"))
    certificate = authority.issue_cert(f"{user}@example.org", common_name=user)
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "client.pem"))
    return folder / "client.pem"


def make_token(user: str) -> str:
    """A JSON Web Token (RFC 7519) that names the user, good for an hour."""
    now = int(time.time())
    claims = {"sub": user, "iat": now - 60, "exp": now + 3600}
    head, body = (_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    signed = f"{head}.{body}"
    return f"{signed}.{_encoded(hmac.new(_KEY, signed.encode(), hashlib.sha256).digest())}"


def write_token_settings(folder: Path) -> None:
    """What Dovecot checks such tokens with: its settings as ``oauth2.conf``, and the key."""
    keys = folder / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_text(base64.b64encode(_KEY).decode())
    settings = ("introspection_mode = local", "username_attribute = sub")
    dictionary = f"local_validation_key_dict = fs:posix:prefix={folder}/keys/"
    (folder / "oauth2.conf").write_text("\n".join([*settings, dictionary, ""]))


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
