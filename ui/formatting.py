"""How amounts, days and counts are written in the window."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.base.dates import china_time
from app.base.i18n import N_, _, language

_WEEKDAYS = (
    N_("Mon"),
    N_("Tue"),
    N_("Wed"),
    N_("Thu"),
    N_("Fri"),
    N_("Sat"),
    N_("Sun"),
)


def amount(fen: int | None) -> str:
    """Write fen as yuan with separators, such as `-1,234.50`; nothing stays empty."""
    if fen is None:
        return ""
    whole, part = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{whole:,}.{part:02d}"


def count(number: int) -> str:
    """Write a number with separators."""
    return f"{number:,}"


def day(value: date | None) -> str:
    """Write a day as `2026-10-13`."""
    return value.isoformat() if value else ""


def day_with_weekday(value: date) -> str:
    """Write a day with its weekday, such as `2026-10-13 周二`."""
    return f"{value.isoformat()} {_(_WEEKDAYS[value.weekday()])}"


def moment(value: datetime | None) -> str:
    """Write a moment in local time, to the second."""
    return value.astimezone().strftime("%Y-%m-%d %H:%M:%S") if value else ""


def local_time(epoch: int | None) -> str:
    """Write a time of an entry (seconds since 1970) as China's `2026-10-13 20:19:11`."""
    return f"{china_time(epoch):%Y-%m-%d %H:%M:%S}" if epoch else ""


def per_mille(part: int, whole: int) -> str:
    """Write a share as a percentage with one decimal, rounded down, such as `99.9%`."""
    if not whole:
        return ""
    permille = part * 1000 // whole
    return f"{permille // 10}.{permille % 10}%"


def remaining(seconds: int) -> str:
    """Write how long something still takes."""
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"{minutes}:{rest:02d}"


def now() -> datetime:
    """Return this moment; only the window asks for it."""
    return datetime.now(UTC)


def is_chinese() -> bool:
    """Return whether the window speaks Chinese."""
    return language() == "zh_CN"


def rate(ppm: int) -> str:
    """Write parts of a million as a percentage, such as `0.3%`."""
    whole, part = divmod(ppm, 10_000)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".") + "%"


def clock(minutes: int) -> str:
    """Write minutes after midnight as `23:30`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
