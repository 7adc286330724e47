"""Reading what is typed into a form; whoever types it sees at once what cannot be read."""

from __future__ import annotations

import re

from app.base.dates import MIDNIGHT
from app.base.errors import WrongInput
from app.base.i18n import _
from app.base.money import parse_yuan
from app.catalog.rules import MasterField
from app.records.rules import Utility
from app.wording.labels import label as label_of
from ui.formatting import amount, clock, rate
from ui.widgets.editors import Text

_RATE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,5}))?\s*([%％‰])")
_CLOCK = re.compile(r"([0-9]{1,2})[:：]([0-9]{2})")
_WHOLE = re.compile(r"[0-9]{1,9}")
_PERCENT, _PERMILLE = 10_000, 1_000


def read_rate(text: str) -> int | None:
    """Read `0.3%` or `3‰` as parts of a million; nothing typed means no rate.

    Raises:
        WrongInput: It is no rate, or finer than a part of a million.
    """
    if not text.strip():
        return None
    found = _RATE.fullmatch(text.strip())
    if found is not None:
        scale = _PERMILLE if found[3] == "‰" else _PERCENT
        part = found[2] or ""
        exact = int(found[1] + part) * scale
        value, rest = divmod(exact, int(10 ** len(part)))
        if not rest:
            return value
    raise WrongInput(value=text, field=MasterField.RATE)


def read_clock(text: str) -> int:
    """Read `23:30` as minutes after midnight; 24:00 is the end of the day.

    Raises:
        WrongInput: It is no time of a day.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is not None and int(found[2]) < 60:  # noqa: PLR2004 - minutes of an hour
        minutes = int(found[1]) * 60 + int(found[2])
        if minutes <= MIDNIGHT:
            return minutes
    raise WrongInput(value=text, field=MasterField.CUTOFF)


def whole(field: MasterField) -> Text:
    """Return how a whole number of a field is read and written."""

    def read(text: str) -> int:
        if _WHOLE.fullmatch(text.strip()) is None:
            raise WrongInput(value=text, field=field)
        return int(text)

    return Text(read=read, write=str)


def _yuan(text: str) -> int | None:
    return parse_yuan(text) if text.strip() else None


def read_utilities(text: str) -> str:
    """Read names of utilities as the codes that files give; what is no name stays as it is."""
    codes = {label_of(one).casefold(): one.value for one in Utility}
    parts = (part.strip() for part in re.split(r"[,，、;；]", text))
    return ",".join(codes.get(part.casefold(), part) for part in parts if part)


def write_utilities(codes: str) -> str:
    """Write codes of utilities as their names."""
    known = set(Utility)
    names = [label_of(Utility(code)) if code in known else code for code in codes.split(",")]
    return _(", ").join(names)


UTILITIES = Text(read=read_utilities, write=write_utilities)
MONEY = Text(read=_yuan, write=amount)
RATE = Text(read=read_rate, write=rate)
CLOCK = Text(read=read_clock, write=clock)
PLAIN = Text()
