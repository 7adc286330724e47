"""What a filled-in sheet of discrepancies would change, before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.base.i18n import N_, _, ngettext
from app.reporting.taking_back import Change, told
from ui.desk import Desk
from ui.formatting import count
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.widgets.panels import label
from ui.widgets.states import DONE, FAILED, with_glyph
from ui.widgets.table_view import TableView

_SIZE = (900, 520)


class TakeBackDialog(QDialog):
    """Enter makes the changes that have no problem; the others are named and left alone."""

    def __init__(
        self,
        desk: Desk,
        file: str,
        found: Sequence[Change],
        done: Callable[[Sequence[Change]], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_(N_("Take the sheet back")))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        good = [one for one in found if not one.problem]
        self.sentence = label(_sentence(file, len(good), len(found) - len(good)), "title")
        self.sentence.setWordWrap(True)
        self.rows = ListTable(_columns(), self)
        self.rows.show_rows(sorted(found, key=lambda one: (not one.problem, one.line)))
        self.table = TableView(
            self.rows,
            name="taking_back",
            title=N_("What would change"),
            preferences=desk.preferences,
        )
        buttons = QDialogButtonBox()
        self.act = buttons.addButton(
            _(N_("Make these changes")), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.act.setEnabled(bool(good))
        self.act.setDefault(True)
        buttons.addButton(_(N_("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: done(good))
        self.table.opened.connect(lambda _row: self.accept() if good else None)
        body = QVBoxLayout(self)
        for part in (self.sentence, self.table, buttons):
            body.addWidget(part)
        (self.act if good else self.table).setFocus()


def _sentence(file: str, good: int, bad: int) -> str:
    text = ngettext(
        "{file} changes {count} discrepancy; adjustments become drafts.",
        "{file} changes {count} discrepancies; adjustments become drafts.",
        good,
    ).format(file=file, count=count(good))
    if bad:
        more = ngettext(
            "{count} row cannot be taken back; it stands above with the reason.",
            "{count} rows cannot be taken back; they stand above with the reasons.",
            bad,
        )
        text = f"{text} {more.format(count=count(bad))}"
    return text


def _columns() -> list[Column[Change]]:
    return [
        Column(
            name="line",
            title=N_("Line"),
            text=lambda row: str(row.line),
            numeric=True,
            width=5,
            sortable=False,
        ),
        Column(
            name="id",
            title=N_("No."),
            text=lambda row: str(row.id),
            numeric=True,
            width=6,
            sortable=False,
        ),
        Column(
            name="key",
            title=N_("Key"),
            text=lambda row: row.key,
            tip=lambda row: row.key,
            width=20,
            sortable=False,
        ),
        Column(
            name="what",
            title=N_("What would change"),
            text=_what,
            tip=_what,
            tone=lambda row: (FAILED if row.problem else DONE).tone,
            width=40,
            room=90,
            sortable=False,
        ),
    ]


def _what(row: Change) -> str:
    return with_glyph(FAILED, row.problem) if row.problem else with_glyph(DONE, told(row))
