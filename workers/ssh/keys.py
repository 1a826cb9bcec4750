"""Keys: the account's private key, and the fingerprints of host keys. It connects to nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
from collections.abc import Callable

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from engine.contracts import KeyLogin

HOST_KEY_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256",),
    ("ecdsa-sha2-nistp384",),
    ("ecdsa-sha2-nistp521",),
    ("rsa-sha2-512", "rsa-sha2-256"),
)
"""A server has at most one host key of each; the client says which it wants to see."""


class UnusableKey(Exception):
    """A private key cannot be used; two half sentences, neither of them shows anything of the key."""

    def __init__(self, why: str, way_out: str) -> None:
        super().__init__(why)
        self.why, self.way_out = why, way_out


def fingerprint(key: bytes) -> str:
    """As `ssh-keygen -l` shows it: `SHA256:` and base64 without padding."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def is_pinned(pin: str, shown: str) -> bool:
    """Is the fingerprint shown a pinned one? Several have spaces between them; an empty pin matches nothing."""
    return any(hmac.compare_digest(one.rstrip("=").encode(), shown.encode()) for one in pin.split())


def load_private_key(login: KeyLogin) -> paramiko.PKey:
    """The account's key, for paramiko: ed25519, ECDSA or RSA, in OpenSSH's format or PEM; raises UnusableKey."""
    text = login.private_key.reveal().strip().replace("\r\n", "\n") + "\n"
    passphrase = login.passphrase.reveal().encode() if login.passphrase else None
    key = _read(text.encode(), passphrase)
    wrapped: paramiko.PKey
    if passphrase is not None or "BEGIN OPENSSH" not in text:  # else paramiko reads it as it is
        text = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        ).decode()
    plain = io.StringIO(text)
    match key:
        case ed25519.Ed25519PrivateKey():
            wrapped = paramiko.Ed25519Key.from_private_key(plain)
        case ec.EllipticCurvePrivateKey():
            wrapped = paramiko.ECDSAKey.from_private_key(plain)
        case rsa.RSAPrivateKey():
            wrapped = paramiko.RSAKey.from_private_key(plain)
    return wrapped


_PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def _read(text: bytes, passphrase: bytes | None) -> _PrivateKey:
    if b"PRIVATE KEY-----" not in text:
        raise UnusableKey(
            "it is no private key", "It must be the whole file that ssh-keygen wrote, not the one that ends in .pub."
        )
    in_ssh_format = b"BEGIN OPENSSH" in text
    load: Callable[..., object] = (
        serialization.load_ssh_private_key if in_ssh_format else serialization.load_pem_private_key
    )
    try:
        key = _load(load, text, passphrase)
    except TypeError:
        raise UnusableKey("it is protected by a passphrase", "Give the account its `passphrase`.") from None
    except (ValueError, UnsupportedAlgorithm):
        if passphrase is not None:
            raise UnusableKey(
                "its passphrase is wrong, or the file is damaged", "Try it with: ssh-keygen -y -f FILE"
            ) from None
        raise UnusableKey("the file is damaged", "Try it with: ssh-keygen -y -f FILE") from None
    if isinstance(key, _PrivateKey):
        return key
    raise UnusableKey("its type is not supported", "Make an ed25519, ECDSA or RSA key with ssh-keygen.")


def _load(load: Callable[..., object], text: bytes, passphrase: bytes | None) -> object:
    try:
        return load(text, password=passphrase)
    except TypeError:
        if passphrase is None:
            raise
        return load(text, password=None)  # a passphrase was given for a key that has none
