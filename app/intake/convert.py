"""Blocks of text to batches of canonical rows, with everything that is wrong on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.intake.blocks import Block, OddRow
from app.intake.cells import Bad
from app.intake.columns import Flags, cells_of
from app.intake.context import Context
from app.intake.detection import Table
from app.intake.fields import FIELDS, schema_of
from app.intake.profiles import Profile, loose
from app.intake.reading import BlockReader, Memory, Trouble
from app.intake.refusal import refuse
from app.intake.rules import (
    OFTEN_PERSONAL,
    PROBLEMS_KEPT,
    Finding,
    Kind,
    Notice,
    Personal,
    Reason,
    RowProblem,
    Summary,
    masked,
)
from app.intake.totals import Tally, ends_rows, is_skipped, preamble_totals
from app.intake.values import FieldReaders, Known, Values

_ID_DIGITS = 15
_ZEROS_WORTH_A_WORD = 3
_TOLD_VALUE = 60


@dataclass(slots=True)
class Ledger:
    """Gathers problems, findings and sums while a file is read."""

    problems: list[RowProblem] = field(default_factory=list)
    problem_count: int = 0
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    total_fen: int = 0
    days: set[int] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    channels: set[str] = field(default_factory=set)

    def refuse(self, problem: RowProblem) -> None:
        """Note a problem; beyond the first ones they are only counted."""
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(problem)

    def take(self, batch: pa.RecordBatch, written: int) -> None:
        """Add the rows of a batch to the sums."""
        self.rows += batch.num_rows
        self.total_fen += written
        for name, target in (
            ("business_on", self.days),
            ("booked_on", self.days),
            ("account_no", self.accounts),
            ("channel", self.channels),
        ):
            if name in batch.schema.names:
                target.update(pc.unique(batch.column(name)).to_pylist())

    def summary(self) -> Summary:
        """Return what was gathered."""
        return Summary(
            rows=self.rows,
            total_fen=self.total_fen,
            findings=tuple(self.findings),
            problems=tuple(sorted(self.problems, key=lambda problem: problem.line)),
            problem_count=self.problem_count,
            business_days=tuple(sorted(self.days)),
            account_nos=tuple(sorted(self.accounts)),
            channels=tuple(sorted(self.channels)),
        )


class Converter:
    """Converts the blocks of one table."""

    def __init__(
        self, table: Table, context: Context, *, file_name: str, fees_negative: bool = False
    ) -> None:
        assert table.profile.kind is not None
        self.table = table
        self.profile: Profile = table.profile
        self.kind: Kind = table.profile.kind
        self.ledger = Ledger()
        self._known = Known(
            table=table,
            context=context,
            account_no=account_above(table, file_name),
            fees_negative=fees_negative,
        )
        self._memory = Memory()
        self._tally = Tally(table.profile)
        self._below: list[tuple[int, tuple[str, ...]]] = []
        self._ended = False
        self._personal = {one.name: one.personal for one in FIELDS[self.kind]}
        self._zeros: dict[str, int] = {}

    def feed(self, block: Block) -> pa.RecordBatch | None:
        """Return the canonical rows of a block, None if there are none."""
        if self._ended:
            self._take_below(block, 0, block.odd)
            return None
        block = self._sort_odd_rows(block)
        if len(block) == 0:
            return None
        reader = BlockReader(block, self.table, self._memory)
        readers = FieldReaders(reader, self._known)
        values = readers.values()
        measured = self._tally.measured(reader)
        kept = self._sort_troubles(reader, block)
        self._tally.add(measured, values.written, kept, values.refunds)
        return self._batch(block, values, kept)

    def finish(self) -> Summary:
        """Hold the totals against the rows and return what was found."""
        above = preamble_totals(self.profile, self.table.preamble)
        checked = self._tally.check([*above, *self._below])
        for problem in checked.problems:
            self.ledger.refuse(problem)
        if checked.rest:
            self.ledger.refuse(RowProblem(reason=Reason.AFTER_TOTAL, line=checked.rest[0]))
        for column, count in self._zeros.items():
            if count >= _ZEROS_WORTH_A_WORD and count * 2 > self.ledger.rows:
                self.note(Notice.IDS_END_IN_ZEROS, column=column, count=str(count))
        return replace(self.ledger.summary(), totals=tuple(checked.totals))

    # ------------------------------------------------------------ rows that are no entries

    def _sort_odd_rows(self, block: Block) -> Block:
        for place, odd in enumerate(block.odd):
            if is_skipped(self.profile, odd.fields) or self._is_header(odd.fields):
                continue
            if ends_rows(self.profile, odd.fields):
                self._ended = True
                self._take_below(block, odd.before, block.odd[place:])
                return _first_rows(block, odd.before)
            short = odd.last and len(odd.fields) < len(self.table.header)
            params = {"found": str(len(odd.fields)), "expected": str(len(self.table.header))}
            reason = Reason.TRUNCATED if short else Reason.RAGGED_ROW
            self.ledger.refuse(RowProblem(reason=reason, line=odd.line, params=params))
        return block

    def _take_below(self, block: Block, first: int, odd: Sequence[OddRow]) -> None:
        """Keep the lines below the entries for the check of the totals."""
        lines = [(one.line, one.fields) for one in odd]
        lines += [(int(block.lines[row]), block.row(row)) for row in range(first, len(block))]
        self._below += sorted(lines)
        if len(self._below) > PROBLEMS_KEPT:
            raise refuse(Reason.AFTER_TOTAL, line=self._below[-1][0])

    def _sort_troubles(self, reader: BlockReader, block: Block) -> Flags:
        """Report wrong rows, drop what is no entry, and return which rows stay."""
        kept = np.ones(len(block), dtype=np.bool_)
        for row, column, reason, value in block.marks:
            if self.table.header[column].strip():
                bad = _mark(reason)
                where = self.table.header[column].strip()
                reader.trouble(row, ("", where), value, bad)
        ended = False
        for row in sorted(reader.troubles):
            cells = block.row(row)
            kept[row] = False
            if ended or is_skipped(self.profile, cells) or self._is_header(cells):
                continue
            if ends_rows(self.profile, cells):
                ended = self._ended = True
                kept[row:] = False
                later = [odd for odd in block.odd if odd.before > row]
                self._take_below(block, row, later)
                continue
            for trouble in reader.troubles[row]:
                self._report(int(block.lines[row]), trouble)
        return kept

    def _is_header(self, cells: Sequence[str]) -> bool:
        return [loose(cell) for cell in cells if cell.strip()] == [
            loose(name) for name in self.table.header if name.strip()
        ]

    def _report(self, line: int, trouble: Trouble) -> None:
        personal = self._personal.get(trouble.field)
        if personal is None and trouble.field in OFTEN_PERSONAL:
            personal = Personal.CARD
        value = masked(trouble.value, personal)
        shown = value if len(value) <= _TOLD_VALUE else value[:_TOLD_VALUE] + "…"
        self.ledger.refuse(
            RowProblem(
                reason=trouble.bad.reason,
                line=line,
                column=trouble.column,
                field=trouble.field,
                value=shown,
                sheet=self.table.sheet,
                params=dict(trouble.bad.params),
            )
        )

    # ------------------------------------------------------------ rows that stay

    def _batch(self, block: Block, values: Values, kept: Flags) -> pa.RecordBatch | None:
        schema = schema_of(self.kind)
        columns = [pa.array(block.lines, type=pa.int32())]
        for name in schema.names[1:]:
            column = values.columns.get(name)
            columns.append(self._absent(name, len(block)) if column is None else column)
        batch = pa.RecordBatch.from_arrays(columns, schema=schema)
        written = values.written
        if not kept.all():
            batch = batch.filter(pa.array(kept))
            written = written[kept]
        if batch.num_rows == 0:
            return None
        self.ledger.take(batch, int(written.sum()))
        self._count_zeros(batch)
        return batch

    def _absent(self, name: str, count: int) -> pa.Array:
        arrow = schema_of(self.kind).field(name).type
        return pa.repeat(pa.scalar("", type=arrow), count)

    def _count_zeros(self, batch: pa.RecordBatch) -> None:
        for name in ("payment_no", "txn_no", "serial_no", "order_no"):
            if name not in batch.schema.names:
                continue
            cells = cells_of(batch.column(name))
            ends = cells.offsets[1:]
            long = ends[cells.lengths >= _ID_DIGITS]
            zeros = sum((cells.data[long - back] == ord("0")).astype(int) for back in (1, 2, 3))
            count = int((zeros == 3).sum()) if len(long) else 0  # noqa: PLR2004
            if count:
                self._zeros[name] = self._zeros.get(name, 0) + count

    def note(self, notice: Notice, **params: str) -> None:
        """Note what is worth knowing about the file."""
        self.ledger.findings.append(Finding(notice=notice, params=params))


def account_above(table: Table, file_name: str) -> str:
    """Return the account number that stands above the header or in the file's name."""
    source = table.profile.source("account_no")
    if source.preamble:
        for text in table.preamble:
            if match := re.search(source.preamble, text):
                return re.sub("\\s", "", match[1])
    if source.file_name:
        found = set(re.findall(source.file_name, file_name))
        if len(found) == 1:
            return str(found.pop())
        if found and not source.default:
            raise refuse(Reason.ACCOUNT_CONFLICT)
    elsewhere = source.preamble or source.file_name
    if elsewhere and not source.default and table.place(source.columns) is None:
        raise refuse(Reason.NO_ACCOUNT)
    return ""


def _first_rows(block: Block, count: int) -> Block:
    return Block(
        lines=block.lines[:count],
        columns=tuple(column.slice(0, count) for column in block.columns),
        odd=tuple(odd for odd in block.odd if odd.before < count),
        marks=tuple(mark for mark in block.marks if mark[0] < count),
    )


def _mark(reason: str) -> Bad:
    return Bad(Reason(reason))
