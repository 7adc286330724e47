"""Files and pictures that people attach to what they work on: checked, named and packed."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath

from app.base.errors import NotFound, UserError
from app.base.i18n import N_

MOST_ATTACHED_BYTES = 20 << 20

_LONGEST_NAME = 120
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
)
_BY_SUFFIX = {
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".eml": "message/rfc822",
    ".zip": "application/zip",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ofd": "application/ofd",
}
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """An attachment without its bytes."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    by: str
    at: datetime

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A file as it is stored: `content` compressed, `size` in bytes before that."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: bytes


class UnknownAttachment(NotFound):
    """There is no such attachment."""

    template = N_("There is no attachment {id}.")


class BadAttachment(UserError):
    """It is empty or too large."""

    template = N_("“{name}” is empty or larger than {most} MB and cannot be attached.")


class AttachmentDamaged(UserError):
    """Its bytes are not those that were attached."""

    template = N_("“{name}” is damaged in the database. Restore a backup to read it.")


def packed(name: str, content: bytes) -> Packed:
    """Return a file as it is stored.

    Raises:
        BadAttachment: It is empty or too large.
    """
    shown = _plain_name(name)
    if not 0 < len(content) <= MOST_ATTACHED_BYTES:
        raise BadAttachment(name=shown, most=MOST_ATTACHED_BYTES >> 20)
    return Packed(
        name=shown,
        media_type=media_type(shown, content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=zlib.compress(content),
    )


def whole(name: str, content: bytes, *, size: int, sha256: str) -> bytes:
    """Return the bytes that were packed.

    Raises:
        AttachmentDamaged: They are not those that were attached.
    """
    found = unpacked(content, size)
    if found is None or hashlib.sha256(found).hexdigest() != sha256:
        raise AttachmentDamaged(name=name)
    return found


def unpacked(content: bytes, size: int) -> bytes | None:
    """Return the bytes of an attachment, or None where they are damaged."""
    try:
        found = zlib.decompressobj().decompress(content, size + 1)
    except zlib.error:
        return None
    return found if len(found) == size else None


def media_type(name: str, content: bytes) -> str:
    """Return what a file is, by its first bytes, else by the end of its name."""
    for start, kind in _PICTURES:
        if content.startswith(start):
            return kind
    return _BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), _UNKNOWN)


def _plain_name(name: str) -> str:
    """Return a name without folders and characters that no file name has."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    kept = "".join(character for character in last if character.isprintable()).strip()
    if len(kept) > _LONGEST_NAME:
        suffix = PurePosixPath(kept).suffix[: _LONGEST_NAME // 10]
        kept = kept[: _LONGEST_NAME - len(suffix) - 1] + "…" + suffix
    return kept or "-"
