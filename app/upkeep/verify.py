"""Checking a database: one list of checks, to which each step adds its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import exc, text
from sqlalchemy.orm import Session

from app.audit.queries import verify_chain
from app.base.i18n import _, ngettext
from app.db.errors import explained
from app.db.schema import revisions, schema_revision
from app.upkeep.anchors import anchors_hold, files_hold
from app.upkeep.attached import attachments
from app.upkeep.guards import GUARDS
from app.upkeep.printed import printed
from app.upkeep.rules import Checked, CheckResult, Verified, nothing_but
from app.upkeep.sums import SUMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its name is stable and stands in the JSON result."""

    name: str
    run: Callable[[Session], CheckResult]


def verify(
    session: Session, *, checks: Sequence[Check] | None = None, anchors: Path | None = None
) -> Verified:
    """Run all checks, also those after one that failed.

    `anchors` is the second folder, in which the ends of the log are noted.
    """
    results = []
    chosen = list(CHECKS if checks is None else checks)
    if anchors is not None:
        chosen.append(Check(name="anchor_files", run=lambda found: files_hold(found, anchors)))
    for check in chosen:
        result = _result(session, check)
        results.append(Checked(name=check.name, ok=result.ok, detail=result.detail))
    return Verified(ok=all(result.ok for result in results), checks=tuple(results))


def foundation_of(revision: str | None) -> list[Check]:
    """Return what a database of this revision is held against.

    An older one need not have the tables and guards of today.
    """
    current = revision == revisions()[-1]
    return [check for check in FOUNDATION if current or check.name not in {"schema", "guards"}]


def _result(session: Session, check: Check) -> CheckResult:
    try:
        return check.run(session)
    except exc.DBAPIError as error:
        # A damaged file fails one check; the others still say what they see.
        problem = explained(error)
        if problem is None:
            raise
        session.rollback()
        return CheckResult(ok=False, detail=problem.user_message())


def _schema(session: Session) -> CheckResult:
    found, wanted = schema_revision(session.connection()), revisions()[-1]
    if found == wanted:
        return CheckResult(ok=True, detail=wanted)
    detail = _("revision {found}, the program needs {wanted}")
    return CheckResult(ok=False, detail=detail.format(found=found, wanted=wanted))


def _integrity(session: Session) -> CheckResult:
    if _is_sqlite(session):
        lines = session.scalars(text("PRAGMA integrity_check(100)")).all()
        return nothing_but([str(line) for line in lines if line != "ok"])
    unchecked = text("SELECT conname FROM pg_constraint WHERE NOT convalidated ORDER BY conname")
    return nothing_but(list(session.scalars(unchecked)))


def _foreign_keys(session: Session) -> CheckResult:
    if not _is_sqlite(session):
        # PostgreSQL never lets a reference break while its triggers are on.
        off = text(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgisinternal AND tgenabled = 'D' ORDER BY 1"
        )
        return nothing_but(list(session.scalars(off)))
    rows = session.execute(text("PRAGMA foreign_key_check")).all()
    return nothing_but([f"{row[0]} {row[1]} → {row[2]}" for row in rows])


def _guards(session: Session) -> CheckResult:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if _is_sqlite(session)
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    return nothing_but(sorted(GUARDS - set(session.scalars(text(query)))))


def _audit_chain(session: Session) -> CheckResult:
    result = verify_chain(session)
    if result.ok:
        detail = ngettext("{count} record", "{count} records", result.count)
        return CheckResult(ok=True, detail=detail.format(count=result.count))
    detail = _("first bad record {sequence}: {reason}")
    return CheckResult(
        ok=False, detail=detail.format(sequence=result.first_bad, reason=_(result.reason))
    )


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


FOUNDATION = (
    Check(name="schema", run=_schema),
    Check(name="integrity", run=_integrity),
    Check(name="foreign_keys", run=_foreign_keys),
    Check(name="guards", run=_guards),
    Check(name="audit_chain", run=_audit_chain),
)
"""What must hold in every database; a backup is held against it as well."""

CHECKS: tuple[Check, ...] = (
    *FOUNDATION,
    Check(name="anchors", run=anchors_hold),
    *(
        Check(name=name, run=run)
        for name, run in (*SUMS, ("attachments", attachments), ("printed", printed))
    ),
)
"""Everything that `duiping verify` checks: the steps' checks follow the foundation's."""
