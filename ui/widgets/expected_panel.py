"""The files that the day needs: what came in, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.base.i18n import N_, _, ngettext
from app.closing.expected import ExpectedFile
from app.closing.rules import Presence
from ui.models.list_table import ListTable
from ui.widgets.file_rows import expected_columns
from ui.widgets.panels import label
from ui.widgets.states import DONE, MISSING, with_glyph
from ui.widgets.table_view import TableView


class ExpectedPanel(QWidget):
    """A heading that counts, and one line for each expected file; `opened` carries one."""

    opened = Signal(object)

    def __init__(self, preferences: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        body = QVBoxLayout(self)
        body.setContentsMargins(8, 0, 0, 0)
        body.setSpacing(4)
        body.addWidget(label(_("Expected on this day"), "title"))
        self.heading = label("", "muted")
        self.heading.setWordWrap(True)
        body.addWidget(self.heading)
        self.rows: ListTable[ExpectedFile] = ListTable(expected_columns())
        self.table = TableView(
            self.rows,
            name="expected",
            title=N_("Expected files"),
            preferences=preferences,
            parent=self,
        )
        self.rows.setParent(self.table)
        self.table.opened.connect(self._open)
        body.addWidget(self.table, 1)

    def show_files(self, files: Sequence[ExpectedFile] | None) -> None:
        """Show what a day needs; None while no day is chosen."""
        self.rows.show_rows(files or ())
        if files is None:
            self.heading.setText(_("Choose one business date to see what it needs."))
            return
        counts = Counter(one.presence for one in files)
        missing = counts[Presence.MISSING]
        if missing:
            text = ngettext("{count} file is missing", "{count} files are missing", missing)
            self.heading.setText(with_glyph(MISSING, text.format(count=missing)))
        else:
            self.heading.setText(with_glyph(DONE, _("Everything came in.")))
        self.heading.setObjectName("bad" if missing else "muted")
        self.heading.style().polish(self.heading)

    def _open(self, number: int) -> None:
        one = self.rows.row(number)
        if one is not None:
            self.opened.emit(one)
