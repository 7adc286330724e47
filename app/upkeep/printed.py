"""The register of prints: numbers and copies without gaps, and contents as they were printed."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.base.i18n import ngettext
from app.reporting.model import ReportContent, ReportIssue
from app.reporting.rules import number_of
from app.upkeep.rules import CheckResult, nothing_but


def printed(session: Session) -> CheckResult:
    """Hold the register against itself."""
    row = ReportIssue
    prints = session.execute(
        select(row.kind, row.day, row.serial, row.copy_no, row.number).order_by(
            row.kind, row.day, row.serial, row.copy_no
        )
    ).all()
    problems = [*_gaps(prints), *_contents(session)]
    detail = ngettext("{count} print", "{count} prints", len(prints)).format(count=len(prints))
    return nothing_but(problems, detail)


def _gaps(prints: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[str]:
    for (kind, day), own in groupby(prints, key=lambda one: (one.kind, one.day)):
        expected = 0
        for serial, copies in groupby(own, key=lambda one: one.serial):
            expected += 1
            rows = list(copies)
            number = number_of(kind, day, serial)
            if serial != expected:
                yield f"{number_of(kind, day, expected)} ∅"
                expected = serial
            if [one.copy_no for one in rows] != list(range(len(rows))):
                yield f"{number}: {[one.copy_no for one in rows]}"
            if {one.number for one in rows} != {number}:
                yield f"{number} ≠ {rows[0].number}"


def _contents(session: Session) -> Iterator[str]:
    query = select(ReportContent.sha256, ReportContent.data)
    for sha256, data in session.execute(query.execution_options(yield_per=50)):
        try:
            right = hashlib.sha256(zlib.decompress(data)).hexdigest() == sha256
        except zlib.error:
            right = False
        if not right:
            yield f"{sha256}: SHA-256"
