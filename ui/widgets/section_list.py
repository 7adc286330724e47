"""The list of one part of the master data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.base.i18n import N_, _
from ui.models.list_table import ListTable
from ui.widgets.master_sections import Found, Section, Wish
from ui.widgets.panels import label
from ui.widgets.table_view import TableView


class SectionList(QWidget):
    """Rows of a section; those that somebody typed about and did not save are marked.

    `picked` says that another row has the cursor, `opened` that Enter was pressed, `wanted` that
    another order or filter was chosen.
    """

    picked = Signal()
    opened = Signal()
    wanted = Signal()

    def __init__(
        self,
        section: Section,
        drafted: Callable[[str], bool],
        preferences: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._section = section
        self._drafted = drafted
        self._filters: Mapping[str, str] = {}
        self._sort: tuple[str, bool] = ("", False)
        first, *others = section.columns
        marked = replace(first, text=lambda row: self._marked(first.text(row), row))
        self.rows: ListTable[Any] = ListTable([marked, *others], self)
        self.table = TableView(
            self.rows,
            name=f"master_{section.name}",
            title=section.title,
            preferences=preferences,
        )
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.table.picked.connect(self.picked)
        self.table.opened.connect(lambda _row: self.opened.emit())
        self.table.sorted_by.connect(self._sorted)
        self.table.filtered.connect(self._filtered)
        self.nothing = label(_(N_("Nothing fits what is typed under the columns.")), "muted")
        self.nothing.hide()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(self.table, 1)
        body.addWidget(self.nothing)
        self.setFocusProxy(self.table)

    @property
    def wish(self) -> Wish:
        """Which rows are wanted, and in which order."""
        return Wish(texts=dict(self._filters), sort=self._sort[0], descending=self._sort[1])

    def show_found(self, found: Found, key: str) -> None:
        """Show rows, with the cursor on the one of a key, or else where it was."""
        before = self.table.current_row() or 0
        self.rows.show_rows(found.rows)
        self.nothing.setText(
            _(N_("Nothing fits what is typed under the columns."))
            if found.whole
            else _(N_("Nothing is there yet. Import a template or begin with New."))
        )
        self.nothing.setVisible(not found.rows)
        keys = [self._section.key(row) for row in found.rows]
        place = keys.index(key) if key in keys else min(before, len(keys) - 1)
        self.table.go_to_row(place)

    def row(self) -> Any:
        """Return the row with the cursor; None where there is none."""
        number = self.table.current_row()
        return None if number is None else self.rows.row(number)

    def leave_row(self) -> None:
        """Choose no row; the cursor stays where it is."""
        self.table.clearSelection()

    def choose_row(self) -> None:
        """Choose the row with the cursor."""
        self.table.go_to_row(self.table.current_row() or 0)

    def show_marks(self) -> None:
        """Draw the marks anew."""
        self.table.viewport().update()

    def focus_filter(self) -> None:
        """Put the cursor into the first filter."""
        self.table.header.focus_filter(self._section.columns[0].name)

    def _marked(self, text: str, row: Any) -> str:
        return f"✎ {text}" if self._drafted(self._section.key(row)) else text

    def _sorted(self, name: str, descending: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._sort = (name, descending)
        self.wanted.emit()

    def _filtered(self, filters: Mapping[str, str]) -> None:
        self._filters = filters
        self.wanted.emit()
