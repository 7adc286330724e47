"""Working days and closed days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.queries import records, verify_chain
from app.base.errors import DayClosed, NotAllowed
from app.calendar.model import CalendarDay, ClosedDay
from app.calendar.queries import CalendarRow, closed_days, days, is_closed, working_calendar
from app.calendar.rules import WorkingCalendar
from app.calendar.service import know_year, require_open, seed, set_day
from app.db.workspace import Actor, Tx, Workspace

# Spring Festival 2026: off from Sunday 15 February to Monday 23 February; Saturday the 14th
# and Saturday the 28th are worked.
SPRING = WorkingCalendar(
    holidays=frozenset(date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23)),
    make_up_days=frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
    known_years=frozenset({2026}),
)

DAYS = st.dates(date(2025, 12, 1), date(2026, 4, 30))
CALENDARS = st.builds(
    WorkingCalendar, holidays=st.frozensets(DAYS), make_up_days=st.frozensets(DAYS)
)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 13), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 3, 1), False),
    ],
)
def test_which_days_are_worked(day: date, working: bool) -> None:  # noqa: FBT001
    assert SPRING.is_working(day) is working


@pytest.mark.parametrize(
    ("day", "count", "result"),
    [
        (date(2026, 2, 13), 0, date(2026, 2, 13)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 2, 15), 1, date(2026, 2, 24)),
        (date(2026, 2, 24), -1, date(2026, 2, 14)),
        (date(2026, 2, 24), -2, date(2026, 2, 13)),
        (date(2026, 2, 27), 2, date(2026, 3, 2)),
    ],
)
def test_adding_working_days(day: date, count: int, result: date) -> None:
    assert SPRING.add_working_days(day, count) == result


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2026, 2, 13), date(2026, 2, 13), 0),
        (date(2026, 2, 13), date(2026, 2, 14), 1),
        (date(2026, 2, 13), date(2026, 2, 23), 1),
        (date(2026, 2, 13), date(2026, 2, 24), 2),
        (date(2026, 2, 24), date(2026, 2, 13), -2),
        (date(2026, 1, 1), date(2026, 1, 31), 21),
    ],
)
def test_counting_working_days(first: date, last: date, count: int) -> None:
    assert SPRING.working_days_between(first, last) == count


def test_the_next_working_day() -> None:
    assert SPRING.next_working_day(date(2026, 2, 14)) == date(2026, 2, 24)
    assert SPRING.working_day_from(date(2026, 2, 14)) == date(2026, 2, 14)
    assert SPRING.working_day_from(date(2026, 2, 15)) == date(2026, 2, 24)


def test_a_year_that_is_not_known_counts_weekdays_and_says_so() -> None:
    assert SPRING.is_working(date(2030, 10, 1))
    assert SPRING.unknown_years(date(2030, 10, 1), date(2026, 1, 1), date(2029, 1, 1)) == (
        2029,
        2030,
    )
    assert SPRING.unknown_years(date(2026, 1, 1)) == ()


@given(CALENDARS, DAYS, DAYS)
def test_counting_is_the_same_as_going_day_by_day(
    calendar: WorkingCalendar, first: date, last: date
) -> None:
    first, last = sorted((first, last))
    one_by_one = sum(
        calendar.is_working(first + timedelta(days=n + 1)) for n in range((last - first).days)
    )

    assert calendar.working_days_between(first, last) == one_by_one
    assert calendar.working_days_between(last, first) == -one_by_one


@given(CALENDARS, DAYS, st.integers(1, 30))
def test_adding_and_counting_agree(calendar: WorkingCalendar, day: date, count: int) -> None:
    later = calendar.add_working_days(day, count)

    assert calendar.is_working(later)
    assert calendar.working_days_between(day, later) == count


def test_a_new_database_knows_the_holidays(workspace: Workspace) -> None:
    calendar = workspace.read(working_calendar)

    assert not calendar.is_working(date(2026, 10, 1))
    assert calendar.is_working(date(2026, 2, 28))
    assert not calendar.is_working(date(2025, 10, 8))
    assert set(range(2004, 2027)) <= calendar.known_years
    assert all(row.note for row in workspace.read(days, year=2026))


def test_seeding_again_adds_nothing(workspace: Workspace, administrator: Actor) -> None:
    assert workspace.write(administrator, seed).value == []


def test_seeding_keeps_what_people_changed(sqlite_workspace: Workspace, supervisor: Actor) -> None:
    def forget(tx: Tx) -> list[int]:
        for row in tx.session.query(CalendarDay).all():
            if row.day.year == 2026:
                tx.session.delete(row)
        tx.session.execute(
            CalendarDay.metadata.tables["calendar_year"]
            .delete()
            .where(CalendarDay.metadata.tables["calendar_year"].c.year == 2026)
        )
        tx.session.flush()
        set_day(tx, day=date(2026, 10, 1), working=True, note="night shift")
        return seed(tx)

    assert sqlite_workspace.write(supervisor, forget).value == [2026]
    calendar = sqlite_workspace.read(working_calendar)
    assert calendar.is_working(date(2026, 10, 1))
    assert not calendar.is_working(date(2026, 10, 2))


def test_the_calendar_can_be_edited(workspace: Workspace, supervisor: Actor) -> None:
    day = date(2027, 10, 1)
    before = workspace.read(verify_chain).count
    workspace.write(supervisor, set_day, day=day, working=False, note="国庆节")
    assert workspace.read(days, year=2027) == [CalendarRow(day=day, working=False, note="国庆节")]

    workspace.write(supervisor, set_day, day=day, working=True)
    assert workspace.read(working_calendar).is_working(day)

    workspace.write(supervisor, set_day, day=day, working=None)
    assert workspace.read(days, year=2027) == []
    assert [(row.before, row.after) for row in workspace.read(records, after=before)] == [
        ("", '{"note":"国庆节","working":false}'),
        ('{"note":"国庆节","working":false}', '{"note":"","working":true}'),
        ('{"note":"","working":true}', ""),
    ]


def test_a_year_entered_by_hand_is_known(workspace: Workspace, supervisor: Actor) -> None:
    assert 2027 not in workspace.read(working_calendar).known_years
    for _ in range(2):
        workspace.write(supervisor, know_year, year=2027)

    assert 2027 in workspace.read(working_calendar).known_years


def test_only_some_may_edit_the_calendar(sqlite_workspace: Workspace, clerk: Actor) -> None:
    with pytest.raises(NotAllowed):
        sqlite_workspace.write(clerk, set_day, day=date(2027, 1, 1), working=False)
    with pytest.raises(NotAllowed):
        sqlite_workspace.write(clerk, know_year, year=2027)


def test_a_closed_day_stays_shut(workspace: Workspace, clerk: Actor) -> None:
    day = date(2026, 3, 1)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    workspace.write(clerk, require_open, day)

    workspace.write(
        clerk, lambda tx: tx.session.add(ClosedDay(business_on=day, closed_at=at, closed_by="li"))
    )

    with pytest.raises(DayClosed, match="2026-03-01 is closed"):
        workspace.write(clerk, require_open, day)
    workspace.write(clerk, require_open, date(2026, 3, 2))
    assert workspace.read(closed_days) == {day}
    assert workspace.read(is_closed, day)
