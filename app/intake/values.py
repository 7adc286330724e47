"""The canonical columns of a block, field by field."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.intake import cells
from app.intake.cells import Bad
from app.intake.columns import Flags, Ints, cells_of, plain_days, rounded_fen
from app.intake.context import Context
from app.intake.detection import Table
from app.intake.fields import FIELDS, MAIN_AMOUNT, Field, FieldType, schema_of
from app.intake.profiles import FieldSource, Sign
from app.intake.reading import BlockReader, Numbers, require, sane_text
from app.intake.rules import Kind, Reason

_MIDNIGHT = 1440
_SUBSIDY = "光伏补贴"
_LOST_DIGITS = "^[0-9](\\.[0-9]+)?[Ee]\\+[0-9]{1,3}$"
_IDS = frozenset(
    {
        "order_no", "payment_no", "txn_no", "serial_no", "account_no", "writeoff_no",
        "batch_no", "household", "counterparty_account",
    }
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Known:
    """What the reading of a file carries from block to block."""

    table: Table
    context: Context
    account_no: str = ""
    """The account, where it stands above the header or in the file's name."""
    fees_negative: bool = False
    """The file shows fees that were charged as negative amounts."""
    batches: set[str] = field(default_factory=set)
    ordinals: Counter[bytes] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class Values:
    """Canonical columns and what the totals need to know about them."""

    columns: dict[str, pa.Array]
    written: Ints
    refunds: Flags


class FieldReaders:
    """Makes the canonical columns of one block."""

    def __init__(self, reader: BlockReader, known: Known) -> None:
        self.reader = reader
        self.known = known
        self.profile = known.table.profile
        assert self.profile.kind is not None
        self.kind: Kind = self.profile.kind
        self.columns: dict[str, pa.Array] = {}
        self.refunds: Flags = np.zeros(len(reader), dtype=np.bool_)
        self.written: Ints = np.zeros(len(reader), dtype=np.int64)
        self._moments: Ints = np.zeros(len(reader), dtype=np.int64)

    def values(self) -> Values:
        """Read all fields."""
        fields = sorted(FIELDS[self.kind], key=lambda one: _ORDER.get(one.type, 2))
        for one in fields:
            if one.type is not FieldType.DERIVED:
                _READERS[one.type](self, one, self.profile.source(one.name))
        self._derive()
        return Values(columns=self.columns, written=self.written, refunds=self.refunds)

    # ------------------------------------------------------------ texts

    def read_text(self, one: Field, source: FieldSource) -> None:
        """Read a text or an identifier."""
        column = self.reader.column_name(_names(source))
        array = self.reader.source_text(source, self.refunds)
        if source.values:
            read = cells.code({**source.values}, ())
            array = self.reader.words(array, (one.name, column), read)
        array = sane_text(self.reader, array, one, column)
        if one.name in _IDS:
            self._check_digits(array, one, column)
        if source.synthetic:
            array = self._with_synthetic(array)
        if one.needed:
            require(self.reader, _empty(array), one, column)
        self.columns[one.name] = array

    def read_account(self, one: Field, source: FieldSource) -> None:
        """Read an account number, from the row or else from above the header."""
        column = self.reader.column_name(_names(source))
        array = self.reader.source_text(source, self.refunds)
        if one.name == "account_no" and self.known.account_no:
            array = pc.if_else(
                pc.is_in(array, value_set=_absent(source)), self.known.account_no, array
            )
        self._check_digits(array, one, column)
        array = self.reader.words(array, (one.name, column), cells.account)
        array = sane_text(self.reader, array, one, column)
        if one.needed:
            require(self.reader, _empty(array), one, column)
        self.columns[one.name] = array

    def read_channel(self, one: Field, source: FieldSource) -> None:
        """Read a channel code that must be known (a batch may say ALL)."""
        known = set(self.known.context.channels)
        if self.kind is Kind.CLEARING_BATCHES:
            known.add("ALL")
        self._read_known(one, source, known, Reason.UNKNOWN_CHANNEL)

    def read_payee(self, one: Field, source: FieldSource) -> None:
        """Read a payee's code that must be known."""
        self._read_known(one, source, self.known.context.payees, Reason.UNKNOWN_PAYEE)

    def read_code(self, one: Field, source: FieldSource) -> None:
        """Read one of a few words."""
        read = cells.code(source.values, one.codes, source.otherwise)
        column = self.reader.column_name(_names(source))
        array = self.reader.source_text(source, self.refunds)
        if not source.value:
            array = self.reader.words(array, (one.name, column), read)
            if one.needed:
                require(self.reader, _empty(array), one, column)
        if one.name == "type":
            self.refunds = pc.equal(array, "refund").to_numpy(zero_copy_only=False)
        if one.name == "refund_returns_fee":
            array = pc.equal(array, "1").cast(pa.int32())
        self.columns[one.name] = array

    def read_utilities(self, one: Field, source: FieldSource) -> None:
        """Read a list of utilities."""
        where = (one.name, self.reader.column_name(_names(source)))
        array = self.reader.source_text(source)
        self.columns[one.name] = self.reader.words(array, where, cells.utilities(source.values))

    def read_cycle(self, one: Field, source: FieldSource) -> None:
        """Read a settlement cycle into its two fields; none means the next calendar day."""
        where = (one.name, self.reader.column_name(_names(source)))
        array = self.reader.words(self.reader.source_text(source), where, cells.cycle)
        texts = [text or "1 calendar" for text in array.to_pylist()]
        parts = [text.split(" ") for text in texts]
        self.columns["cycle_days"] = pa.array([int(one_[0]) for one_ in parts], type=pa.int32())
        self.columns["cycle"] = pa.array([one_[1] for one_ in parts], type=pa.string())

    # ------------------------------------------------------------ numbers

    def read_number(self, one: Field, source: FieldSource) -> None:
        """Read a whole number, a month, a day or a time of day."""
        read = _NUMBERS[one.type]
        column = self.reader.column_name(_names(source))
        found = self.reader.numbers(self.reader.source_text(source), (one.name, column), read)
        if one.type is FieldType.DAY:
            self._check_window(one, column, found, days=True)
        if one.type is FieldType.CLOCK:
            found = Numbers(
                np.where(found.absent, _MIDNIGHT, found.values), np.zeros_like(found.absent)
            )
        self._put(one, found, column)

    def read_moment(self, one: Field, source: FieldSource) -> None:
        """Read a moment; in statements of banks it may be a day alone."""
        optional = one.type is FieldType.MOMENT_OR_DAY
        read = cells.moment_or_day if optional else cells.moment
        names = source.join[-1] if source.join else _names(source)
        column = self.reader.column_name(names)
        found = self.reader.moments(source, one.name, read)
        self._check_window(one, column, found, days=False)
        self._moments = found.values
        self._put(one, found, column)

    def read_amount(self, one: Field, source: FieldSource) -> None:
        """Read an amount in one of the ways in which files tell in from out."""
        if source.income:
            found = self._income_and_expense(one, source)
        elif source.direction:
            found = self._directed(one, source)
        else:
            found = self._single(one, source)
        column = self.reader.column_name(_names(source))
        if one.name == MAIN_AMOUNT.get(self.kind, "amount_fen"):
            self.written = found.values
            if self.kind is Kind.ARRIVALS:
                self.refunds = found.values < 0
        self._put(one, self._turned(one, source, found, column), column)

    def read_fee(self, one: Field, source: FieldSource) -> None:
        """Read a fee, exactly; it is rounded by itself and keeps its text."""
        found = self.reader.amounts(source.columns, one.name, exact=True, empty=source.empty)
        if found is None:
            found = Numbers(
                np.zeros(len(self.reader), np.int64), np.ones(len(self.reader), np.bool_)
            )
        column = self.reader.column_name(_names(source))
        text = self.reader.same("")
        if found.text is not None and found.decimals is not None:
            long = found.decimals > 2  # noqa: PLR2004 - fen have two
            text = pc.if_else(pa.array(long), found.text, "") if long.any() else text
        self.columns["fee_text"] = text
        fen = Numbers(rounded_fen(found.values), found.absent)
        self._put(one, self._turned(one, source, fen, column), column)

    # ------------------------------------------------------------ parts of these

    def _read_known(
        self, one: Field, source: FieldSource, known: set[str] | frozenset[str], reason: Reason
    ) -> None:
        def read(text: str) -> str | Bad:
            return text if text in known else Bad(reason)

        column = self.reader.column_name(_names(source))
        array = self.reader.words(self.reader.source_text(source), (one.name, column), read)
        require(self.reader, _empty(array), one, column)
        self.columns[one.name] = array

    def _single(self, one: Field, source: FieldSource) -> Numbers:
        found = self.reader.amounts(source.columns, one.name, empty=source.empty)
        other = self.reader.amounts(source.refund_columns, one.name, empty=source.empty)
        if found is None:
            found = Numbers(
                np.zeros(len(self.reader), np.int64), np.ones(len(self.reader), np.bool_)
            )
        if other is None:
            return found
        return Numbers(
            np.where(self.refunds, other.values, found.values),
            np.where(self.refunds, other.absent, found.absent),
        )

    def _income_and_expense(self, one: Field, source: FieldSource) -> Numbers:
        income = self.reader.amounts(source.income, one.name, empty=source.empty)
        expense = self.reader.amounts(source.expense, one.name, empty=source.empty)
        assert income is not None
        assert expense is not None
        out = expense.values if source.expense_negative else -expense.values
        return Numbers(income.values + out, income.absent & expense.absent)

    def _directed(self, one: Field, source: FieldSource) -> Numbers:
        found = self._single(one, source)
        words = {**dict.fromkeys(source.money_in, "in"), **dict.fromkeys(source.money_out, "out")}
        column = self.reader.column_name(source.direction)
        array = self.reader.text(source.direction)
        assert array is not None
        sides = self.reader.words(array, (one.name, column), cells.code(words, ()))
        require(self.reader, _empty(sides), one, column)
        out = pc.equal(sides, "out").to_numpy(zero_copy_only=False)
        return Numbers(np.where(out, -found.values, found.values), found.absent)

    def _turned(self, one: Field, source: FieldSource, found: Numbers, column: str) -> Numbers:
        """Give an amount the sign that it has inside the program."""
        values = found.values
        if source.sign is Sign.TYPE:
            for row in np.flatnonzero(values < 0).tolist():
                text = self._shown(source, row)
                self.reader.trouble(row, (one.name, column), text, Bad(Reason.NEGATIVE_AMOUNT))
        if source.sign in {Sign.TYPE, Sign.TYPE_ANY}:
            values = np.where(self.refunds, -values, values)
        if source.sign is Sign.REFUND_NEGATIVE:
            values = np.where(self.refunds, -np.abs(values), values)
        if source.sign is Sign.FILE:
            charged = -values if self.known.fees_negative else values
            values = np.where(self.refunds, -np.abs(values), charged)
        return Numbers(values, found.absent)

    def _shown(self, source: FieldSource, row: int) -> str:
        array = self.reader.text(source.columns)
        return "" if array is None else str(array[row].as_py())

    def _put(self, one: Field, found: Numbers, column: str) -> None:
        arrow = schema_of(self.kind).field(one.name)
        if one.needed:
            require(self.reader, found.absent, one, column)
        mask = found.absent if arrow.nullable and found.absent.any() else None
        self.columns[one.name] = pa.array(found.values, type=arrow.type, mask=mask, safe=False)

    def _check_window(self, one: Field, column: str, found: Numbers, *, days: bool) -> None:
        first, last = self.known.context.first_day, self.known.context.last_day
        values = found.values
        low, high = (
            (_number(first), _number(last)) if days else (_start(first), _start(last, 1) - 1)
        )
        outside = ((values < low) | (values > high)) & ~found.absent
        if not outside.any():
            return
        params = (("first", first.isoformat()), ("last", last.isoformat()))
        texts = self.reader.source_text(self.profile.source(one.name))
        for row in np.flatnonzero(outside).tolist():
            bad = Bad(Reason.DATE_OUTSIDE, params)
            self.reader.trouble(row, (one.name, column), texts[row].as_py(), bad)

    def _check_digits(self, array: pa.StringArray, one: Field, column: str) -> None:
        """Find numbers that a spreadsheet wrote as 4.00123E+27."""
        if not (cells_of(array).used == ord("+")).any():
            return
        lost = pc.match_substring_regex(array, _LOST_DIGITS).to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(lost).tolist():
            bad = Bad(Reason.ID_AS_NUMBER)
            self.reader.trouble(row, (one.name, column), array[row].as_py(), bad)

    def _with_synthetic(self, array: pa.StringArray) -> pa.StringArray:
        """Give rows without a serial no. one that their content and rank among equals make."""
        blank = pc.is_in(array, value_set=pa.array(["", "0", "-"], type=pa.string()))
        rows = np.flatnonzero(blank.to_numpy(zero_copy_only=False)).tolist()
        if not rows:
            return array
        texts = array.to_pylist()
        for row in rows:
            content = self.known.account_no + "\x1f" + "\x1f".join(self._identity(row))
            digest = hashlib.sha256(content.encode()).digest()[:10]
            self.known.ordinals[digest] += 1
            texts[row] = f"~{digest.hex()}-{self.known.ordinals[digest]}"
        return pa.array(texts, type=pa.string())

    def _identity(self, row: int) -> list[str]:
        names = [group for one in self.profile.fields.values() for group in one.names()]
        columns = (self.reader.text(group) for group in sorted(set(names)))
        return [column[row].as_py() for column in columns if column is not None]

    # ------------------------------------------------------------ what follows from the rest

    def _derive(self) -> None:
        match self.kind:
            case Kind.PAYMENTS | Kind.CHANNEL:
                self.columns["business_on"] = self._business_days(self._cutoffs())
            case Kind.BILL_LINES | Kind.WRITEOFFS:
                midnight = np.full(len(self.reader), _MIDNIGHT, dtype=np.int64)
                self.columns["business_on"] = self._business_days(midnight)
            case Kind.CLEARING_BATCHES:
                self._check_batches()
            case _:
                pass
        if self.kind is Kind.PAYMENTS:
            subsidy = pc.equal(self.columns["instrument"], _SUBSIDY)
            bearer = pc.if_else(subsidy, "payee", self.columns["bearer"])
            self.columns["bearer"] = bearer

    def _business_days(self, cutoffs: Ints) -> pa.Array:
        return pa.array(plain_days(self._moments, cutoffs), type=pa.int32())

    def _cutoffs(self) -> Ints:
        known = self.known.context.channels
        if len(set(known.values())) == 1:
            return np.full(len(self.reader), next(iter(known.values())), dtype=np.int64)
        encoded = self.columns["channel"].dictionary_encode()
        minutes = [known.get(code, _MIDNIGHT) for code in encoded.dictionary.to_pylist()]
        places = encoded.indices.to_numpy(zero_copy_only=False)
        found: Ints = np.array(minutes or [_MIDNIGHT], dtype=np.int64)[places]
        return found

    def _check_batches(self) -> None:
        column = self.reader.column_name(_names(self.profile.source("batch_no")))
        for row, batch in enumerate(self.columns["batch_no"].to_pylist()):
            if batch and batch in self.known.batches:
                self.reader.trouble(row, ("batch_no", column), batch, Bad(Reason.BATCH_TWICE))
            self.known.batches.add(batch)


def _absent(source: FieldSource) -> pa.StringArray:
    return pa.array(["", source.default], type=pa.string())


def _names(source: FieldSource) -> tuple[str, ...]:
    return next(iter(source.names()), ())


def _empty(array: pa.StringArray) -> Flags:
    lengths = cells_of(array).lengths
    empty: Flags = lengths == 0
    return empty


def _number(day: object) -> int:
    return int(f"{day:%Y%m%d}")


def _start(day: object, days_later: int = 0) -> int:
    number = np.datetime64(f"{day:%Y-%m-%d}", "D").astype(np.int64)
    return (int(number) + days_later) * 86_400 - 8 * 3600


_ORDER: Mapping[FieldType, int] = {FieldType.CODE: 0, FieldType.AMOUNT: 1}
_NUMBERS: Mapping[FieldType, cells.Read] = {
    FieldType.WHOLE: cells.whole,
    FieldType.PERIOD: cells.period,
    FieldType.DAY: cells.day,
    FieldType.CLOCK: cells.clock,
}
_READERS: Mapping[FieldType, Callable[[FieldReaders, Field, FieldSource], None]] = {
    FieldType.TEXT: FieldReaders.read_text,
    FieldType.ACCOUNT: FieldReaders.read_account,
    FieldType.CHANNEL: FieldReaders.read_channel,
    FieldType.PAYEE: FieldReaders.read_payee,
    FieldType.CODE: FieldReaders.read_code,
    FieldType.AMOUNT: FieldReaders.read_amount,
    FieldType.FEE: FieldReaders.read_fee,
    FieldType.MOMENT: FieldReaders.read_moment,
    FieldType.MOMENT_OR_DAY: FieldReaders.read_moment,
    FieldType.DAY: FieldReaders.read_number,
    FieldType.PERIOD: FieldReaders.read_number,
    FieldType.WHOLE: FieldReaders.read_number,
    FieldType.CLOCK: FieldReaders.read_number,
    FieldType.CYCLE: FieldReaders.read_cycle,
    FieldType.UTILITIES: FieldReaders.read_utilities,
}
