"""Files and pictures that explain a discrepancy."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.errors import NotFound, UserError
from app.base.i18n import N_
from app.db.workspace import Tx
from app.discrepancies.model import Discrepancy, DiscrepancyAttachment
from app.discrepancies.refusals import UnknownDiscrepancy
from app.discrepancies.rules import MOST_ATTACHED_BYTES, Resolution, Status
from app.identity.rules import Permission
from app.identity.service import require

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


class UnknownAttachment(NotFound):
    """There is no such attachment."""

    template = N_("There is no attachment {id}.")


class BadAttachment(UserError):
    """It is empty or too large."""

    template = N_("“{name}” is empty or larger than {most} MB and cannot be attached.")


class AttachedAlready(UserError):
    """The same bytes are attached already."""

    template = N_("The same file is attached to this discrepancy already, as “{name}”.")


class AttachmentStays(UserError):
    """Others relied on it, or it is somebody else's."""

    template = N_(
        "“{name}” stays: only who attached it can remove it, and only before"
        " the discrepancy is submitted or adjusted."
    )


class AttachmentDamaged(UserError):
    """Its bytes are not those that were attached."""

    template = N_("“{name}” is damaged in the database. Restore a backup to read it.")


def attach(tx: Tx, *, id_: int, name: str, content: bytes) -> int:
    """Attach a file or picture to a discrepancy and return its id.

    Raises:
        BadAttachment: It is empty or too large.
        AttachedAlready: The same bytes are attached already.
        UnknownDiscrepancy: There is no such discrepancy.
    """
    require(tx.actor, Permission.NOTE)
    shown = _plain_name(name)
    if not 0 < len(content) <= MOST_ATTACHED_BYTES:
        raise BadAttachment(name=shown, most=MOST_ATTACHED_BYTES >> 20)
    if tx.session.get(Discrepancy, id_, with_for_update=True) is None:
        raise UnknownDiscrepancy(id=id_)
    digest = hashlib.sha256(content).hexdigest()
    there = next((one for one in attachments(tx.session, id_) if one.sha256 == digest), None)
    if there is not None:
        raise AttachedAlready(name=there.name)
    row = DiscrepancyAttachment(
        discrepancy_id=id_,
        name=shown,
        media_type=media_type(shown, content),
        size=len(content),
        sha256=digest,
        content=zlib.compress(content),
        by=tx.actor.name,
        at=tx.at,
    )
    tx.session.add(row)
    tx.session.flush()
    after = {"name": shown, "bytes": row.size, "sha256": digest}
    audit.record(tx, Verb.ATTACHED, "discrepancy", str(id_), after=after)
    return row.id


def detach(tx: Tx, *, attachment_id: int) -> None:
    """Remove an attachment of one's own.

    Raises:
        UnknownAttachment: There is no such attachment.
        AttachmentStays: It is somebody else's, or its discrepancy was submitted or adjusted.
    """
    require(tx.actor, Permission.NOTE)
    row = tx.session.get(DiscrepancyAttachment, attachment_id, with_for_update=True)
    if row is None:
        raise UnknownAttachment(id=attachment_id)
    case = tx.session.get(Discrepancy, row.discrepancy_id, with_for_update=True)
    assert case is not None  # the attachment's foreign key
    relied = case.status is Status.SUBMITTED or case.resolution is Resolution.ADJUSTED
    if row.by != tx.actor.name or relied:
        raise AttachmentStays(name=row.name)
    before = {"name": row.name, "bytes": row.size, "sha256": row.sha256}
    audit.record(tx, Verb.DETACHED, "discrepancy", str(case.id), before=before)
    tx.session.delete(row)


def attachments(session: Session, id_: int) -> list[AttachmentView]:
    """Return the attachments of a discrepancy, the oldest first."""
    table = DiscrepancyAttachment.__table__
    query = (
        select(*(table.c[name] for name in AttachmentView.__slots__))
        .where(table.c.discrepancy_id == id_)
        .order_by(table.c.id)
    )
    return [AttachmentView(**row) for row in session.execute(query).mappings()]


def attachment_content(session: Session, attachment_id: int) -> bytes:
    """Return the bytes of an attachment.

    Raises:
        UnknownAttachment: There is no such attachment.
        AttachmentDamaged: They are not those that were attached.
    """
    row = session.get(DiscrepancyAttachment, attachment_id)
    if row is None:
        raise UnknownAttachment(id=attachment_id)
    content = unpacked(row.content, row.size)
    if content is None or hashlib.sha256(content).hexdigest() != row.sha256:
        raise AttachmentDamaged(name=row.name)
    return content


def unpacked(packed: bytes, size: int) -> bytes | None:
    """Return the bytes of an attachment, or None where they are damaged."""
    try:
        content = zlib.decompressobj().decompress(packed, size + 1)
    except zlib.error:
        return None
    return content if len(content) == size else None


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
