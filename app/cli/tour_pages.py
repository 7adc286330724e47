"""What the tour tells a person: tables, the comparison with the truth, and what to type next."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.base.i18n import _, ngettext
from app.base.money import yuan
from app.cli import printing
from app.closing.following import FileOutcome
from app.demo.truth import Truth
from app.discrepancies.queries import DiscrepancyView
from app.intake.rules import KIND_LABELS, Kind
from app.matching.rules import Task
from app.wording.labels import label

_SHOWN = 10


def came_in(outcomes: Sequence[FileOutcome]) -> list[str]:
    """Return how many files and rows of each kind came in."""
    rows = [(_("what came in"), _("files"), _("rows"), _("total"))]
    for kind in Kind:
        there = [one for one in outcomes if one.kind is kind]
        if there:
            count, total = sum(one.accepted for one in there), sum(one.total_fen for one in there)
            rows.append((_(KIND_LABELS[kind]), str(len(there)), str(count), yuan(total)))
    return printing.table(rows, right=(1, 2, 3))


def what_differs(found: Sequence[DiscrepancyView]) -> list[str]:
    """Return what is open by kind, and the first few discrepancies."""
    counts = Counter((one.task, one.kind) for one in found)
    sums: Counter[tuple[Task, object]] = Counter()
    for one in found:
        sums[one.task, one.kind] += one.difference_fen
    head = (_("what differs after both days"), "", _("count"), _("difference"))
    rows = [
        (label(task), label(kind), str(count), yuan(sums[task, kind]))
        for (task, kind), count in sorted(counts.items())
    ]
    first = ngettext("The first {count} of them", "The first {count} of them", _SHOWN)
    return [
        *printing.table([head, *rows], right=(2, 3)),
        "",
        first.format(count=min(_SHOWN, len(found))),
        *printing.discrepancies_lines(found[:_SHOWN]),
    ]


def mistakes(found: Iterable[DiscrepancyView], truth: Truth, day: date) -> list[str]:
    """Hold what is open after a day against what was planted."""
    seen = Counter(
        (
            one.task.value,
            one.kind.value,
            one.business_on.isoformat(),
            one.ours_key or one.theirs_key,
            one.difference_fen,
        )
        for one in found
    )
    planted = Counter(
        (one.task, one.kind, one.date.isoformat(), one.key, one.difference_fen)
        for one in truth.shown_after(day)
    )
    missed = [(_("missed"), one) for one in planted - seen]
    invented = [(_("not planted"), one) for one in seen - planted]
    return [
        f"{day.isoformat()} {what}: {' '.join(str(part) for part in one)}"
        for what, one in missed + invented
    ]


def next_steps(given: Mapping[str, str], day: date) -> list[str]:
    """Return the commands with which a person goes on."""
    windows = os.name == "nt"
    word, quoted = ("set", str) if windows else ("export", shlex.quote)
    commands = (
        f"board --date {day.isoformat()}",
        "discrepancies --task channel",
        "matches --task arrival",
        "verify",
        "--help",
    )
    return [
        _(
            "The users clerk, checker, supervisor, auditor and administrator have the password "
            "{password}. Look around:"
        ).format(password=given["DUIPING_PASSWORD"]),
        "",
        *(f"  {word} {name}={quoted(value)}" for name, value in given.items()),
        *(f"  python3 start.py app {command}" for command in commands),
    ]
