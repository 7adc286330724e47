"""The audit log as a file that can be checked without the program.

One record a line as JSON, with exactly the values that are hashed; `resources/verify_audit.py`
checks it. Nothing is masked: what is masked could not be checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from app.audit import service as audit
from app.audit.model import AuditHead, AuditRecord
from app.audit.rules import Verb
from app.audit.search import AuditFilter, record_ids
from app.base.progress import Progress, Silent
from app.db.files import replacing
from app.db.workspace import Actor, Tx, Workspace
from app.identity.rules import Permission
from app.identity.service import require
from app.upkeep.files import sha256

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A log that was written: `whole` unless a filter left records out."""

    file: Path
    records: int
    whole: bool
    sha256: str


def export_log(
    workspace: Workspace,
    actor: Actor,
    target: Path,
    *,
    wanted: AuditFilter | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write the records that a filter lets through, in their order; the log says that it was done.

    Raises:
        Cancelled: The user stopped it; nothing is left behind.
        NotAllowed: The actor may not read the log.
        DiskFull: No room is left.
        CannotOpen: The folder does not exist or takes no files.
    """
    require(actor, Permission.READ_AUDIT)
    chosen = wanted or AuditFilter()
    told = progress or Silent()
    with replacing(target) as draft, draft.open("w", encoding="utf-8", newline="\n") as out:

        def write(session: Session) -> tuple[int, bool]:
            return _write(session, chosen, told, out.write)

        count, whole = workspace.read(write)
    done = Exported(file=target, records=count, whole=whole, sha256=sha256(target))
    workspace.write(actor, _record, done, chosen)
    return done


def _write(
    session: Session, wanted: AuditFilter, told: Progress, write: Callable[[str], object]
) -> tuple[int, bool]:
    end = session.execute(select(AuditHead.sequence, AuditHead.hash)).one_or_none()
    last = 0 if end is None else end.sequence
    # What came before this moment: what others write meanwhile is not part of it.
    sequences = sorted(one for one in record_ids(session, wanted) if one <= last)
    whole = len(sequences) == last
    head = {"log": "duiping", "records": len(sequences), "whole": whole}
    write(_line(head | {"end": last, "end_hash": "" if end is None else end.hash}))
    for start in range(0, len(sequences), _CHUNK):
        told.advance(start, len(sequences))
        for row in _rows(session, sequences[start : start + _CHUNK]):
            write(_line(row))
    return len(sequences), whole


def _rows(session: Session, sequences: Sequence[int]) -> Iterator[dict[str, object]]:
    # As it is stored and hashed: a moment is a number of seconds.
    columns = [
        type_coerce(column, NullType()).label(column.name)
        for column in AuditRecord.__table__.columns
    ]
    query = select(*columns).where(AuditRecord.sequence.in_(sequences))
    for row in session.execute(query.order_by(AuditRecord.sequence)).mappings():
        yield dict(row)


def _line(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _record(tx: Tx, done: Exported, wanted: AuditFilter) -> None:
    after = {
        "file": done.file.name,
        "records": done.records,
        "sha256": done.sha256,
        "whole": done.whole,
        "person": wanted.person,
        "first": wanted.first,
        "last": wanted.last,
    }
    audit.record(tx, Verb.PRINTED, "audit_log", done.file.name, after=after)
