"""The raw lines of a file as a table: line numbers, cells as they stand, what is marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication

from app.base.i18n import N_, _
from app.intake.rules import RawLines, RawRow
from ui.formatting import count
from ui.theme import tones

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
ERROR_MARK = "✗ "
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LETTERS = 26
_TEXTS = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)

Marks = Mapping[int, frozenset[int]]
"""Marked cells by row; an empty set marks the whole row."""


class LinesTable(QAbstractTableModel):
    """Shows lines; the first column is the line's number, more rows may come later."""

    def __init__(self, parent: QObject | None = None, *, mark: str = ERROR_MARK) -> None:
        super().__init__(parent)
        self._mark = mark
        self._lines = RawLines()
        self._rows: list[RawRow] = []
        self._marks: Marks = {}
        self._width = 0
        self._more: Callable[[], object] | None = None

    def show_lines(
        self,
        lines: RawLines,
        marks: Marks | None = None,
        more: Callable[[], object] | None = None,
    ) -> None:
        """Show other lines; `more` is called when the end of them is scrolled to."""
        self.beginResetModel()
        self._lines = lines
        self._rows = list(lines.rows)
        self._marks = marks or {}
        self._width = max([len(lines.header), *(len(row.cells) for row in lines.rows)], default=0)
        self._more = more
        self.endResetModel()

    def add_rows(self, rows: Sequence[RawRow], *, last: bool) -> None:
        """Show further rows below; `last` says that none follow."""
        if last:
            self._more = None
        width = max([self._width, *(len(row.cells) for row in rows)])
        if width > self._width:
            self.beginInsertColumns(_NO_INDEX, self._width + 1, width)
            self._width = width
            self.endInsertColumns()
        if rows:
            first = len(self._rows)
            self.beginInsertRows(_NO_INDEX, first, first + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()

    def row_of(self, line: int) -> int | None:
        """Return where a line stands; None where it is not shown."""
        before = [place for place, row in enumerate(self._rows) if row.line <= line]
        return before[-1] if before else None

    def last_line(self) -> int:
        """Return the number of the last line shown."""
        return self._rows[-1].line if self._rows else 0

    def mark(self, marks: Marks) -> None:
        """Mark other cells."""
        self._marks = marks
        if self._rows:
            end = self.index(len(self._rows) - 1, self._width)
            self.dataChanged.emit(self.index(0, 0), end)

    def text_of(self, rows: Sequence[int]) -> str:
        """Return rows as tab-separated text."""
        return "\n".join(
            "\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in self._rows[row].cells)
            for row in rows
        )

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Qt: number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Qt: the line's number and the cells."""
        return 0 if parent.isValid() else self._width + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Qt: names of the columns, else letters as a spreadsheet has them."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        if section == 0:
            return _(N_("Line"))
        header = self._lines.header
        name = header[section - 1].strip() if section <= len(header) else ""
        return name or _letters(section)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt: a cell, marked or not."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = index.row(), index.column() - 1
        if role in _TEXTS:
            return self._text(row, column, role)
        return self._look(row, column, role)

    def canFetchMore(self, parent: Index = _NO_INDEX) -> bool:  # noqa: N802 - Qt's name
        """Qt: whether further lines can be asked for."""
        return not parent.isValid() and self._more is not None

    def fetchMore(self, parent: Index = _NO_INDEX) -> None:  # noqa: N802 - Qt's name
        """Qt: ask for further lines; they come later."""
        more, self._more = self._more, None
        if not parent.isValid() and more is not None:
            more()

    def expect_more(self, more: Callable[[], object]) -> None:
        """Say that further lines can be asked for again."""
        self._more = more

    def _text(self, row: int, column: int, role: int) -> str:
        one = self._rows[row]
        if column < 0:
            number = count(one.line)
            return f"{self._mark}{number}" if row in self._marks else number
        text = one.cells[column] if column < len(one.cells) else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return text
        flat = text.replace("\n", "⏎")
        return f"{self._mark}{flat}" if column in self._marks.get(row, ()) else flat

    def _look(self, row: int, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and column < 0:
            return _RIGHT
        if role == Qt.ItemDataRole.BackgroundRole and self._marked(row, column):
            return QColor(tones(QGuiApplication.palette()).marked)
        if role == Qt.ItemDataRole.FontRole and self._is_bold(row, column):
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _marked(self, row: int, column: int) -> bool:
        if row not in self._marks:
            return False
        cells = self._marks[row]
        return column < 0 or not cells or column in cells

    def _is_bold(self, row: int, column: int) -> bool:
        return self._rows[row].line == self._lines.header_line or (
            column in self._marks.get(row, ())
        )


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        text = chr(ord("A") + rest) + text
    return text
