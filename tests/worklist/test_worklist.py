"""The lines of the reconcile page: each entry once, filtered and sorted."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.dates import day_number
from app.discrepancies.filtering import BadFilter, Range, Words, wanted_of
from app.discrepancies.queries import DiscrepancyFilter, discrepancies
from app.discrepancies.rows import Line
from app.discrepancies.rules import LineState, Status, Tab
from app.discrepancies.sheet import Sheet
from app.discrepancies.worklist import KIND, Filter, Order, Question, tab_counts
from app.matching.model import Match, Run
from app.matching.rules import Kind, Side, Task
from app.records.fields import Look
from tests.worklist.conftest import Day

DAY = date(2026, 3, 3)


def _entries(lines: list[Line], side: Side) -> list[tuple[str, int]]:
    return [
        (entry.kind.value, entry.id) for line in lines if (entry := line.entry(side)) is not None
    ]


def _matched(session: Session, task: Task, day: date) -> int:
    query = (
        select(Match.id)
        .join(Run, Run.id == Match.run_id)
        .where(Match.task == task, Run.business_on == day_number(day))
    )
    return len(session.scalars(query).all())


@pytest.mark.parametrize("task", list(Task))
def test_each_entry_stands_on_one_line_of_the_overview(day: Day, task: Task) -> None:
    sheet = day.sheet(task)

    lines = day.lines(sheet)

    for side in Side:
        twice = [one for one, count in Counter(_entries(lines, side)).items() if count > 1]
        assert not twice
    assert sum(1 for line in lines if line.match_id) == day.workspace.read(_matched, task, day.day)


@pytest.mark.parametrize("task", list(Task))
def test_every_open_discrepancy_has_its_line(day: Day, task: Task) -> None:
    sheet = day.sheet(task)

    lines = day.lines(sheet)

    rows = day.workspace.read(discrepancies, DiscrepancyFilter(task=task))
    wanted = {row.id: row.kind for row in rows if row.status is not Status.RESOLVED}
    assert {line.discrepancy_id: line.kind for line in lines if line.discrepancy_id} == wanted


def test_tabs_add_up_to_the_overview(day: Day) -> None:
    for task in Task:
        sheet = day.sheet(task)

        counts = {one.tab: one for one in day.workspace.read(tab_counts, sheet)}

        parts = (Tab.OPEN, Tab.DIFFERENT, Tab.TRANSIT, Tab.MATCHED)
        fees = [line for line in day.lines(sheet) if line.kind is Kind.FEE_DIFFERS]
        both = sum(counts[tab].count for tab in parts) - len(fees)
        assert both == counts[Tab.OVERVIEW].count


def test_sums_are_those_of_the_lines(day: Day) -> None:
    sheet = day.sheet(Task.CHANNEL)

    view = day.view(sheet, Question(tab=Tab.MATCHED))

    lines = day.lines(sheet, Question(tab=Tab.MATCHED))
    assert view.ours_fen == sum(line.ours.fen for line in lines if line.ours)
    assert view.theirs_fen == sum(line.theirs.fen for line in lines if line.theirs)
    assert view.ours_fen == view.theirs_fen


def test_a_channel_has_its_own_lines(day: Day) -> None:
    whole = day.lines(day.sheet(Task.CHANNEL))
    scopes = {str(line.ours.value("channel")) for line in whole if line.ours}

    parts = [day.lines(day.sheet(Task.CHANNEL, scope)) for scope in sorted(scopes)]

    assert sum(map(len, parts)) == len(whole)
    for scope, lines in zip(sorted(scopes), parts, strict=True):
        found = {e.value("channel") for line in lines if (e := line.ours or line.theirs)}
        assert found == {scope}


@pytest.mark.parametrize(
    ("side", "field", "look", "text"),
    [
        (Side.OURS, "amount_fen", Look.AMOUNT, ">100"),
        (Side.THEIRS, "amount_fen", Look.AMOUNT, "50..150.5"),
        (Side.OURS, "payment_no", Look.TEXT, "*7"),
        (Side.THEIRS, "payment_no", Look.TEXT, "!7"),
        (Side.OURS, "paid_at", Look.TIME, "10:00..12:30"),
    ],
)
def test_filters_find_what_they_say(
    day: Day, side: Side, field: str, look: Look, text: str
) -> None:
    sheet = day.sheet(Task.CHANNEL)
    one = Filter(side=side, field=field, wanted=wanted_of(look, text, day.day))

    found = day.lines(sheet, Question(filters=(one,)))

    passing = {line.place for line in day.lines(sheet) if _passes(line, one)}
    assert passing
    assert {line.place for line in found} == passing


def test_kinds_are_found_by_their_names(day: Day) -> None:
    sheet = day.sheet(Task.CHANNEL)
    kinds = frozenset({Kind.MISSING_OURS.value, Kind.DUPLICATE_OURS.value})

    found = day.lines(sheet, Question(filters=(Filter(side=None, field=KIND, codes=kinds),)))

    assert {line.kind for line in found} == {Kind.MISSING_OURS, Kind.DUPLICATE_OURS}


@pytest.mark.parametrize("downwards", [False, True])
@pytest.mark.parametrize("field", ["amount_fen", "payment_no"])
def test_sorting_puts_missing_sides_last(day: Day, field: str, downwards: bool) -> None:  # noqa: FBT001
    sheet = day.sheet(Task.CHANNEL)
    order = Order(side=Side.OURS, field=field, downwards=downwards)

    lines = day.lines(sheet, Question(order=order))

    values = [line.ours.value(field) if line.ours else None for line in lines]
    there = [value for value in values if value is not None]
    assert values == there + [None] * (len(values) - len(there))
    assert there == sorted(there, key=lambda value: value, reverse=downwards)


def test_lines_of_one_thing_stay_together(day: Day) -> None:
    sheet = day.sheet(Task.ARRIVAL)
    order = Order(side=Side.THEIRS, field="amount_fen")

    lines = day.lines(sheet, Question(order=order))

    leads = [line for line in lines if not line.leads]
    assert leads
    for above, line in itertools.pairwise(lines):
        if not line.leads:
            assert (above.match_id, above.discrepancy_id) == (line.match_id, line.discrepancy_id)


def test_what_an_older_sheet_has_read_is_used_again(sample: Day) -> None:
    before = sample.sheet(Task.CHANNEL)

    again: Sheet = sample.sheet(Task.CHANNEL, before=before)

    assert again.links is not None
    assert again.is_prepared
    assert _without_place(sample.lines(again)) == _without_place(sample.lines(before))


def test_a_day_without_a_run_says_so(sample: Day) -> None:
    sheet = Day(workspace=sample.workspace, actor=sample.actor, day=date(2026, 1, 5)).sheet(
        Task.CHANNEL
    )

    assert not sheet.standing.ran
    assert len(sheet) == 0


@pytest.mark.parametrize(
    ("look", "text", "wanted"),
    [
        (Look.AMOUNT, "458", Range(least=45_800, most=45_899, absolute=True)),
        (Look.AMOUNT, "458.3", Range(least=45_830, most=45_839, absolute=True)),
        (Look.AMOUNT, "=458.3", Range(least=45_830, most=45_830)),
        (Look.AMOUNT, "＞１００", Range(least=10_001, most=2**62)),
        (Look.AMOUNT, "100..200", Range(least=10_000, most=20_000)),
        (Look.AMOUNT, "-458", Range(least=-45_899, most=-45_800)),
        (Look.NUMBER, "202602", Range(least=202_602, most=202_602)),
        (Look.DAY, "3-4", Range(least=20_260_304, most=20_260_304)),
        (Look.TIME, "20:19", Range(least=73_140, most=73_199, of_day=True)),
        (Look.TIME, "<09:00", Range(least=-(2**62), most=32_399, of_day=True)),
        (Look.TIME, "2026-03-03", Range(least=1_772_467_200, most=1_772_553_599)),
        (Look.TEXT, "*4801", Words(text="4801", end=True)),
        (Look.TEXT, "!abc", Words(text="abc", without=True)),
        (Look.TEXT, "=P1", Words(text="P1", whole=True)),
        (Look.TEXT, "  ", None),
    ],
)
def test_filters_are_read_as_people_write_them(
    look: Look, text: str, wanted: Range | Words | None
) -> None:
    assert wanted_of(look, text, DAY) == wanted


@pytest.mark.parametrize(
    ("look", "text"),
    [
        (Look.AMOUNT, "abc"),
        (Look.AMOUNT, ".."),
        (Look.AMOUNT, ">"),
        (Look.TIME, "25:00"),
        (Look.TIME, "10:00..03-04"),
        (Look.DAY, "13-40"),
        (Look.NUMBER, "1.5"),
    ],
)
def test_nonsense_in_a_filter_is_said(look: Look, text: str) -> None:
    with pytest.raises(BadFilter):
        wanted_of(look, text, DAY)


def _passes(line: Line, one: Filter) -> bool:
    entry = line.entry(one.side) if one.side else None
    if entry is None:
        return False
    value = entry.value(one.field)
    match one.wanted:
        case Range(of_day=True) as wanted:
            second = (int(value or 0) + 8 * 3600) % 86_400
            return wanted.least <= second <= wanted.most
        case Range() as wanted:
            return wanted.least <= int(value or 0) <= wanted.most
        case Words(end=True) as words:
            return str(value).endswith(words.text)
        case Words(without=True) as words:
            return words.text not in str(value)
        case _:
            raise AssertionError(one)


def _without_place(lines: list[Line]) -> list[tuple[LineState, int, int]]:
    return [(line.state, line.match_id, line.discrepancy_id) for line in lines]
