"""Whether a file may be taken out again: nobody built on its entries."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.intake.model import SourceFile
from app.intake.naming import own_name
from app.intake.rules import FileStatus
from app.records.kinds import SHAPES
from app.records.model import HeldEntry
from app.records.queries import business_key
from app.records.refusals import Built, FileInUse, FileOverlaps

_EXAMPLES = 3


def require_unused(session: Session, file: SourceFile) -> None:
    """Return if nothing was built on a file's entries.

    Raises:
        FileInUse: People built on one of them, or a later file shares rows with it.
    """
    mine = HeldEntry.entry_id.between(file.first_id, file.last_id)
    held = select(HeldEntry.held_by, func.count()).where(mine).group_by(HeldEntry.held_by)
    counts = {str(row[0]): int(row[1]) for row in session.execute(held)}
    if counts:
        raise FileInUse(
            file=own_name(file.name), built=Built(counts), examples=_examples(session, file)
        )
    _require_own_rows(session, file)


def _examples(session: Session, file: SourceFile) -> str:
    """Return the business keys of the first entries that people built on."""
    shape = SHAPES[file.kind]
    mine = HeldEntry.entry_id.between(file.first_id, file.last_id)
    query = (
        select(shape.table.c.line, business_key(shape))
        .where(shape.table.c.id.in_(select(HeldEntry.entry_id).where(mine)))
        .order_by(shape.table.c.line)
        .limit(_EXAMPLES + 1)
    )
    keys = [key for _line, key in session.execute(query)]
    return ", ".join(keys[:_EXAMPLES]) + (" …" if len(keys) > _EXAMPLES else "")


def _require_own_rows(session: Session, file: SourceFile) -> None:
    """Raise `FileOverlaps` where a later file may have left out rows that this one holds."""
    later = select(SourceFile).where(
        SourceFile.kind == file.kind,
        SourceFile.status == FileStatus.LOADED,
        SourceFile.overlapping > 0,
        SourceFile.first_id > file.last_id,
    )
    for other in session.scalars(later.order_by(SourceFile.id.desc())):
        if file.accepted and file.first_key <= other.last_key and other.first_key <= file.last_key:
            raise FileOverlaps(file=own_name(file.name), other=own_name(other.name))
