"""The work list of discrepancies."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.base.ranges import parse_range
from app.db.workspace import Actor, Workspace
from app.discrepancies.attachments import attach
from app.discrepancies.casefilter import UNSETTLED, CaseColumn, CaseFilter, CaseOrder, narrowed
from app.discrepancies.cases import (
    CaseRow,
    CaseSum,
    case_ages,
    case_assignees,
    case_channels,
    case_groups,
    case_list,
    case_rows,
    case_sum,
)
from app.discrepancies.casework import add_note, assign_cases, explain_cases
from app.discrepancies.rules import BANDS, Grouping, Status, age_band
from app.matching.rules import Kind, Task
from tests.books import DAY, PAYEE, Books, arrival, batch, bill_line, payment
from tests.discrepancies.nursery import fill_many

ALL = CaseFilter()


def rows(books: Books, wanted: CaseFilter = ALL, order: CaseOrder | None = None) -> list[CaseRow]:
    found = books.workspace.read(case_list, wanted, order)
    return books.workspace.read(case_rows, found.ids)


def keys(books: Books, **wanted: Any) -> set[str]:
    return {row.ours_key or row.theirs_key for row in rows(books, CaseFilter(**wanted))}


def test_a_row_shows_both_sides_and_the_difference(day: Books) -> None:
    found = {row.ours_key or row.theirs_key: row for row in rows(day)}

    assert set(found) == {"Z2", "Z3", "Z4", "Z9"}
    assert (found["Z2"].ours_fen, found["Z2"].theirs_fen) == (458_30, None)
    assert (found["Z3"].ours_fen, found["Z3"].theirs_fen) == (100_00, 99_00)
    assert (found["Z9"].ours_fen, found["Z9"].theirs_fen) == (None, 5_00)
    assert found["Z9"].difference_fen == -5_00
    assert found["Z4"].channel == "CCB"
    assert found["Z3"].business_on == DAY


def test_the_list_adds_up(day: Books) -> None:
    found = day.workspace.read(case_list, ALL)

    assert found.sums == CaseSum(
        count=4,
        ours_fen=588_30,
        theirs_fen=104_00,
        difference_fen=484_30,
    )
    assert day.workspace.read(case_sum, found.ids) == found.sums


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"tasks": frozenset({Task.CHANNEL})}, {"Z2", "Z3", "Z4", "Z9"}),
        ({"tasks": frozenset({Task.ARRIVAL})}, set()),
        ({"kinds": frozenset({Kind.AMOUNT_DIFFERS})}, {"Z3"}),
        ({"channels": frozenset({"CCB"})}, {"Z4"}),
        ({"statuses": frozenset({Status.RESOLVED})}, set()),
        ({"statuses": UNSETTLED}, {"Z2", "Z3", "Z4", "Z9"}),
        ({"first": date(2026, 3, 4)}, set()),
        ({"last": DAY, "first": DAY}, {"Z2", "Z3", "Z4", "Z9"}),
        ({"ours": parse_range("=458.3")}, {"Z2"}),
        ({"theirs": parse_range("<100")}, {"Z3", "Z9"}),
        ({"theirs": parse_range("0")}, set()),
        ({"difference": parse_range("<0")}, {"Z9"}),
        ({"difference": parse_range("1..30")}, {"Z3", "Z4"}),
        ({"keys": "z3"}, {"Z3"}),
        ({"keys": "%"}, set()),
        ({"bands": frozenset({"0-1"})}, {"Z2", "Z3", "Z4", "Z9"}),
        ({"bands": frozenset({"2-3"})}, set()),
        ({"payees": frozenset({PAYEE})}, set()),
        ({"nobody": True}, {"Z2", "Z3", "Z4", "Z9"}),
        ({"assignee": "clerk"}, set()),
    ],
)
def test_filters_let_through_what_they_say(
    day: Books, wanted: dict[str, Any], found: set[str]
) -> None:
    assert keys(day, **wanted) == found


def test_what_is_mine_and_what_is_nobodys(day: Books, clerk: Actor) -> None:
    mine = rows(day)[0]

    day.workspace.write(clerk, assign_cases, ids=[mine.id], to="clerk")

    assert [row.id for row in rows(day, CaseFilter(assignee="clerk"))] == [mine.id]
    assert mine.id not in {row.id for row in rows(day, CaseFilter(nobody=True))}


def test_payees_and_channels_come_from_the_entries(books: Books) -> None:
    books.load("payments", payment(1))
    books.load("bills", bill_line(1))
    books.load("batches", batch(1, 归集渠道="ICBC"))
    books.load("bank", arrival(7, 附言="", 收入金额="77.00"))
    books.reconcile(Task.WRITEOFF)
    books.reconcile(Task.ARRIVAL)

    found = {row.kind: row for row in rows(books)}

    assert found[Kind.NOT_WRITTEN_OFF].payee == PAYEE
    assert (found[Kind.NOT_ARRIVED].payee, found[Kind.NOT_ARRIVED].channel) == (PAYEE, "ICBC")
    assert found[Kind.UNEXPECTED_ARRIVAL].payee == PAYEE
    assert books.workspace.read(case_channels) == ["ICBC"]
    assert len(rows(books, CaseFilter(payees=frozenset({PAYEE})))) == 3


@pytest.mark.parametrize("column", CaseColumn)
@pytest.mark.parametrize("descending", [False, True])
def test_every_column_sorts(day: Books, column: CaseColumn, *, descending: bool) -> None:
    order = CaseOrder(column=column, descending=descending)

    found = rows(day, order=order)

    assert len(found) == 4
    if column is CaseColumn.DIFFERENCE:
        sizes = [row.difference_fen for row in found]
        assert sizes == sorted(sizes, reverse=descending)


def test_the_oldest_come_last_by_age(workspace: Workspace, clerk: Actor) -> None:
    fill_many(workspace, clerk, 40)
    books = Books(workspace=workspace, actor=clerk, folder=Path())

    young = rows(books, order=CaseOrder(column=CaseColumn.AGE))
    old = rows(books, order=CaseOrder(column=CaseColumn.AGE, descending=True))

    assert [row.business_on for row in young] == sorted(
        (row.business_on for row in young), reverse=True
    )
    assert old[0].business_on == date(2026, 3, 1)
    ages = workspace.read(case_ages)
    assert ages[date(2026, 3, 1)] == 15
    assert ages[date(2026, 3, 20)] == 0


@pytest.mark.parametrize("by", Grouping)
def test_groups_hold_every_row_once(day: Books, clerk: Actor, by: Grouping) -> None:
    day.workspace.write(clerk, assign_cases, ids=[rows(day)[0].id], to="clerk")

    groups = day.workspace.read(case_groups, ALL, by)

    assert sum(group.sums.count for group in groups) == 4
    assert sum(group.sums.difference_fen for group in groups) == 484_30
    for group in groups:
        inside = day.workspace.read(case_list, narrowed(ALL, by, group.key))
        if by not in {Grouping.PAYEE, Grouping.CHANNEL} or group.key:
            assert inside.sums == group.sums


def test_groups_come_in_order(day: Books) -> None:
    groups = day.workspace.read(case_groups, ALL, Grouping.CHANNEL)

    assert [(group.key, group.sums.count) for group in groups] == [("CCB", 1), ("ICBC", 3)]


def test_counts_of_notes_and_attachments(day: Books, clerk: Actor) -> None:
    one, two = rows(day)[:2]

    day.workspace.write(clerk, add_note, id_=one.id, text="问过银行")
    day.workspace.write(clerk, add_note, id_=one.id, text="明天到")
    day.workspace.write(clerk, attach, id_=two.id, name="a.txt", content=b"a")

    found = {row.id: (row.notes, row.attachments) for row in rows(day)}
    assert found[one.id] == (2, 0)
    assert found[two.id] == (0, 1)


def test_an_empty_database_has_an_empty_list(books: Books) -> None:
    found = books.workspace.read(case_list, ALL)

    assert (list(found.ids), found.sums, found.ages) == ([], CaseSum(), {})
    assert books.workspace.read(case_groups, ALL, Grouping.BAND) == []


def test_rows_that_are_gone_are_left_out(day: Books) -> None:
    there = rows(day)[0]

    assert day.workspace.read(case_rows, [10**9, there.id]) == [there]


def test_only_who_works_on_discrepancies_is_offered(day: Books) -> None:
    assert day.workspace.read(case_assignees) == ["checker", "clerk", "supervisor"]


def test_bands_are_named_as_ages_are() -> None:
    assert [age_band(days) for days in (0, 1, 2, 3, 4, 7, 8, 30, 31)] == [
        *["0-1"] * 2,
        *["2-3"] * 2,
        *["4-7"] * 2,
        *["8-30"] * 2,
        "30+",
    ]
    assert BANDS == ("0-1", "2-3", "4-7", "8-30", "30+")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(low=st.integers(-500, 500), high=st.integers(-500, 500))
def test_a_filter_and_its_opposite_share_the_list(day: Books, low: int, high: int) -> None:
    low, high = sorted((low, high))
    inside = rows(day, CaseFilter(difference=parse_range(f"{low}..{high}")))

    below = rows(day, CaseFilter(difference=parse_range(f"<{low}")))
    above = rows(day, CaseFilter(difference=parse_range(f">{high}")))

    assert len(inside) + len(below) + len(above) == 4


def test_what_is_explained_leaves_the_unsettled(day: Books, clerk: Actor) -> None:
    one = rows(day)[0]

    day.workspace.write(clerk, explain_cases, ids=[one.id], reason="测试交易")

    assert one.id not in {row.id for row in rows(day, CaseFilter(statuses=UNSETTLED))}
