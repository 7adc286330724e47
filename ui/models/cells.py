"""What Qt's roles of a cell get from a column.

A table asks for some thousand values each time it is drawn: roles are compared as plain numbers.
"""

from __future__ import annotations

from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication

from app.base.i18n import _
from ui.models.column import Column
from ui.theme import tones

Row = TypeVar("Row")

DISPLAY = int(Qt.ItemDataRole.DisplayRole)
ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
TOOL_TIP = int(Qt.ItemDataRole.ToolTipRole)
FOREGROUND = int(Qt.ItemDataRole.ForegroundRole)
BACKGROUND = int(Qt.ItemDataRole.BackgroundRole)

_RIGHT = (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value
_LEFT = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value

_HATCHED = "hatched"
_SOLID = Qt.BrushStyle.SolidPattern

LOADING = "…"
"""Stands in cells whose row is on its way."""


def cell(column: Column[Row], row: Row | None, role: int) -> Any:
    """Return what a cell answers for a role."""
    if role == DISPLAY:
        return LOADING if row is None else shown(column, row)
    if role == ALIGNMENT:
        return _RIGHT if column.numeric else _LEFT
    return None if row is None else _looks(column, row, role)


def shown(column: Column[Row], row: Row) -> str:
    """Return the text of a cell with its mark."""
    return column.mark(row) + column.text(row) if column.mark else column.text(row)


def _looks(column: Column[Row], row: Row, role: int) -> Any:
    if role == FOREGROUND:
        return tone_of(column, row)
    if role == BACKGROUND:
        return ground_of(column, row)
    if role == TOOL_TIP and column.tip:
        return column.tip(row)
    return None


def tone_of(column: Column[Row], row: Row) -> QColor | None:
    """Return the colour of a cell's text; None for the usual one."""
    return _colour(column.tone(row)) if column.tone else None


def ground_of(column: Column[Row], row: Row) -> QBrush | None:
    """Return what is behind the text of a cell; None for the usual ground."""
    return _brush(column.ground(row)) if column.ground else None


def title(column: Column[Row], role: int) -> Any:
    """Return what a column's header answers for a role."""
    if role == DISPLAY:
        return _(column.title)
    if role == ALIGNMENT:
        return _RIGHT if column.numeric else _LEFT
    return None


def _colour(name: str) -> QColor | None:
    return QColor(getattr(tones(QGuiApplication.palette()), name)) if name else None


def _brush(name: str) -> QBrush | None:
    colour = _colour(name)
    if colour is None:
        return None
    return QBrush(colour, Qt.BrushStyle.BDiagPattern if name == _HATCHED else _SOLID)
