"""What several papers need: the unit, names, masked numbers, moments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import PurePath, PureWindowsPath
from typing import TypeVar

from sqlalchemy.orm import Session

from app.base.dates import CHINA, day_of
from app.base.i18n import N_, _
from app.base.masking import mask_card
from app.catalog import queries as catalog
from app.closing.queries import latest_day
from app.reporting.paper import Signature
from app.reporting.wishes import Wish

T = TypeVar("T")

NOTHING = "—"
_CHUNK = 500
_SHORT_HASH = 12
_CARD_DIGITS = range(12, 20)


def unit(session: Session, code: str = "") -> str:
    """Return the name of an organisation; without a code that of the one above all others."""
    found = catalog.organisations(session)
    if code:
        return next((one.name for one in found if one.code == code), code)
    tops = [one for one in found if not one.parent]
    parents = {one.parent for one in found}
    tops.sort(key=lambda one: one.code not in parents)
    return tops[0].name if tops else _(N_("Duiping"))


def channel_names(session: Session) -> dict[str, str]:
    """Return the names of the channels by code; ALL stands for the platform."""
    names = {one.code: one.name for one in catalog.channels(session)}
    return {**names, "ALL": _(N_("the platform, all channels"))}


def day_wanted(session: Session, wish: Wish) -> date:
    """Return the day that a paper is about: the one asked for, or the latest that is loaded.

    Raises:
        NothingLoaded: The database holds no entries.
    """
    return wish.day or latest_day(session)


def days_said(first: date | None, last: date | None) -> str:
    """Return a period as it stands on a paper."""
    if first is not None and first == last:
        return first.isoformat()
    start = first.isoformat() if first else "…"
    return f"{start} – {last.isoformat() if last else '…'}"


def iso(number: int | None) -> str:
    """Return a stored day as ISO text; nothing where there is none."""
    return day_of(number).isoformat() if number else ""


def moment(at: datetime | None) -> str:
    """Return a moment in China's time, to the minute."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}" if at else ""


def masked_account(number: str) -> str:
    """Return an account number with its middle hidden."""
    digits = "".join(char for char in number if char.isdigit())
    if len(digits) in _CARD_DIGITS:
        return mask_card(number)
    kept = 4
    if len(digits) <= kept:
        return "*" * len(number.strip())
    return f"{digits[:kept]} **** {digits[-kept:]}"


def own_name(path: str) -> str:
    """Return the name of a file without the folders it came from."""
    return PureWindowsPath(PurePath(path).name).name


def short_hash(sha256: str) -> str:
    """Return the beginning of a fingerprint, as it stands in the small print."""
    return sha256[:_SHORT_HASH]


def joined(words: Iterable[str]) -> str:
    """Return different words as one list."""
    return _(N_(", ")).join(dict.fromkeys(word for word in words if word)) or NOTHING


def signed(part: str, name: str | None = "", at: datetime | None = None) -> Signature:
    """Return who signs in a part, or the empty line for it."""
    return Signature(part=_(part), name=name or "", at=moment(at))


def four_signatures() -> tuple[Signature, ...]:
    """Return the usual ones, to be signed by hand."""
    return tuple(
        signed(part)
        for part in (N_("Prepared by"), N_("Checked by"), N_("Booked by"), N_("Supervisor"))
    )


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Split values into parts that fit into one query."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
