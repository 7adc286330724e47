"""The columns of the list of prints, and how a print is told in words."""

from __future__ import annotations

import json
import re
from datetime import datetime

from app.base.dates import CHINA
from app.base.i18n import N_, _
from app.matching.rules import Task
from app.reporting.queries import IssueView
from app.reporting.titles import title
from app.wording.labels import label as label_of
from ui.formatting import count
from ui.models.column import Column
from ui.widgets.states import DONE, NONE, with_glyph

_SHEET = re.compile(r" \[[a-z]+\]$")
"""A sheet of a paper is a document of its own; its format stands behind what it is about."""


def about(one: IssueView) -> str:
    """Return what a paper is about, as people read it."""
    subject = _SHEET.sub("", one.subject)
    if not subject.startswith("{"):
        return subject
    said = json.loads(subject)
    words = [said["day"]] if "day" in said else []
    if "first" in said or "last" in said:
        words.append(f"{said.get('first', '…')} – {said.get('last', '…')}")
    if "task" in said:
        words.append(label_of(Task(said["task"])))
    words += [said[name] for name in ("channel", "account_no", "organisation") if name in said]
    return " · ".join(words) or _(N_("as of that day"))


def printed_at(at: datetime | None) -> str:
    """Return a moment in China's time, as it stands on the paper."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" if at else ""


def state(one: IssueView) -> str:
    """Return whether a paper counts."""
    if one.is_void:
        return with_glyph(NONE, _(N_("void")))
    return with_glyph(DONE, _(N_("valid")))


def copy(one: IssueView) -> str:
    """Return which copy a print is."""
    if not one.copy_no:
        return _(N_("original"))
    return _(N_("reprint {copy}")).format(copy=one.copy_no)


def print_columns() -> list[Column[IssueView]]:
    """Return the columns."""
    return [
        Column(name="number", title=N_("Number"), text=_number, width=17, sortable=False),
        Column(name="kind", title=N_("Paper"), text=_paper, width=12, room=22, sortable=False),
        Column(
            name="about",
            title=N_("About"),
            text=about,
            tip=about,
            width=12,
            room=34,
            sortable=False,
        ),
        Column(
            name="state",
            title=N_("State"),
            text=state,
            tip=lambda one: one.void_reason,
            tone=lambda one: "muted" if one.is_void else "good",
            width=7,
            sortable=False,
        ),
        Column(name="copy", title=N_("Copy"), text=copy, width=7, sortable=False),
        Column(name="at", title=N_("When"), text=_when, width=19, sortable=False),
        Column(name="by", title=N_("By"), text=_who, width=9, room=14, sortable=False),
        Column(
            name="format", title=N_("Format"), text=_format, width=6, sortable=False, spare=True
        ),
        Column(
            name="pages",
            title=N_("Pages"),
            text=lambda one: count(one.pages),
            numeric=True,
            width=6,
            sortable=False,
            spare=True,
        ),
    ]


def _number(one: IssueView) -> str:
    return one.number


def _paper(one: IssueView) -> str:
    return title(one.kind)


def _when(one: IssueView) -> str:
    return printed_at(one.issued_at)


def _who(one: IssueView) -> str:
    return one.issued_by


def _format(one: IssueView) -> str:
    return one.format.value.upper()
