"""Words of the papers: their kinds, numbers, copies and verification codes."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from app.base.errors import NotFound, UserError, WrongInput
from app.base.i18n import N_


class ReportKind(StrEnum):
    """A paper."""

    ARRIVAL = "arrival"
    RECEIPT = "receipt"
    SUMMARY = "summary"
    DISCREPANCIES = "discrepancies"
    STATEMENT = "statement"
    VOUCHER = "voucher"
    ADJUSTMENT = "adjustment"
    AGEING = "ageing"
    DAY = "day"
    AUDIT = "audit"


class Format(StrEnum):
    """What a paper is written as."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


class PageForm(StrEnum):
    """The sheet that a paper is printed on; continuous forms by their size in mm."""

    A4 = "a4"
    HALF = "241x139.7"
    THIRD = "241x93.1"


PREFIXES = {
    ReportKind.ARRIVAL: "DZ",
    ReportKind.RECEIPT: "SJ",
    ReportKind.SUMMARY: "HZ",
    ReportKind.DISCREPANCIES: "CY",
    ReportKind.STATEMENT: "YE",
    ReportKind.VOUCHER: "PZ",
    ReportKind.ADJUSTMENT: "TZ",
    ReportKind.AGEING: "ZL",
    ReportKind.DAY: "RJ",
    ReportKind.AUDIT: "SH",
}
"""How the number of a paper begins."""

FORMS = {
    kind: (PageForm.A4, PageForm.HALF, PageForm.THIRD)
    if kind in {ReportKind.RECEIPT, ReportKind.VOUCHER}
    else (PageForm.A4,)
    for kind in ReportKind
}
"""On what each paper can be printed, the usual one first."""

ONE_EACH = frozenset(
    {ReportKind.ARRIVAL, ReportKind.RECEIPT, ReportKind.VOUCHER, ReportKind.ADJUSTMENT}
)
"""Papers about one thing: it is printed once, every further print is a reprint."""

BY_ORGANISATION = frozenset(
    {
        *ONE_EACH,
        ReportKind.STATEMENT,
        ReportKind.AGEING,
    }
)
"""Papers that can be about one organisation; the others are about all of the day or the log."""

PRINT_LOCK = "printing"
"""Held together by who prints, and alone by who had to wait too often."""

MOST_OFFSET = 500
"""So far can a print on a pre-printed form be moved, in 0.1 mm."""

_OFFSET = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9])?),([+-]?[0-9]{1,3}(?:\.[0-9])?)")
_NUMBER = re.compile(r"[A-Z]{2}-[0-9]{8}-[0-9]{4,}")
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what looks alike; a prime number of characters, so that one wrong one is noticed."""
_CODE_LENGTH = 16
_GROUP = 4


class UnknownCode(NotFound):
    """No paper was printed with this code."""

    template = N_("No paper was ever printed with the code “{code}”. It is not one of ours.")


class MistypedCode(WrongInput):
    """The code cannot be right: its last character does not fit the others."""

    template = N_("“{code}” is mistyped. A code has 16 letters and digits, such as {example}.")


class UnknownPaper(NotFound):
    """There is no paper with this number."""

    template = N_("There is no paper “{number}”.")


class PaperVoid(UserError):
    """A void paper is not printed again."""

    template = N_("{number} is void ({reason}). Print the paper anew; it gets a number of its own.")


class VoidReasonNeeded(WrongInput):
    """A paper is made void only with a reason."""

    template = N_("Say why the paper is void.")


class NumberTaken(UserError):
    """Somebody printed at the same time and got the number first."""

    template = N_("Somebody else is printing at this moment. Try again.")


class NotOnThisForm(WrongInput):
    """The paper has no layout for this form."""

    template = N_("This paper is not printed on the form {form}.")


class NoSheet(WrongInput):
    """The paper is a form, not a table."""

    template = N_("This paper is a form: it can be written as PDF or XLSX, not as CSV.")


class OffsetTooLarge(WrongInput):
    """The print would leave the form."""

    template = N_("A print can be moved by up to {most} mm; “{value}” cannot be used.")


class OneAtATime(WrongInput):
    """A sheet holds one paper."""

    template = N_("Several papers at once can only be written as PDF.")


class CannotWrite(UserError):
    """The file of a paper cannot be written where it was wanted."""

    template = N_("The file cannot be written there. Check the folder and the permissions.")


class NotByOrganisation(WrongInput):
    """The figures of the paper are those of all organisations together."""

    template = N_("This paper is about all organisations; it cannot be made for one of them.")


class NothingToPrint(UserError):
    """What was asked for does not exist, so no paper is made."""

    template = N_("There is nothing to print for this.")


def offset_of(text: str) -> tuple[int, int]:
    """Read by how many mm a print is moved to the right and down: 2.5,-1 is (25, -10).

    Raises:
        OffsetTooLarge: It is no pair of mm with one decimal, or more than a form allows.
    """
    parts = _OFFSET.fullmatch(text.replace(" ", ""))
    if parts is None:
        raise OffsetTooLarge(most=MOST_OFFSET // 10, value=text[:40])
    right, down = (_tenths(part) for part in parts.groups())
    if max(abs(right), abs(down)) > MOST_OFFSET:
        raise OffsetTooLarge(most=MOST_OFFSET // 10, value=text[:40])
    return right, down


def _tenths(text: str) -> int:
    whole, _point, part = text.lstrip("+-").partition(".")
    tenths = int(whole) * 10 + int(part or 0)
    return -tenths if text.startswith("-") else tenths


def number_of(kind: ReportKind, day: date, count: int) -> str:
    """Return the number of a paper: kind, day of printing, and a count without gaps."""
    return f"{PREFIXES[kind]}-{day:%Y%m%d}-{count:04d}"


def counter_of(kind: ReportKind, day: date) -> str:
    """Return the name of the counter of a kind's numbers on a day."""
    return f"report {kind.value} {day:%Y%m%d}"


def code_of(chance: bytes) -> str:
    """Make a verification code from random bytes; the last character checks the others.

    Raises:
        ValueError: There is less chance in it than a code needs.
    """
    if len(chance) < _CODE_LENGTH:
        raise ValueError("a code needs more random bytes")
    number = int.from_bytes(chance, "big")
    places = []
    for _ in range(_CODE_LENGTH - 1):
        number, place = divmod(number, len(_ALPHABET))
        places.append(place)
    return grouped("".join(_ALPHABET[place] for place in (*places, _check(places))))


def grouped(code: str) -> str:
    """Write a code in groups of four."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def parse_code(text: str) -> str:
    """Read a code as somebody typed it, or as a scanner read the whole QR code.

    Raises:
        MistypedCode: It cannot be one.
    """
    words = text.upper().split()
    plain = "".join(words[-1:]).replace("-", "")
    if len(plain) < _CODE_LENGTH:
        plain = "".join(words).replace("-", "")
    wrong = len(plain) != _CODE_LENGTH or not set(plain) <= set(_ALPHABET)
    if not wrong:
        *places, last = (_ALPHABET.index(char) for char in plain)
        wrong = last != _check(places)
    if wrong:
        raise MistypedCode(code=text.strip()[:60], example=code_of(bytes(range(_CODE_LENGTH))))
    return grouped(plain)


def is_code(text: str) -> bool:
    """Tell whether a text can be a verification code, or what a scanner read."""
    try:
        parse_code(text)
    except MistypedCode:
        return False
    return True


def number_read(text: str) -> str:
    """Return the number of a paper that was typed, or read beside its code; "" without one."""
    found = _NUMBER.search(text.upper())
    return found.group() if found else ""


def qr_text(number: str, code: str) -> str:
    """Return what stands in the QR code."""
    return f"DUIPING {number} {code}"


def _check(places: list[int]) -> int:
    """A weighted sum: it changes with any one character and with two that change places."""
    return sum((place + 2) * value for place, value in enumerate(places)) % len(_ALPHABET)
