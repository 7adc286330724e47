"""What a sheet of discrepancies that comes back would change, and making it so as drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.orm import Session

from app.adjustments.drafting import Draft
from app.adjustments.previewing import preview
from app.adjustments.rules import AdjustmentKind
from app.adjustments.service import draft
from app.base.errors import UserError
from app.base.i18n import N_, _
from app.base.money import parse_yuan, yuan
from app.base.progress import Progress, Silent
from app.db.workspace import Tx
from app.discrepancies.cases import CaseRow, case_assignees, case_rows
from app.discrepancies.casework import add_note, assign_cases, unassign_cases
from app.intake.reader import Reader, Source
from app.intake.rules import RowProblem
from app.reporting.roundtrip import COLUMNS
from app.wording.adjusting import adjustment_kind
from app.wording.labels import label

MOST_ROWS = 20_000
"""Rows that one sheet may bring back."""

_FREE = tuple(one.name for one in COLUMNS if one.free)
_CHUNK = 500


class NoSuchSheet(UserError):
    """It is no sheet that was written here."""

    template = N_("{file} is no list of discrepancies that was exported here: {problem}.")


class TooManyRows(UserError):
    """More rows than a person fills in."""

    template = N_("{file} has more than {most} rows.")


class NothingToTakeBack(UserError):
    """No row of the sheet changes anything."""

    template = N_("The sheet changes nothing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A row as it came back: its line, the discrepancy, and what people filled in by column."""

    line: int
    id: int
    version: int
    filled: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a row would change; with a `problem` it changes nothing.

    `assignee` is None where it stays, "" where it is taken away; `wanted` is the adjustment that
    would be drafted, None without one.
    """

    line: int
    id: int
    key: str
    version: int
    assignee: str | None = None
    note: str = ""
    wanted: Draft | None = None
    problem: str = ""

    @property
    def anything(self) -> bool:
        """Whether the row says anything at all."""
        said = self.assignee is not None or bool(self.note) or self.wanted is not None
        return said or bool(self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was done: how many were assigned, noted, and the numbers of the drafts."""

    assigned: int
    noted: int
    drafts: tuple[str, ...]


def read_sheet(path: Path) -> list[SheetRow]:
    """Read a sheet in the limited reading process, as any file from outside.

    Raises:
        NoSuchSheet: It cannot be read, or was not written here.
        TooManyRows: It is too long.
    """
    with Reader() as reader:
        found = reader.sources(path)
        if len(found) != 1:
            raise NoSuchSheet(file=path.name, problem="–")
        rows = _lines(reader, found[0], path.name)
    head = next((cells for _line, cells in rows if cells and cells[0] == "id"), None)
    if head is None or "version" not in head:
        raise NoSuchSheet(file=path.name, problem=_(N_("its first row was changed")))
    places = {name: place for place, name in enumerate(head)}
    return [row for line, cells in rows if (row := _row(line, cells, places)) is not None]


def changes(session: Session, rows: Sequence[SheetRow]) -> list[Change]:
    """Return what rows would change, in their order; those that change nothing are left out."""
    people = frozenset(case_assignees(session))
    known = _known(session, [row.id for row in rows])
    seen: set[int] = set()
    found = []
    for row in rows:
        one = _change(session, row, known.get(row.id), people)
        if row.id in seen and one.anything:
            one = replace(one, problem=_(N_("this discrepancy stands above already")))
        seen.add(row.id)
        if one.anything:
            found.append(one)
    return found


def take_back(tx: Tx, *, wanted: Sequence[Change], progress: Progress | None = None) -> Taken:
    """Make the changes that have no problem: assign, note, and draft adjustments.

    Raises:
        NothingToTakeBack: There is none.
        ChangedByOther: Somebody changed one of the discrepancies meanwhile.
        UserError: What assigning, noting or drafting refuses; then nothing was done.
    """
    told = progress or Silent()
    good = [one for one in wanted if not one.problem]
    if not good:
        raise NothingToTakeBack
    assigned = noted = 0
    drafts = []
    for place, one in enumerate(good):
        if place % _CHUNK == 0:
            told.advance(place, len(good))
        seen = {one.id: one.version}
        if one.assignee:
            assign_cases(tx, ids=[one.id], to=one.assignee, seen=seen)
        elif one.assignee is not None:
            unassign_cases(tx, ids=[one.id], seen=seen)
        assigned += one.assignee is not None
        if one.note:
            add_note(tx, id_=one.id, text=one.note)
            noted += 1
        if one.wanted is not None:
            drafts.append(draft(tx, wanted=one.wanted))
    told.advance(len(good), len(good))
    return Taken(assigned=assigned, noted=noted, drafts=tuple(drafts))


def told(one: Change) -> str:
    """Return in words what a row would change."""
    parts = []
    if one.assignee:
        parts.append(_(N_("give it to {name}")).format(name=one.assignee))
    elif one.assignee is not None:
        parts.append(_(N_("leave it to nobody")))
    if one.note:
        parts.append(_(N_("note: {note}")).format(note=one.note))
    if one.wanted is not None:
        fen = one.wanted.amount_fen
        text = N_("draft “{kind}”, {amount}")
        parts.append(
            _(text).format(
                kind=label(one.wanted.kind),
                amount=yuan(fen) if fen is not None else _(N_("all of it")),
            )
        )
    return "; ".join(parts)


def _lines(reader: Reader, source: Source, name: str) -> list[tuple[int, tuple[str, ...]]]:
    answer = reader.lines(source, [(1, MOST_ROWS + 3)], most_rows=MOST_ROWS + 3)
    if isinstance(answer, RowProblem):
        raise NoSuchSheet(file=name, problem=answer.reason.value)
    rows = [(row.line, row.cells) for row in answer.rows]
    if answer.header:
        rows.insert(0, (answer.header_line, answer.header))
    if len(rows) > MOST_ROWS + 2:
        raise TooManyRows(file=name, most=MOST_ROWS)
    return rows


def _row(line: int, cells: Sequence[str], places: Mapping[str, int]) -> SheetRow | None:
    """A row of the sheet; the two rows of titles, and rows without a number, are none."""
    said = {
        name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()
    }
    number, version = (_whole(said.get(name, "")) for name in ("id", "version"))
    if number is None:
        return None
    return SheetRow(
        line=line,
        id=number,
        version=version or 0,
        filled={name: said[name] for name in _FREE if name in said},
    )


def _whole(text: str) -> int | None:
    plain = text.removesuffix(".0")
    return int(plain) if plain.isascii() and plain.isdigit() else None


def _known(session: Session, ids: Sequence[int]) -> dict[int, CaseRow]:
    return {row.id: row for row in case_rows(session, list(dict.fromkeys(ids)))}


def _change(
    session: Session, row: SheetRow, case: CaseRow | None, people: frozenset[str]
) -> Change:
    filled = row.filled
    if case is None:
        said = any(filled.get(name) for name in _FREE)
        problem = _(N_("there is no such discrepancy")) if said else ""
        return Change(line=row.line, id=row.id, key="", version=row.version, problem=problem)
    one = Change(
        line=row.line,
        id=row.id,
        key=case.ours_key or case.theirs_key,
        version=row.version,
        note=filled.get("note", ""),
    )
    to = filled.get("assignee", case.assignee)
    if to != case.assignee:
        one = replace(one, assignee=to)
    try:
        one = replace(one, wanted=_wanted(row))
    except UserError as error:
        return replace(one, problem=error.user_message())
    return replace(one, problem=_problem(session, one, case, people)) if one.anything else one


def _wanted(row: SheetRow) -> Draft | None:
    filled = row.filled
    if not filled.get("kind"):
        return None
    kind = _kind(filled["kind"])
    return Draft(
        kind=kind,
        reason=filled.get("reason", ""),
        discrepancy_ids=(row.id,),
        amount_fen=parse_yuan(filled["amount"]) if filled.get("amount") else None,
        payee=filled.get("payee", ""),
        original_payment_no=filled.get("original", ""),
        reason_code=filled.get("reason_code", ""),
    )


class UnknownKind(UserError):
    """No adjustment is called so."""

    template = N_("“{text}” is no kind of adjustment.")


def _kind(text: str) -> AdjustmentKind:
    found = adjustment_kind(text)
    if found is None:
        raise UnknownKind(text=text)
    return found


def _problem(session: Session, one: Change, case: CaseRow, people: frozenset[str]) -> str:
    if one.version != case.version:
        return _(N_("it was changed since the list was exported; export it again"))
    if one.assignee and one.assignee not in people:
        return _(N_("“{name}” works on no discrepancies")).format(name=one.assignee)
    if one.wanted is not None:
        return preview(session, one.wanted).trouble
    return ""
