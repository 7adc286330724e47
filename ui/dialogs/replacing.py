"""What a corrected file would add, remove and change, before it replaces the loaded one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _, ngettext
from app.closing.replacing import Replacement
from app.intake.rules import Kind
from app.records.comparing import Compared, ComparedRow
from app.wording.values import field_name, written
from ui.formatting import amount, count
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.widgets.panels import label
from ui.widgets.states import FAILED, WARNING, with_glyph
from ui.widgets.table_view import TableView

_SIZE = (940, 560)


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the dialog: a row, and a field of it that differs."""

    line: int
    key: str
    amount_fen: int
    field: str = ""
    before: str = ""
    after: str = ""


class ReplaceDialog(QDialog):
    """Shows the differences in tabs; Ctrl+Enter or the button replaces."""

    def __init__(
        self,
        found: Replacement,
        *,
        done: Callable[[], object],
        preferences: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.setWindowTitle(_("Replace a loaded file"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        body = QVBoxLayout(self)
        self.heading = _sentence(_heading(found), "title")
        body.addWidget(self.heading)
        self.summary = _sentence(_summary(found))
        body.addWidget(self.summary)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tables: list[TableView] = []
        self._fill(found)
        body.addWidget(self.tabs, 1)
        body.addWidget(
            label(_("Matches and findings on changed rows are made anew by the next run."), "muted")
        )
        buttons = QDialogButtonBox()
        self.act = buttons.addButton(
            _("Replace  Ctrl+Enter"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.act.setShortcut("Ctrl+Return")
        self.act.setEnabled(possible(found))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        body.addWidget(buttons)
        self.accepted.connect(done)
        if self.tables:
            self.tables[0].setFocus()

    def _fill(self, found: Replacement) -> None:
        if found.problems:
            title = _("Why not ({count})").format(count=count(found.problem_count))
            problems = [Difference(one.line, one.column, 0, one.text()) for one in found.problems]
            self._add(title, problems, _problem_columns(), "problems")
        if found.compared is None or found.kind is None:
            return
        compared, kind = found.compared, found.kind
        for title, number, rows, columns in (
            (_("Changed ({count})"), compared.changed, _changed(compared, kind), _changes()),
            (_("Added ({count})"), compared.added, _plain(compared.added_rows), _rows()),
            (_("Removed ({count})"), compared.removed, _plain(compared.removed_rows), _rows()),
        ):
            self._add(title.format(count=count(number)), rows, columns, "rows")
            self.tabs.setTabEnabled(self.tabs.count() - 1, number > 0)
        first = next((n for n in range(self.tabs.count()) if self.tabs.isTabEnabled(n)), 0)
        self.tabs.setCurrentIndex(first)

    def _add(
        self,
        title: str,
        rows: Sequence[Difference],
        columns: Sequence[Column[Difference]],
        name: str,
    ) -> None:
        model: ListTable[Difference] = ListTable(columns)
        table = TableView(
            model,
            name=f"replace-{name}-{len(columns)}",
            title=N_("Differences"),
            preferences=self._preferences,
        )
        table.setAccessibleName(title)
        model.setParent(table)
        model.show_rows(rows)
        table.go_to_row(0)
        self.tables.append(table)
        self.tabs.addTab(table, title)


def possible(found: Replacement) -> bool:
    """Return whether replacing makes sense and nothing speaks against it."""
    return not found.same and not found.problem_count and found.replaces is not None


def _heading(found: Replacement) -> str:
    if found.same:
        return _("{name} is loaded already, byte for byte.").format(name=found.name)
    if found.replaces is None and found.problem_count:
        return _("{name} cannot be loaded as it stands.").format(name=found.name)
    if found.replaces is None:
        return _("{name} corrects no loaded file; it can be loaded like any other.").format(
            name=found.name
        )
    return _("{name} would replace {other}, loaded by {by}.").format(
        name=found.name, other=found.replaces_name, by=found.replaces_by
    )


def _summary(found: Replacement) -> str:
    parts = []
    if found.compared is not None:
        compared = found.compared
        parts = [
            _("{count} changed (by {amount})").format(
                count=count(compared.changed), amount=amount(compared.changed_fen)
            ),
            _("{count} added ({amount})").format(
                count=count(compared.added), amount=amount(compared.added_fen)
            ),
            _("{count} removed ({amount})").format(
                count=count(compared.removed), amount=amount(compared.removed_fen)
            ),
            _("{count} unchanged").format(count=count(compared.same)),
            _("total {before} → {after}").format(
                before=amount(found.replaces_fen), after=amount(found.amount_fen)
            ),
        ]
    if found.problem_count:
        text = ngettext(
            "{count} thing speaks against it", "{count} things speak against it",
            found.problem_count,
        )  # fmt: skip
        parts.append(with_glyph(FAILED, text.format(count=count(found.problem_count))))
    elif not parts:
        parts.append(with_glyph(WARNING, _("Nothing to replace.")))
    return _(", ").join(parts)


def _changed(compared: Compared, kind: Kind) -> list[Difference]:
    return [
        Difference(
            row.line,
            row.key,
            row.amount_fen,
            field_name(kind, change.field),
            written(kind, change.field, change.before),
            written(kind, change.field, change.after),
        )
        for row in compared.changed_rows
        for change in row.changes
    ]


def _plain(rows: Sequence[ComparedRow]) -> list[Difference]:
    return [Difference(row.line, row.key, row.amount_fen) for row in rows]


def _rows() -> list[Column[Difference]]:
    return [
        _line(),
        Column(name="key", title=N_("Key"), text=lambda one: one.key, width=34, sortable=False),
        Column(
            name="amount",
            title=N_("Amount"),
            text=lambda one: amount(one.amount_fen),
            numeric=True,
            sortable=False,
        ),
    ]


def _changes() -> list[Column[Difference]]:
    return [
        _line(),
        Column(name="key", title=N_("Key"), text=lambda one: one.key, width=30, sortable=False),
        Column(name="field", title=N_("Field"), text=lambda one: one.field, sortable=False),
        Column(
            name="before",
            title=N_("Before"),
            text=lambda one: one.before,
            width=24,
            sortable=False,
        ),
        Column(
            name="after",
            title=N_("After"),
            text=lambda one: one.after,
            tone=lambda _one: "warn",
            width=24,
            sortable=False,
        ),
    ]


def _problem_columns() -> list[Column[Difference]]:
    return [
        _line(),
        Column(name="column", title=N_("Column"), text=lambda one: one.key, sortable=False),
        Column(
            name="reason",
            title=N_("Reason"),
            text=lambda one: one.field,
            tip=lambda one: one.field,
            width=80,
            sortable=False,
        ),
    ]


def _line() -> Column[Difference]:
    return Column(
        name="line",
        title=N_("Line"),
        text=lambda one: count(one.line) if one.line else "",
        numeric=True,
        width=8,
        sortable=False,
    )


def _sentence(text: str, role: str = "") -> QLabel:
    made = label(text, role)
    made.setWordWrap(True)
    return made
