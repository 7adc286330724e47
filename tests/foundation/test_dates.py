"""Days, moments and business days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.dates import (
    CHINA,
    MIDNIGHT,
    NOON,
    business_day,
    china_time,
    day_number,
    day_of,
    epoch_of,
    moment_of,
    parse_day,
    parse_moment,
)
from app.base.errors import BadDate

DAYS = st.dates(date(1970, 1, 2), date(2100, 1, 1))
EPOCHS = st.integers(0, 4_000_000_000)


@pytest.mark.parametrize(
    "text", ["2026-03-01", "2026/03/01", "2026/3/1", "2026-3-1", "20260301", " 2026-03-01\t"]
)
def test_days_are_read(text: str) -> None:
    assert parse_day(text) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30",
        "2026-13-01",
        "2026-00-10",
        "0000-00-00",
        "00000000",
        "2026-03/01",
        "26-03-01",
        "2026031",
        "202603011",
        "2026-03-01 00:00:00",
        "2026年3月1日",
        "２０２６-03-01",
        "45000",
        "60",
        "x" * 1000,
        "2026-03-01\n",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadDate):
        parse_day(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 09:05:07",
        "2026-03-01  09:05:07",
        "2026-03-01 9:05:07",
        "2026/03/01 09:05:07",
        "2026/3/1 9:05:07",
        "2026-03-01T09:05:07",
        "20260301 09:05:07",
        "20260301  09:05:07",
        "20260301090507",
        "20260301 090507",
        "\u00a02026-03-01 09:05:07 ",
    ],
)
def test_moments_are_read_as_china_time(text: str) -> None:
    assert moment_of(parse_moment(text)) == datetime(2026, 3, 1, 1, 5, 7, tzinfo=UTC)


def test_seconds_may_be_missing() -> None:
    assert parse_moment("2026-03-01 09:05") == parse_moment("2026-03-01 09:05:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "2026-03-01 24:00:00",
        "2026-03-01 23:60:00",
        "2026-03-01 23:59:60",
        "2026-02-30 10:00:00",
        "0000-00-00 00:00:00",
        "20260230101010",
        "20260301240000",
        "2026-03-01   09:05:07",
        "2026-03-01 09:05:07.5",
        "2026-03-01 09:05:07Z",
        "2026-03-01T09:05:07+08:00",
        "2026-03-01 0905",
        "202603010905",
        "x" * 1000,
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(BadDate):
        parse_moment(text)


@given(st.text(max_size=30))
def test_any_text_gives_a_moment_or_a_refusal(text: str) -> None:
    for parse in (parse_day, parse_moment):
        try:
            parse(text)
        except BadDate:
            continue


@given(EPOCHS)
def test_moments_are_read_back(epoch: int) -> None:
    text = china_time(epoch).strftime("%Y-%m-%d %H:%M:%S")

    assert parse_moment(text) == epoch
    assert epoch_of(moment_of(epoch)) == epoch


@given(DAYS)
def test_days_are_stored_as_numbers(day: date) -> None:
    assert day_of(day_number(day)) == day
    assert parse_day(str(day_number(day))) == day


def test_a_moment_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        epoch_of(datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("time", "cutoff", "day"),
    [
        ("2026-03-01 00:00:00", 1440, date(2026, 3, 1)),
        ("2026-03-01 23:59:59", 1440, date(2026, 3, 1)),
        ("2026-03-01 22:59:59", 23 * 60, date(2026, 3, 1)),
        ("2026-03-01 23:00:00", 23 * 60, date(2026, 3, 2)),
        ("2026-03-01 11:59:59", 720, date(2026, 3, 1)),
        ("2026-03-01 12:00:00", 720, date(2026, 3, 2)),
        ("2026-03-01 02:59:59", 180, date(2026, 2, 28)),
        ("2026-03-01 03:00:00", 180, date(2026, 3, 1)),
        ("2026-03-01 00:00:00", 0, date(2026, 3, 1)),
    ],
)
def test_the_business_day_follows_the_cut_off(time: str, cutoff: int, day: date) -> None:
    assert business_day(parse_moment(time), cutoff) == day


@given(EPOCHS, st.integers(0, MIDNIGHT))
def test_a_business_day_lasts_24_hours_and_starts_at_the_cut_off(epoch: int, cutoff: int) -> None:
    day = business_day(epoch, cutoff)

    opened = datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(minutes=cutoff)
    if cutoff >= NOON:
        opened -= timedelta(days=1)
    assert opened <= china_time(epoch) < opened + timedelta(days=1)
