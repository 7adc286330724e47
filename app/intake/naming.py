"""What the name of a file tells, where its content does not: a day, a channel, an account."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from app.base.dates import day_number

_DAY = re.compile(r"(?<![0-9])(20[0-9]{2})([-_.年]?)([01]?[0-9])([-_.月]?)([0-3]?[0-9])(?![0-9])")
_EXTENSION = re.compile(r"(?:\.[a-z][a-z0-9]{0,4})+$")
_REVISION = re.compile(
    r"(?:[\s_.-]*(?:\(\d+\)|v\d+|副本|修正|更正|更新|改|新|重出|补|copy|new|fixed|corrected|final))+$"
)


def own_name(label: str) -> str:
    """Return a file's own name, without folders and without its archive."""
    return re.split(r"[\\/]", label)[-1]


def day_in(label: str) -> int | None:
    """Return the only day that a file's name names, as yyyymmdd."""
    found = set()
    for year, first, month, second, day in _DAY.findall(own_name(label)):
        compact = not first and not second
        if compact != (len(month) == len(day) == 2 and not first):  # noqa: PLR2004 - two digits
            continue
        try:
            found.add(day_number(date(int(year), int(month), int(day))))
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None


def scope_in(label: str, known: Iterable[tuple[str, str]]) -> str:
    """Return the code of the only one of these (code, name) that a file's name names."""
    name = _plain(own_name(label))
    words = set(re.split(r"[^a-z0-9]+", name))
    found = {
        code for code, title in known if _plain(code) in words or (title and _short(title) in name)
    }
    return found.pop() if len(found) == 1 else ""


def name_key(label: str) -> str:
    """Return a file's name without what a corrected file adds to it: `a(1).csv` is `a`."""
    name = _EXTENSION.sub("", _plain(own_name(label)))
    return _REVISION.sub("", name) or name


def _short(title: str) -> str:
    whole = _plain(title)
    short = whole.removeprefix("中国")
    return short if len(short) > len("银行") else whole


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
