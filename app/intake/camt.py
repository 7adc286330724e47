"""Statements in ISO 20022 camt.053, whatever their version, read element by element."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from app.base.dates import CHINA, epoch_of
from app.base.errors import BadAmount
from app.base.lazily import Lazily
from app.base.masking import mask_card, mask_name
from app.base.money import parse_yuan
from app.intake.context import Context
from app.intake.entries import Entry, EntryBook, Statement
from app.intake.inputs import Input
from app.intake.refusal import refuse
from app.intake.rules import Kind, Reason, Summary

if TYPE_CHECKING:
    from lxml import etree
else:
    etree = Lazily("lxml.etree")

_BODIES = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrAcctRptV01": "camt.052",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{0,5})?")
_PIECE = 4 << 20
_TELLING = frozenset({"Ustrd", "Ref", "AddtlRmtInf"})
_PERSONAL = {"Nm": mask_name, "IBAN": mask_card}
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


class CamtStatement:
    """A file of camt.053 statements."""

    profile_name = "camt053"
    kind: Kind | None = Kind.ARRIVALS
    encoding = ""

    def __init__(self, source: Input) -> None:
        self.source = source
        self._summary = Summary()

    def batches(self, context: Context, raw: Callable[[bytes], None]) -> Iterator[pa.RecordBatch]:
        """Yield the entries; the original goes to `raw` first."""
        with self.source.open() as stream:
            while piece := stream.read(_PIECE):
                raw(piece)
        book = EntryBook(context)
        walk = _Walk(book)
        with self.source.open() as stream:
            for event, element in _elements(stream):
                walk.take(event, element)
                yield from book.batches()
        if not walk.statements:
            raise refuse(Reason.NO_STATEMENT, part="Stmt")
        yield from book.batches(all_of_it=True)
        self._summary = book.summary()

    def entries(self) -> Iterator[tuple[str, ...]]:
        """Yield each booked entry as it stands: its elements with their texts."""
        path: list[str] = []
        with self.source.open() as stream:
            for event, element in _elements(stream):
                if event == "start":
                    path.append(_name(element))
                    continue
                name = path.pop()
                if path[-1:] == ["Stmt"]:
                    if name == "Ntry" and _status(element) == "BOOK":
                        yield tuple(_texts(element))
                    element.clear()

    def summary(self) -> Summary:
        """Return the sums, after all batches."""
        return self._summary


def open_camt(source: Input) -> CamtStatement:
    """Check that an XML file is a statement.

    Raises:
        FileRefused: It is another message, or it is not safe to read.
    """
    seen = _first_names(source)
    for name in seen:
        if name in _BODIES:
            raise refuse(Reason.NOTIFICATION_ONLY, layout=_BODIES[name])
    if "BkToCstmrStmt" in seen:
        if "Stmt" not in seen:
            raise refuse(Reason.NO_STATEMENT, part="Stmt")
        return CamtStatement(source)
    if seen[:1] == ["Document"]:
        raise refuse(Reason.NO_STATEMENT, part="BkToCstmrStmt")
    raise refuse(Reason.UNKNOWN_LAYOUT, seen=f"<{seen[0] if seen else ''}>")


def _first_names(source: Input) -> list[str]:
    far_enough = 50
    seen: list[str] = []
    with source.open() as stream:
        for event, element in _elements(stream):
            if event == "start":
                seen.append(_name(element))
            if "Stmt" in seen or len(seen) > far_enough:
                break
    return seen


def _elements(stream: BinaryIO) -> Iterator[tuple[str, etree._Element]]:
    """Yield start and end events; whatever is wrong with the XML is our own exception."""
    first = True
    try:
        parser = etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        for event, element in parser:
            if first:
                _check_declarations(element)
                first = False
            yield event, element
    except etree.XMLSyntaxError as error:
        raise refuse(Reason.BAD_XML, detail=str(error)[:120]) from None


def _check_declarations(root: etree._Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse(Reason.DOCTYPE)


class _Walk:
    """Takes the elements as they come and forgets them when they are used."""

    def __init__(self, book: EntryBook) -> None:
        self.book = book
        self.statements = 0
        self._statement = Statement()
        self._currency = ""
        self._path: list[str] = []

    def take(self, event: str, element: etree._Element) -> None:
        """Take one event."""
        name = _name(element)
        if event == "start":
            self._path.append(name)
            if name == "Stmt":
                self.statements += 1
                self._statement = Statement(first_entry=self.book.count + 1)
                self._currency = ""
            return
        self._path.pop()
        inside = self._path[-1:] == ["Stmt"]
        if inside:
            self._end_of_part(name, element)
            element.clear()
        elif name == "Stmt":
            self.book.close(self._statement)
            element.clear()

    def _end_of_part(self, name: str, element: etree._Element) -> None:
        match name:
            case "Acct":
                self._statement.account_no = _account(element)
                self._currency = _at(element, "Ccy")
            case "Bal":
                self._balance(element)
            case "Ntry":
                self._entry(element)
            case _:
                pass

    def _balance(self, element: etree._Element) -> None:
        code = _at(element, "Tp", "CdOrPrtry", "Cd")
        amount = _amount(element)
        if amount is None:
            return
        fen, currency = amount
        signed = -fen if _at(element, "CdtDbtInd") == "DBIT" else fen
        self._currency = self._currency or currency
        if code in _OPENING and self._statement.opening_fen is None:
            self._statement.opening_fen = signed
        if code in _CLOSING:
            self._statement.closing_fen = signed

    def _entry(self, element: etree._Element) -> None:
        if _status(element) != "BOOK":
            self.book.left_out += 1
            return
        amount, day = _amount(element), _day(element)
        side = _at(element, "CdtDbtInd")
        if amount is None:
            text = _at(element, "Amt")
            reason = Reason.BAD_AMOUNT if text else Reason.MISSING_ENTRY_PART
            self.book.skip(reason, value=text, part="Amt")
        elif side not in {"CRDT", "DBIT"}:
            self.book.skip(Reason.MISSING_ENTRY_PART, part="CdtDbtInd")
        elif day is None:
            self._no_day(element)
        elif not self._statement.account_no:
            self.book.skip(Reason.MISSING_ENTRY_PART, part="Acct")
        else:
            self._add(element, amount, day, sign=-1 if side == "DBIT" else 1)

    def _no_day(self, element: etree._Element) -> None:
        text = _at(element, "BookgDt", "Dt") or _at(element, "BookgDt", "DtTm")
        reason = Reason.BAD_DATE if text else Reason.MISSING_ENTRY_PART
        self.book.skip(reason, value=text, part="BookgDt")

    def _add(
        self,
        element: etree._Element,
        amount: tuple[int, str],
        day: tuple[date, int | None],
        *,
        sign: int,
    ) -> None:
        fen, currency = amount
        signed = sign * fen
        self._statement.sum_fen += signed
        self._statement.mixed |= bool(self._currency) and currency != self._currency
        transactions = list(element.iter("{*}TxDtls"))
        party, account = _counterparty(transactions, incoming=sign > 0)
        reference = _at(element, "AcctSvcrRef") or _at(element, "NtryRef")
        self.book.add(
            Entry(
                account_no=self._statement.account_no,
                currency=currency or self._currency,
                booked_on=day[0],
                booked_at=day[1],
                reference=reference,
                amount_fen=signed,
                counterparty=party,
                counterparty_account=account,
                summary=_at(element, "AddtlNtryInf") or _code(element),
                postscript=_remittance(transactions),
            )
        )


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _at(element: etree._Element, *path: str) -> str:
    found: Any = element.find("/".join(f"{{*}}{name}" for name in path))
    return "" if found is None else (found.text or "").strip()


def _status(element: etree._Element) -> str:
    return _at(element, "Sts", "Cd") or _at(element, "Sts") or "BOOK"


def _texts(element: etree._Element) -> Iterator[str]:
    for part in element.iter("{*}*"):
        text = (part.text or "").strip()
        name = _name(part)
        if text:
            yield f"{name} {_PERSONAL[name](text) if name in _PERSONAL else text}"


def _amount(element: etree._Element) -> tuple[int, str] | None:
    found = element.find("{*}Amt")
    if found is None or not _AMOUNT.fullmatch((found.text or "").strip()):
        return None
    try:
        return parse_yuan((found.text or "").strip().removesuffix(".")), found.get("Ccy", "")
    except BadAmount:
        return None


def _day(element: etree._Element) -> tuple[date, int | None] | None:
    """Return the booking day and, where it is given, the moment."""
    for kind in ("BookgDt", "ValDt"):
        if text := _at(element, kind, "DtTm"):
            return _moment(text)
        if text := _at(element, kind, "Dt"):
            match = _DAY.fullmatch(text)
            return _moment(text) if match is None else _plain_day(match[1])
    return None


def _plain_day(text: str) -> tuple[date, None] | None:
    try:
        return date.fromisoformat(text), None
    except ValueError:
        return None


def _moment(text: str) -> tuple[date, int] | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=CHINA)
    return moment.date(), epoch_of(moment.replace(microsecond=0))


def _account(element: etree._Element) -> str:
    number = _at(element, "Id", "IBAN") or _at(element, "Id", "Othr", "Id")
    return re.sub(r"\s", "", number or _at(element, "Id", "PrtryAcct", "Id"))


def _counterparty(transactions: list[etree._Element], *, incoming: bool) -> tuple[str, str]:
    """Return who stands on the other side; a collective entry has nobody in particular."""
    if len(transactions) != 1:
        return "", ""
    parties = transactions[0].find("{*}RltdPties")
    if parties is None:
        return "", ""
    side = "Dbtr" if incoming else "Cdtr"
    name = _at(parties, side, "Nm") or _at(parties, side, "Pty", "Nm")
    account = parties.find(f"{{*}}{side}Acct")
    return name, "" if account is None else _account(account)


def _remittance(transactions: list[etree._Element]) -> str:
    words: list[str] = []
    for one in transactions:
        found = one.iterfind("{*}RmtInf//{*}*")
        words.extend((text.text or "").strip() for text in found if _name(text) in _TELLING)
        end_to_end = _at(one, "Refs", "EndToEndId")
        if end_to_end and end_to_end != "NOTPROVIDED":
            words.append(end_to_end)
    return " ".join(filter(None, dict.fromkeys(words)))


def _code(element: etree._Element) -> str:
    parts = [_at(element, "BkTxCd", "Domn", "Cd"), _at(element, "BkTxCd", "Prtry", "Cd")]
    return " ".join(part for part in parts if part)
