"""Files and pictures that support an adjustment."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adjustments.model import Adjustment, AdjustmentAttachment
from app.adjustments.refusals import UnknownAdjustment
from app.adjustments.rules import AdjustmentStatus
from app.adjustments.service import OBJECT, give_back_changed
from app.audit import service as audit
from app.audit.rules import Verb
from app.base.attaching import AttachmentView, UnknownAttachment, packed, whole
from app.base.errors import UserError
from app.base.i18n import N_
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require

_OPEN = frozenset({AdjustmentStatus.DRAFT, AdjustmentStatus.RETURNED})


class SupportsAlready(UserError):
    """The same bytes are attached already."""

    template = N_("The same file is attached to this adjustment already, as “{name}”.")


class NothingMoreAttached(UserError):
    """What was decided keeps the proofs that it was decided with."""

    template = N_("Adjustment {number} is “{status}”; nothing more can be attached to it.")


class ProofStays(UserError):
    """Others relied on it, or it is somebody else's."""

    template = N_(
        "“{name}” stays: only who attached it can remove it, and only while the adjustment is"
        " a draft or was returned."
    )


def attach(tx: Tx, *, number: str, name: str, content: bytes) -> int:
    """Attach a file or picture to an adjustment and return its id.

    One that waits for approval is no longer what its checker saw: it goes back to its maker.

    Raises:
        BadAttachment: It is empty or too large.
        SupportsAlready: The same bytes are attached already.
        UnknownAdjustment: There is no such adjustment.
        NothingMoreAttached: It is approved, withdrawn or reversed.
    """
    require(tx.actor, Permission.NOTE)
    file = packed(name, content)
    row = _adjustment(tx, number)
    if row.status is not AdjustmentStatus.SUBMITTED and row.status not in _OPEN:
        raise NothingMoreAttached(number=number, status=row.status)
    same = (one for one in attachments(tx.session, number) if one.sha256 == file.sha256)
    there = next(same, None)
    if there is not None:
        raise SupportsAlready(name=there.name)
    if row.status is AdjustmentStatus.SUBMITTED:
        give_back_changed(tx, number=number, why=file.name)
    made = AdjustmentAttachment(adjustment_id=row.id, by=tx.actor.name, at=tx.at, **asdict(file))
    tx.session.add(made)
    tx.session.flush()
    after = {"name": file.name, "bytes": file.size, "sha256": file.sha256}
    audit.record(tx, Verb.ATTACHED, OBJECT, number, after=after)
    return made.id


def detach(tx: Tx, *, attachment_id: int) -> None:
    """Remove an attachment of one's own.

    Raises:
        UnknownAttachment: There is no such attachment.
        ProofStays: It is somebody else's, or its adjustment was submitted or decided.
    """
    require(tx.actor, Permission.NOTE)
    row = tx.session.get(AdjustmentAttachment, attachment_id, with_for_update=True)
    if row is None:
        raise UnknownAttachment(id=attachment_id)
    owner = tx.session.get(Adjustment, row.adjustment_id, with_for_update=True)
    assert owner is not None  # the attachment's foreign key
    if row.by != tx.actor.name or owner.status not in _OPEN:
        raise ProofStays(name=row.name)
    before = {"name": row.name, "bytes": row.size, "sha256": row.sha256}
    audit.record(tx, Verb.DETACHED, OBJECT, owner.number, before=before)
    tx.session.delete(row)


def attachments(session: Session, number: str) -> list[AttachmentView]:
    """Return the attachments of an adjustment, the oldest first."""
    table = AdjustmentAttachment.__table__
    query = (
        select(*(table.c[name] for name in AttachmentView.__slots__))
        .join(Adjustment, Adjustment.id == table.c.adjustment_id)
        .where(Adjustment.number == number)
        .order_by(table.c.id)
    )
    return [AttachmentView(**row) for row in session.execute(query).mappings()]


def attachment_content(session: Session, attachment_id: int) -> bytes:
    """Return the bytes of an attachment.

    Raises:
        UnknownAttachment: There is no such attachment.
        AttachmentDamaged: They are not those that were attached.
    """
    row = session.get(AdjustmentAttachment, attachment_id)
    if row is None:
        raise UnknownAttachment(id=attachment_id)
    return whole(row.name, row.content, size=row.size, sha256=row.sha256)


def _adjustment(tx: Tx, number: str) -> Adjustment:
    query = (
        select(Adjustment)
        .where(Adjustment.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = tx.session.scalars(query).one_or_none()
    if row is None:
        raise UnknownAdjustment(number=number)
    return row
