"""The commands that only read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.base.i18n import _
from app.cli import printing
from app.cli.codes import DONE
from app.cli.session import Command, Desk
from app.closing.board import BoardRow, board
from app.closing.queries import latest_day
from app.closing.rules import BoardCell, CellState, RowKind, Step
from app.discrepancies.queries import DiscrepancyFilter, discrepancies, matches
from app.discrepancies.rules import Status
from app.matching.rules import Kind, Task
from app.wording.labels import label

_GLYPHS = {
    CellState.DONE: "✓",
    CellState.OPEN: "●",
    CellState.MISSING: "✗",
    CellState.WAITING: "…",
    CellState.NONE: "·",
}


def _discrepancies(desk: Desk) -> int:
    options = desk.options
    wanted = DiscrepancyFilter(
        day=options.date,
        task=Task(options.task) if options.task else None,
        kind=Kind(options.kind) if options.kind else None,
        status=Status(options.status) if options.status else None,
    )
    workspace, _actor = desk.reading()
    found = workspace.read(discrepancies, wanted)
    desk.answer(printing.discrepancies_json(found), printing.discrepancies_lines(found))
    return DONE


def _matches(desk: Desk) -> int:
    options = desk.options
    workspace, _actor = desk.reading()
    found = workspace.read(
        matches, day=options.date, task=Task(options.task) if options.task else None
    )
    desk.answer(printing.matches_json(found), printing.matches_lines(found))
    return DONE


def _board(desk: Desk) -> int:
    workspace, _actor = desk.reading()
    day = desk.options.date or workspace.read(latest_day)
    rows = workspace.read(board, day)
    desk.answer(board_json(day, rows), board_lines(day, rows))
    return DONE


def board_json(day: date, rows: Sequence[BoardRow]) -> dict[str, Any]:
    """The day board."""
    return {
        "date": day.isoformat(),
        "rows": [
            {
                "kind": row.kind.value,
                "channel": row.channel,
                "account": row.account,
                "name": row.name,
                "steps": {
                    step.value: {
                        "state": cell.state.value,
                        "count": cell.count,
                        "of": cell.of,
                        "fen": cell.fen,
                    }
                    for step, cell in row.steps.items()
                },
            }
            for row in rows
        ],
    }


def board_lines(day: date, rows: Sequence[BoardRow]) -> list[str]:
    """The day board."""
    lines = [_("Business date {day}").format(day=day.isoformat())]
    if not rows:
        return [*lines, _("Nothing is loaded for this day.")]
    head = (_("channel or account"), *(label(step) for step in Step))
    cells = [(_row_name(row), *(_cell_text(cell) for cell in row.steps.values())) for row in rows]
    return [*lines, *printing.table([head, *cells])]


def _row_name(row: BoardRow) -> str:
    match row.kind:
        case RowKind.CHANNEL:
            return row.name
        case RowKind.WRITEOFF | RowKind.CLEARING:
            return label(row.kind)
        case RowKind.ACCOUNT:
            return f"{row.account} {row.name}"


def _cell_text(cell: BoardCell) -> str:
    glyph = _GLYPHS[cell.state]
    if not (cell.count or cell.of):
        return glyph
    return f"{glyph} {cell.count}/{cell.of}" if cell.of else f"{glyph} {cell.count}"


COMMANDS: Mapping[str, Command] = {
    "discrepancies": _discrepancies,
    "matches": _matches,
    "board": _board,
}
