"""The key that signs anchors: in the keyring of the operating system, else behind a passphrase.

It never stands in a plain file. Where there is neither, anchors are written without a signature.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.base.errors import UserError
from app.base.i18n import N_
from app.db.files import replacing

PASSPHRASE = "DUIPING_ANCHOR_PASSPHRASE"  # noqa: S105 - the name of a variable
KEY_FILE = "signing-key.pem"

_SERVICE = "duiping-anchors"
_NAME = "ed25519"
_RAW = serialization.Encoding.Raw


class WrongPassphrase(UserError):
    """The stored key does not open."""

    template = N_("The passphrase does not open the key that signs the anchors.")


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and what it signs."""

    key: Ed25519PrivateKey

    @property
    def public_key(self) -> str:
        """The public key, 32 bytes in hex."""
        raw = self.key.public_key().public_bytes(_RAW, serialization.PublicFormat.Raw)
        return raw.hex()

    def sign(self, message: bytes) -> str:
        """Return the signature, 64 bytes in hex."""
        return self.key.sign(message).hex()


def signer(folder: Path, passphrase: str | None = None) -> Signer | None:
    """Return this machine's key, made when it is first needed; None where it cannot be kept.

    Raises:
        WrongPassphrase: The stored key does not open with it.
        CannotOpen: The folder takes no files.
    """
    kept = _from_keyring()
    if kept is not None:
        return kept
    given = passphrase or os.environ.get(PASSPHRASE, "")
    return _behind_passphrase(folder / KEY_FILE, given) if given else None


def signed_by(public_key: str, signature: str, message: bytes) -> bool:
    """Return whether the holder of a key (hex) signed a message."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _from_keyring() -> Signer | None:
    try:
        import keyring  # noqa: PLC0415 - slow, and seldom asked
        from keyring.errors import KeyringError  # noqa: PLC0415 - slow, and seldom asked
    except ImportError:
        return None
    try:
        if not _is_safe(keyring.get_keyring()):
            return None
        stored = keyring.get_password(_SERVICE, _NAME)
        if stored is not None:
            return Signer(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(stored)))
        made = Ed25519PrivateKey.generate()
        keyring.set_password(_SERVICE, _NAME, made.private_bytes_raw().hex())
    except KeyringError:
        return None
    return Signer(made)


def _is_safe(backend: Any) -> bool:
    """Say whether a keyring is the operating system's: others may be plain files."""
    return int(backend.priority) >= 1


def _behind_passphrase(path: Path, passphrase: str) -> Signer:
    secret = passphrase.encode()
    if path.exists():
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), secret)
        except (ValueError, TypeError) as error:
            raise WrongPassphrase from error
        if not isinstance(key, Ed25519PrivateKey):
            raise WrongPassphrase
        return Signer(key)
    made = Ed25519PrivateKey.generate()
    text = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(secret),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as draft:
        draft.write_bytes(text)
    return Signer(made)
