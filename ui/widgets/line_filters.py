"""What is typed under the titles of the reconcile page, as conditions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from app.discrepancies.filtering import wanted_of
from app.discrepancies.rules import LineState
from app.discrepancies.worklist import KIND, STATE, Filter
from app.matching.rules import Kind, Side, Task
from app.records.fields import Look
from app.wording.labels import label
from ui.naming import Names
from ui.widgets.entry_columns import entry_field


def filters_of(
    task: Task,
    day: date | None,
    typed: Mapping[Side | None, Mapping[str, str]],
    names: Names,
) -> tuple[Filter, ...]:
    """Return the conditions that people typed, side by side; None is between the sides.

    Raises:
        BadFilter: One makes no sense for its column.
    """
    near = day or date(2000, 1, 1)
    found = []
    for side, texts in typed.items():
        for name, text in texts.items():
            codes = names.codes(name, text)
            if side is None:
                one = _of_line(name, text, near)
            elif codes:
                one = Filter(side=side, field=name, codes=codes)
            else:
                one = _of_side(task, side, name, text, near)
            if one is not None:
                found.append(one)
    return tuple(found)


def _of_line(name: str, text: str, near: date) -> Filter | None:
    if name == KIND:
        return _of_result(text)
    wanted = wanted_of(Look.AMOUNT, text, near)
    return None if wanted is None else Filter(side=None, field=name, wanted=wanted)


def _of_result(text: str) -> Filter | None:
    """A result is a kind of discrepancy, or where there is none the state of the line."""
    if not text.strip():
        return None
    kinds = _named(Kind, text)
    if kinds:
        return Filter(side=None, field=KIND, codes=kinds)
    return Filter(side=None, field=STATE, codes=_named(LineState, text))


def _of_side(task: Task, side: Side, name: str, text: str, near: date) -> Filter | None:
    field = entry_field(task, side, name)
    if field.choices is not None:
        codes = _named(field.choices, text)
        return Filter(side=side, field=name, codes=codes) if text.strip() else None
    wanted = wanted_of(field.look, text, near)
    return None if wanted is None else Filter(side=side, field=name, wanted=wanted)


def _named(members: type[StrEnum], text: str) -> frozenset[str]:
    """Return the members whose name holds a text."""
    wanted = text.strip().casefold()
    return frozenset(one.value for one in members if wanted in label(one).casefold())
