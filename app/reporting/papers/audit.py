"""Audit extract (审计日志): the log of a period, with what checking its chain found."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from app.audit.model import AuditHead
from app.audit.queries import AuditRow, verify_chain
from app.audit.rules import ChainResult, Verb
from app.audit.search import AuditFilter, record_ids, record_rows
from app.base.dates import CHINA
from app.base.i18n import N_, _
from app.identity.rules import Role
from app.reporting.paper import Column, Field, Fields, Look, Paper, Row, Table, Text, Weight
from app.reporting.papers.common import days_said, joined, signed, unit
from app.reporting.rules import ReportKind
from app.reporting.wishes import Ready, Wish
from app.wording.audit import in_short, object_label, thing
from app.wording.labels import label

_HASH_SHOWN = 12


def audit_papers(session: Session, wish: Wish) -> list[Ready]:
    """Return the records of a period in their order; without one those of a day, or all."""
    first, last = _period(wish)
    ids = record_ids(session, AuditFilter(first=first, last=last))
    rows = record_rows(session, ids[::-1])
    result = verify_chain(session)
    head = session.get(AuditHead, 1)
    period = days_said(first, last) if first or last else _(N_("everything"))
    paper = Paper(
        kind=ReportKind.AUDIT,
        title=_(N_("Extract of the audit log")),
        unit=unit(session),
        language=wish.tongue,
        subject=period,
        period=period,
        blocks=(
            Fields(
                fields=(
                    Field(name=_(N_("Period covered")), value=period),
                    Field(name=_(N_("Records")), value=len(rows), look=Look.COUNT),
                    Field(name=_(N_("End of the chain")), value=_end(head), wide=True),
                ),
                beside=2,
            ),
            Text(text=_found(result), weight=Weight.STRONG),
            _table(rows),
        ),
        signatures=(signed(N_("Auditor")), signed(N_("Supervisor"))),
        landscape=True,
        form=wish.sheet,
    )
    return [Ready(subject=wish.parameters(), paper=paper)]


def _period(wish: Wish) -> tuple[date | None, date | None]:
    if wish.first is None and wish.last is None:
        return wish.day, wish.day
    return wish.first, wish.last


def _end(head: AuditHead | None) -> str:
    if head is None:
        return _(N_("no records yet"))
    return _(N_("record {sequence}, {hash}")).format(sequence=head.sequence, hash=head.hash)


def _found(result: ChainResult) -> str:
    if result.ok:
        return _(N_("The chain is whole: all {count} records were checked.")).format(
            count=result.count
        )
    text = _(N_("The chain is broken at record {sequence}: {reason}."))
    return text.format(sequence=result.first_bad, reason=_(result.reason))


def _table(rows: list[AuditRow]) -> Table:
    return Table(
        name=_(N_("Records")),
        columns=(
            Column(title=_(N_("No.")), width=6, look=Look.COUNT),
            Column(title=_(N_("When")), width=15),
            Column(title=_(N_("Who")), width=12),
            Column(title=_(N_("Roles")), width=10),
            Column(title=_(N_("Machine")), width=12),
            Column(title=_(N_("Did what")), width=9),
            Column(title=_(N_("Kind of thing")), width=10),
            Column(title=_(N_("Which")), width=18),
            Column(title=_(N_("What changed")), width=38),
            Column(title=_(N_("Fingerprint")), width=12),
        ),
        rows=tuple(_row(row) for row in rows),
    )


def _row(row: AuditRow) -> Row:
    return (
        row.sequence,
        f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        row.actor,
        joined(_role(role) for role in row.roles.split(",")),
        row.machine,
        label(Verb(row.verb)) if row.verb in set(Verb) else row.verb,
        object_label(row.object_type),
        thing(row),
        in_short(row),
        row.hash[:_HASH_SHOWN],
    )


def _role(name: str) -> str:
    return label(Role(name)) if name in set(Role) else name
