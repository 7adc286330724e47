"""What tests of papers read: the database, and the numbers of sheets and pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, text

from app.db.workspace import ReadSession, Tx
from app.reporting.paper import Field, Fields, Paper, Table
from tests.reporting.conftest import Office
from tests.reporting.making import pages_of, sheets_of, squeezed


def sql(office: Office, query: str, **values: object) -> Sequence[RowMapping]:
    def ask(session: ReadSession) -> Sequence[RowMapping]:
        return session.execute(text(query), values).mappings().all()

    return office.workspace.read(ask)


def run(office: Office, *statements: str) -> None:
    """Change the data behind the program's back; what guards it is taken away."""

    def change(tx: Tx) -> None:
        for statement in statements:
            tx.session.execute(text(statement))

    office.workspace.write(office.people["clerk"], change)


def number(value: object) -> int:
    """A cell in fen."""
    assert isinstance(value, int | float)
    return round(value * 100)


def rows_of(path: Path, sheet: str | int = 0, above: int = 3) -> list[list[Any]]:
    """The values of a sheet below its header."""
    sheets = sheets_of(path)
    cells = sheets[sheet] if isinstance(sheet, str) else list(sheets.values())[sheet]
    return [[cell.value for cell in line] for line in cells[above:]]


def words_of(path: Path) -> str:
    return "".join(map(squeezed, pages_of(path)))


def field_of(paper: Paper, name: str) -> Field:
    fields = [one for block in paper.blocks if isinstance(block, Fields) for one in block.fields]
    return next(one for one in fields if one.name == name)


def tables_of(paper: Paper) -> dict[str, Table]:
    return {block.name: block for block in paper.blocks if isinstance(block, Table)}
