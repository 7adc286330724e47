"""The columns of the reconcile page: fields of our entry, how the line stands, of their entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.base.dates import china_time, day_of
from app.base.i18n import N_, _
from app.discrepancies.queries import SIDES
from app.discrepancies.rows import Entry, Line, Value
from app.discrepancies.rules import LineState
from app.discrepancies.worklist import COUNTED, DIFFERENCE, KIND
from app.intake.rules import Kind as EntryKind
from app.intake.rules import masked
from app.matching.rules import Kind, Side, Task
from app.records.fields import FIELDS, EntryField
from app.records.fields import Look as Writing
from app.wording.labels import label
from ui.formatting import amount
from ui.models.column import Column
from ui.naming import CHANNEL, PAYEE, Names
from ui.widgets.states import NONE, WAITING, Look, with_glyph

NO_PARTNER = N_("no counterpart")

LOOKS: dict[LineState, Look] = {
    LineState.SUGGESTED: Look("≈", "info"),
    LineState.DIFFERENT: Look("≠", "bad"),
    LineState.OPEN: Look("→", "bad"),
    LineState.TRANSIT: WAITING,
    LineState.SET_ASIDE: NONE,
    LineState.MATCHED: Look("=", "good"),
}
_ONLY_OURS = Look("←", "bad")
_BELOW = "│"
_HINT = " ≈"
PICKED = "☑ "
DIFFERS = "≠ "

TITLES = {
    "payment_no": N_("Payment no."),
    "paid_at": N_("Time"),
    "traded_at": N_("Time"),
    "written_at": N_("Time"),
    "booked_at": N_("Time"),
    "instrument": N_("Instrument"),
    "amount_fen": N_("Amount"),
    "paid_fen": N_("Paid"),
    "fee_fen": N_("Fee"),
    "order_no": N_("Order no."),
    "line_no": N_("Line no."),
    "txn_no": N_("Channel transaction no."),
    "type": N_("Type"),
    "status": N_("Status"),
    "channel": N_("Channel"),
    "bearer": N_("Promotion borne by"),
    "original_payment_no": N_("Original payment no."),
    "scene": N_("Scene"),
    "business_on": N_("Business date"),
    "household": N_("Household"),
    "period": N_("Period"),
    "payee": N_("Payee"),
    "utility": N_("Utility"),
    "customer": N_("Customer"),
    "receivable_fen": N_("Receivable"),
    "late_fee_fen": N_("Late fee"),
    "writeoff_no": N_("Write-off no."),
    "batch_no": N_("Batch no."),
    "clearing_on": N_("Clearing date"),
    "net_fen": N_("Net"),
    "account_no": N_("Account no."),
    "line_count": N_("Count of lines"),
    "gross_fen": N_("Gross"),
    "refund_fen": N_("Refunds"),
    "promotion_fen": N_("Promotions"),
    "booked_on": N_("Booked on"),
    "summary": N_("Summary"),
    "postscript": N_("Postscript"),
    "serial_no": N_("Bank serial no."),
    "counterparty": N_("Counterparty"),
    "counterparty_account": N_("Counterparty's account"),
    "balance_fen": N_("Balance"),
    "currency": N_("Currency"),
    COUNTED: N_("Net"),
}
"""What fields of entries are called as columns."""

_WIDTHS = {
    Writing.AMOUNT: 11,
    Writing.TIME: 11,
    Writing.DAY: 10,
    Writing.NUMBER: 7,
    Writing.CHOICE: 8,
    Writing.TEXT: 13,
}
_WIDER = {
    "payment_no": 20,
    "order_no": 20,
    "batch_no": 18,
    "writeoff_no": 18,
    "summary": 18,
    "postscript": 24,
    "line_no": 5,
}

_SPARE: Mapping[EntryKind, frozenset[str]] = {
    EntryKind.PAYMENTS: frozenset({"fee_fen", "status", "channel"}),
    EntryKind.CHANNEL: frozenset({"status", "channel"}),
    EntryKind.BILL_LINES: frozenset({"payee", "paid_at"}),
    EntryKind.WRITEOFFS: frozenset({"payee", "written_at"}),
    EntryKind.CLEARING_BATCHES: frozenset({"channel", "fee_fen"}),
    EntryKind.CLEARING_LINES: frozenset({"fee_fen", "promotion_fen", "payee"}),
    EntryKind.ARRIVALS: frozenset({"serial_no"}),
}
"""Fields that are shown too where there is room for them."""

_ROOM = {"summary": 28, "payee": 22, "instrument": 14}

_WRITERS: dict[Writing, Callable[[int], str]] = {
    Writing.AMOUNT: amount,
    Writing.DAY: lambda number: day_of(number).isoformat(),
}

Picked = Callable[[Side, int], bool]
DayOf = Callable[[], date | None]
NamesOf = Callable[[], Names]

_NAMED = (PAYEE, CHANNEL)
_NO_NAMES = Names()


def side_columns(
    task: Task, side: Side, day: DayOf, picked: Picked, names: NamesOf
) -> list[Column[Line]]:
    """Return the columns of one side; the first one shows what is picked."""
    kind = SIDES[task][side is Side.THEIRS]
    fields = list(FIELDS[kind])
    if task is Task.CLEARING and side is Side.OURS:
        place = next(number for number, one in enumerate(fields) if one.name == "amount_fen")
        fields.insert(place + 1, EntryField(name=COUNTED, look=Writing.AMOUNT, shown=True))
        fields = [replace(one, shown=one.shown and one.name != "period") for one in fields]
    first = next(field.name for field in fields if field.shown)
    return [
        _field_column(
            _Cells(
                task=task,
                side=side,
                field=field,
                day=day,
                names=names,
                picked=picked if field.name == first else None,
            )
        )
        for field in fields
    ]


def line_columns(hints: Callable[[], Mapping[int, str]]) -> list[Column[Line]]:
    """Return the columns between both sides; hints stand instead of results, by place."""

    def result(line: Line) -> str:
        return hints().get(line.place) or result_text(line)

    return [
        Column(
            name=KIND,
            title=N_("Result"),
            text=result,
            tip=lambda line: hints().get(line.place) or result_tip(line),
            tone=lambda line: "info" if hints().get(line.place) else _result_tone(line),
            filterable=True,
            holds=[
                *(with_glyph(LOOKS[LineState.DIFFERENT], label(kind)) for kind in Kind),
                *(with_glyph(look, label(state)) for state, look in LOOKS.items()),
            ],
        ),
        Column(
            name=DIFFERENCE,
            title=N_("Difference"),
            text=lambda line: amount(line.difference_fen) if line.difference_fen else "",
            tone=lambda line: "bad" if line.difference_fen else "",
            numeric=True,
            filterable=True,
            width=10,
        ),
    ]


def result_text(line: Line) -> str:
    """Return how a line stands, behind its glyph."""
    if not line.leads:
        return _BELOW
    words = label(line.kind) if line.kind is not None else label(line.state)
    return with_glyph(look_of(line), words) + (_HINT if line.hinted else "")


def look_of(line: Line) -> Look:
    """Return the glyph of a line: an arrow points at the side that stands alone."""
    if line.state is LineState.OPEN and line.theirs is None:
        return _ONLY_OURS
    return LOOKS[line.state]


def result_tip(line: Line) -> str:
    """Return how a line stands in full."""
    parts = [label(line.state)]
    if line.kind is not None:
        parts.append(label(line.kind))
    if line.status is not None:
        parts.append(label(line.status))
    if line.assignee:
        parts.append(line.assignee)
    if line.other_day:
        parts.append(day_of(line.other_day).isoformat())
    return " · ".join(parts)


def value_text(field: EntryField, value: Value, day: date | None, names: Names = _NO_NAMES) -> str:
    """Write the value of a field as people read it; times of another day with their date."""
    if value is None or value == "":
        return ""
    if field.look in _WRITERS:
        return _WRITERS[field.look](int(value))
    if field.look is Writing.TIME:
        moment = china_time(int(value))
        return f"{moment:%H:%M:%S}" if moment.date() == day else f"{moment:%m-%d %H:%M}"
    if field.name in _NAMED:
        return names.of(field.name, str(value))
    return _choice(field.choices, str(value)) if field.choices else _plain(field, str(value))


def entry_field(task: Task, side: Side, name: str) -> EntryField:
    """Return the field behind a column."""
    if name == COUNTED:
        return EntryField(name=COUNTED, look=Writing.AMOUNT)
    kind = SIDES[task][side is Side.THEIRS]
    return next(field for field in FIELDS[kind] if field.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """One field of one side, line by line; with `picked` it also shows what is in the tray."""

    task: Task
    side: Side
    field: EntryField
    day: DayOf
    names: NamesOf
    picked: Picked | None

    def text(self, line: Line) -> str:
        entry = line.entry(self.side)
        if entry is None:
            return ""
        usual = SIDES[self.task][self.side is Side.THEIRS]
        if self.picked is not None and entry.kind is not usual:
            return f"{label(entry.kind)} {_key(entry)}"
        if self.field.name == COUNTED:
            return amount(entry.fen)
        return value_text(self.field, entry.value(self.field.name), self.day(), self.names())

    def mark(self, line: Line) -> str:
        entry = line.entry(self.side)
        if entry is None:
            return _(NO_PARTNER) if self.picked is not None and line.leads else ""
        begin = PICKED if self.picked is not None and self.picked(self.side, entry.id) else ""
        return begin + (DIFFERS if self.differs(line) else "")

    def ground(self, line: Line) -> str:
        if line.entry(self.side) is None:
            return "hatched"
        return "marked" if self.differs(line) else ""

    def tone(self, line: Line) -> str:
        return "muted" if line.entry(self.side) is None else ""

    def tip(self, line: Line) -> str:
        entry = line.entry(self.side)
        if entry is not None and self.field.name in _NAMED:
            return self.names().in_full(self.field.name, str(entry.value(self.field.name) or ""))
        return self.text(line) or self.mark(line)

    def differs(self, line: Line) -> bool:
        place = 0 if self.side is Side.OURS else 1
        name = "net_fen" if self.field.name == COUNTED else self.field.name
        return any(pair[place] == name for pair in line.differing)


def _field_column(cells: _Cells) -> Column[Line]:
    field = cells.field
    kind = SIDES[cells.task][cells.side is Side.THEIRS]
    spare = not field.shown and field.name in _SPARE[kind]
    return Column(
        name=field.name,
        title=TITLES[field.name],
        text=cells.text,
        mark=cells.mark,
        ground=cells.ground,
        tip=cells.tip,
        tone=cells.tone,
        numeric=field.look in (Writing.AMOUNT, Writing.NUMBER),
        width=_WIDER.get(field.name, _WIDTHS[field.look]),
        holds=[f"{DIFFERS}{label(one)}" for one in field.choices or ()],
        least=_WIDTHS[Writing.CHOICE] if field.choices else 0,
        room=_ROOM.get(field.name, 0),
        filterable=True,
        hidden=not field.shown and not spare,
        spare=spare,
    )


def _key(entry: Entry) -> str:
    first = FIELDS[entry.kind][0]
    return str(entry.value(first.name) or "")


def _result_tone(line: Line) -> str:
    return look_of(line).tone if line.leads else "muted"


def _choice(choices: type[StrEnum], value: str) -> str:
    return label(choices(value)) if value in set(choices) else value


def _plain(field: EntryField, value: str) -> str:
    return masked(value, field.personal)
