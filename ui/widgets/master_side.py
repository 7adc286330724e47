"""Beside a list of the master data: the form of one thing, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.approval.queries import RequestView
from app.audit.queries import AuditRow
from app.base.i18n import N_, _
from app.closing.master import change_in
from ui.formatting import moment
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.widgets.change_words import told, told_change, verb
from ui.widgets.edit_form import EditForm
from ui.widgets.panels import label
from ui.widgets.states import WAITING, with_glyph
from ui.widgets.table_view import TableView

_SIZES = (420, 170)


class MasterSide(QWidget):
    """The right side of the page of master data."""

    def __init__(self, preferences: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = EditForm()
        self.changes: ListTable[AuditRow] = ListTable(_columns(), self)
        self.table = TableView(
            self.changes, name="master_history", title=N_("History"), preferences=preferences
        )
        self.pending = label("", "warn")
        self.pending.setWordWrap(True)
        self.pending.hide()
        above = QWidget()
        form = QVBoxLayout(above)
        form.setContentsMargins(0, 0, 0, 0)
        form.addWidget(self.form, 1)
        form.addWidget(self.pending)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        self.heading = label(_(N_("History")), "title")
        column.addWidget(self.heading)
        column.addWidget(self.table, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(above)
        split.addWidget(below)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 1)
        split.setSizes(_SIZES)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)

    def show_pending(self, request: RequestView | None) -> None:
        """Show beside the present values what somebody wants them to be."""
        self.pending.setVisible(request is not None)
        if request is None:
            return
        change = change_in(request)
        text = _(N_("Waits for approval, asked for by {name} at {time}: {changes}")).format(
            name=request.maker_name,
            time=moment(request.made_at),
            changes=told_change(change.object_type, change.object_key, change.before, change.after),
        )
        self.pending.setText(with_glyph(WAITING, text))

    def show_history(self, rows: Sequence[AuditRow]) -> None:
        """Show what happened to the thing in the form."""
        self.changes.show_rows(rows)
        text = _(N_("History")) if rows else _(N_("History: nothing was changed yet"))
        self.heading.setText(text)


def _columns() -> list[Column[AuditRow]]:
    return [
        Column(
            name="at", title=N_("Time"), text=lambda row: moment(row.at), width=18, sortable=False
        ),
        Column(name="actor", title=N_("Who"), text=lambda row: row.actor, width=9, sortable=False),
        Column(name="verb", title=N_("Action"), text=verb, width=7, sortable=False),
        Column(name="told", title=N_("Changes"), text=told, tip=told, width=30, sortable=False),
    ]
