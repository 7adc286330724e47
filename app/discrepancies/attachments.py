"""Files and pictures that explain a discrepancy."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.attaching import AttachmentView, UnknownAttachment, packed, whole
from app.base.errors import UserError
from app.base.i18n import N_
from app.db.workspace import Tx
from app.discrepancies.model import Discrepancy, DiscrepancyAttachment
from app.discrepancies.refusals import UnknownDiscrepancy
from app.discrepancies.rules import Resolution, Status
from app.identity.rules import Permission
from app.identity.service import require


class AttachedAlready(UserError):
    """The same bytes are attached already."""

    template = N_("The same file is attached to this discrepancy already, as “{name}”.")


class AttachmentStays(UserError):
    """Others relied on it, or it is somebody else's."""

    template = N_(
        "“{name}” stays: only who attached it can remove it, and only before"
        " the discrepancy is submitted or adjusted."
    )


def attach(tx: Tx, *, id_: int, name: str, content: bytes) -> int:
    """Attach a file or picture to a discrepancy and return its id.

    Raises:
        BadAttachment: It is empty or too large.
        AttachedAlready: The same bytes are attached already.
        UnknownDiscrepancy: There is no such discrepancy.
    """
    require(tx.actor, Permission.NOTE)
    file = packed(name, content)
    if tx.session.get(Discrepancy, id_, with_for_update=True) is None:
        raise UnknownDiscrepancy(id=id_)
    there = next((one for one in attachments(tx.session, id_) if one.sha256 == file.sha256), None)
    if there is not None:
        raise AttachedAlready(name=there.name)
    row = DiscrepancyAttachment(discrepancy_id=id_, by=tx.actor.name, at=tx.at, **asdict(file))
    tx.session.add(row)
    tx.session.flush()
    after = {"name": file.name, "bytes": file.size, "sha256": file.sha256}
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
    return whole(row.name, row.content, size=row.size, sha256=row.sha256)
