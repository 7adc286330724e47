"""Statements in SWIFT MT940, read by the mt-940 library, one statement after another.

Every entry is looked at before the library gets it: what would make the library fail is a
problem of that entry, with its number.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import InvalidOperation
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from app.base.errors import BadAmount
from app.base.lazily import Lazily
from app.base.money import parse_yuan
from app.intake.context import Context
from app.intake.encodings import as_utf8, chunks_of
from app.intake.entries import Entry, EntryBook, Statement
from app.intake.inputs import Input
from app.intake.refusal import refuse
from app.intake.rules import Kind, Reason, Summary

if TYPE_CHECKING:
    import mt940
else:
    mt940 = Lazily("mt940")

LONGEST = 64 << 20
"""Bytes; statements are short."""

_TAG = re.compile(r"^\s*:(?P<tag>[0-9]{2}[A-Z]?|NS):", re.MULTILINE)
_ENTRY = re.compile(
    r"(?P<date>[0-9]{6})(?P<entry>[0-9]{4}|\s{4})?(?P<mark>R?[DC])[A-Z]?[\n ]?"
    r"(?P<amount>[0-9]{1,15}(?:,[0-9]*)?)(?![0-9,.])"
)
_BALANCE = re.compile(r"(?P<mark>[DC])[0-9]{6}(?P<currency>[A-Z]{3})(?P<amount>[0-9,]{1,16})")
_LINE = 65
_NO_REFERENCE = frozenset({"", "NONREF"})
# What the library raises over entries that are out of order.
_FAILURES = (
    ValueError, RuntimeError, KeyError, TypeError, AttributeError, IndexError, AssertionError,
    InvalidOperation, RecursionError,
)  # fmt: skip
_YEAR_TURN_DAYS = 180


@dataclass(frozen=True, slots=True)
class _Piece:
    """One tag and its text."""

    tag: str
    text: str


class SwiftStatement:
    """A file of MT940 statements."""

    profile_name = "mt940"
    kind: Kind | None = Kind.ARRIVALS

    def __init__(self, source: Input, encoding: str) -> None:
        self.source = source
        self.encoding = encoding
        self._summary = Summary()

    def batches(self, context: Context, raw: Callable[[bytes], None]) -> Iterator[pa.RecordBatch]:
        """Yield the entries; each piece of the original goes to `raw` as it is read."""
        book = EntryBook(context)
        for pieces in _statements(_text(self.source, self.encoding, raw)):
            _read_statement(pieces, book)
            yield from book.batches()
        yield from book.batches(all_of_it=True)
        self._summary = book.summary()

    def entries(self) -> Iterator[tuple[str, ...]]:
        """Yield each entry as it stands: the line :61: and what follows it."""
        for pieces in _statements(_text(self.source, self.encoding)):
            for place, piece in enumerate(pieces):
                if piece.tag == "61":
                    follows = pieces[place + 1 : place + 2]
                    details = [f":86:{one.text}" for one in follows if one.tag == "86"]
                    yield (f":61:{piece.text}", *details)

    def summary(self) -> Summary:
        """Return the sums, after all batches."""
        return self._summary


def open_swift(source: Input, encoding: str) -> SwiftStatement:
    """Check that a file is a statement of a day, not another message.

    Raises:
        FileRefused: It is an interim report or a fragment.
    """
    tags = {piece.tag for pieces in _statements(_text(source, encoding)) for piece in pieces}
    if "34F" in tags or "13D" in tags or ("90D" in tags and "60F" not in tags):
        raise refuse(Reason.NOTIFICATION_ONLY, layout="MT942")
    if "60F" not in tags and "60M" not in tags:
        raise refuse(Reason.BAD_SWIFT, detail="no :60F:")
    return SwiftStatement(source, encoding)


def is_western(data: bytes) -> bool:
    """Tell whether letters beyond ASCII stand alone, as umlauts do and Chinese never."""
    runs = re.findall(rb"[\x80-\xff]+", data)
    return bool(runs) and all(len(run) == 1 for run in runs)


def _text(source: Input, encoding: str, raw: Callable[[bytes], None] | None = None) -> str:
    if source.size > LONGEST:
        raise refuse(Reason.TOO_LARGE, size=source.size, limit=LONGEST)
    with source.open() as stream:
        chunks = list(chunks_of(stream))
    if raw is not None:
        for chunk in chunks:
            raw(chunk)
    text = b"".join(as_utf8(iter(chunks), encoding)).decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _statements(text: str) -> Iterator[list[_Piece]]:
    """Yield the tags of one statement after another; each begins with :20:."""
    marks = list(_TAG.finditer(text))
    if not any(mark["tag"] == "20" for mark in marks):
        raise refuse(Reason.BAD_SWIFT, detail="no :20:")
    pieces: list[_Piece] = []
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        if mark["tag"] == "20" and pieces:
            yield pieces
            pieces = []
        pieces.append(_Piece(mark["tag"], _trimmed(text[mark.end() : end])))
    if pieces:
        yield pieces


def _trimmed(text: str) -> str:
    """Return a tag's text without the end of the message that may follow it."""
    return re.split(r"\n-(?:\}|\s*\n|\s*$)", text, maxsplit=1)[0].rstrip("\n")


def _read_statement(pieces: list[_Piece], book: EntryBook) -> None:
    tags = {piece.tag: piece.text for piece in pieces}
    if "61" not in tags and "60F" not in tags and "60M" not in tags:
        return
    account = re.sub(r"\s", "", tags.get("25", tags.get("25P", "")))
    statement = Statement(account_no=account, first_entry=book.count + 1)
    opening = _balance(tags.get("60F", tags.get("60M", "")))
    closing = _balance(tags.get("62F", tags.get("62M", "")))
    currency = opening[1] if opening else closing[1] if closing else ""
    statement.opening_fen = opening[0] if opening else None
    statement.closing_fen = closing[0] if closing else None
    for place, piece in enumerate(pieces):
        if piece.tag == "61":
            follows = pieces[place + 1] if place + 1 < len(pieces) else None
            details = follows.text if follows and follows.tag == "86" else ""
            _read_entry(piece.text, details, (statement, currency), book)
    book.close(statement)


def _read_entry(text: str, details: str, owner: tuple[Statement, str], book: EntryBook) -> None:
    statement, currency = owner
    checked = _ENTRY.match(text)
    if not statement.account_no:
        book.skip(Reason.MISSING_ENTRY_PART, part=":25:")
    elif not currency:
        book.skip(Reason.MISSING_ENTRY_PART, part=":60F:")
    elif checked is None:
        book.skip(Reason.BAD_SWIFT, detail=f":61:{text[:30]}")
    else:
        _add_entry(checked, details, owner, book)


def _add_entry(
    checked: re.Match[str], details: str, owner: tuple[Statement, str], book: EntryBook
) -> None:
    statement, currency = owner
    day = _booking_day(checked)
    if day is None:
        book.skip(Reason.BAD_DATE, value=checked["date"] + (checked["entry"] or ""))
        return
    amount = _fen(checked["amount"])
    if amount is None:
        book.skip(Reason.BAD_AMOUNT, value=checked["amount"])
        return
    data = _details(checked, details, currency)
    out = checked["mark"] in {"D", "RC"}
    signed = -amount if out else amount
    statement.sum_fen += signed
    book.add(
        Entry(
            account_no=statement.account_no,
            currency=currency,
            booked_on=day,
            reference=_reference(data),
            amount_fen=signed,
            counterparty=_counterparty(data, details)[0],
            counterparty_account=_counterparty(data, details)[1],
            summary=_word(data, "posting_text") or _word(data, "id"),
            postscript=_postscript(data, details),
        )
    )


def _details(checked: re.Match[str], details: str, currency: str) -> dict[str, Any]:
    """Let the library take one entry apart.

    Some banks write more into :61: than the library bears; then it gets the details alone.
    """
    text = checked.string
    plain = f"{checked['date']}{checked['mark']}{checked['amount']}NMSCNONREF"
    opening = f":20:X\n:25:X\n:28C:1\n:60F:C000101{currency}0,\n"
    below = f":86:{details}\n" if details else ""
    logging.getLogger("mt940").setLevel(logging.CRITICAL)
    for line, rest in ((text, ""), (plain, text[checked.end() :])):
        try:
            found = mt940.parse(f"{opening}:61:{line}\n{below}")
        except _FAILURES:
            continue
        if len(found):
            return {"extra_details": rest, **found[0].data}
    return {"extra_details": text[checked.end() :]}


def _booking_day(checked: re.Match[str]) -> date | None:
    """Return the entry date, else the value date; the entry date has no year of its own."""
    try:
        valued = date(
            2000 + int(checked["date"][:2]), int(checked["date"][2:4]), int(checked["date"][4:])
        )
        entry = (checked["entry"] or "").strip()
        if not entry:
            return valued
        booked = date(valued.year, int(entry[:2]), int(entry[2:]))
    except ValueError:
        return None
    if (valued - booked).days > _YEAR_TURN_DAYS:
        return booked.replace(year=valued.year + 1)
    if (booked - valued).days > _YEAR_TURN_DAYS:
        return booked.replace(year=valued.year - 1)
    return booked


def _balance(text: str) -> tuple[int, str] | None:
    match = _BALANCE.match(text.strip())
    amount = _fen(match["amount"]) if match else None
    if match is None or amount is None:
        return None
    return (-amount if match["mark"] == "D" else amount), match["currency"]


def _fen(text: str) -> int | None:
    try:
        return parse_yuan(text.replace(",", ".", 1).removesuffix("."))
    except BadAmount:
        return None


def _reference(data: dict[str, Any]) -> str:
    for name in ("bank_reference", "customer_reference"):
        if _word(data, name) not in _NO_REFERENCE:
            return _word(data, name)
    return ""


def _counterparty(data: dict[str, Any], details: str) -> tuple[str, str]:
    """Return name and account; the library runs the account into the name."""
    name = _word(data, "applicant_name") or _word(data, "recipient_name")
    account = re.search(r"\?31([^?]*)", details.replace("\n", ""))
    number = _word(data, "applicant_iban") or (account[1].strip() if account else "")
    return name.removeprefix(number).strip(), number


def _postscript(data: dict[str, Any], details: str) -> str:
    words = [_word(data, name) for name in ("purpose", "additional_purpose", "extra_details")]
    if not words[0]:
        words[0] = _unwrapped(details)
    return " ".join(word for word in words if word)


def _unwrapped(text: str) -> str:
    """Join lines that were broken at their full length without a space."""
    joined = ""
    for line in text.split("\n"):
        joined += line if len(line) >= _LINE else line + " "
    return joined.strip()


def _word(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value).strip()
