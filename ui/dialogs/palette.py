"""The Ctrl+K box: finds pages, commands, records and amounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _
from app.closing.finding import Document, Found, FoundDocument, find, find_documents
from app.db.workspace import ReadSession
from app.intake.rules import KIND_LABELS
from app.reporting.rules import is_code, number_read
from ui.desk import CHECKING, Desk, Target
from ui.formatting import amount, day
from ui.theme import icon, tones

_WAIT_MS = 200
_SHOWN = 14
_ICON = 16
_MARGIN = 8
_HINT = Qt.ItemDataRole.UserRole + 1
_PICTURES = {"page": "layout-dashboard", "command": "play", "record": "search"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One line of the box; `hint` stands at the right (keys, or why it cannot be done now)."""

    text: str
    act: Callable[[], object]
    hint: str = ""
    sort: str = "command"
    possible: bool = True


class PaletteDialog(QDialog):
    """Finds while one types; Enter does or opens it."""

    def __init__(
        self, desk: Desk, choices: Sequence[Choice], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Dialog)
        self.setWindowTitle(_(N_("Find or do")))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(640, 420)
        self._desk = desk
        self._choices = choices
        self._found: list[Choice] = []
        self._asked = ""
        self._answered = True
        body = QVBoxLayout(self)
        self.line = QLineEdit()
        self.line.setPlaceholderText(
            _(N_("Order, household, batch, voucher, adjustment, amount, page or command"))
        )
        self.line.setAccessibleName(_(N_("Find or do")))
        self.line.installEventFilter(self)
        self.list = QListWidget()
        self.list.setIconSize(QSize(_ICON, _ICON))
        self.list.setAccessibleName(_(N_("Found")))
        self.list.setItemDelegate(_WithHint(self.list))
        self.list.itemActivated.connect(lambda _item: self._do())
        body.addWidget(self.line)
        body.addWidget(self.list)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._ask)
        self.line.textChanged.connect(self._typed)
        self._fill()
        self.line.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: arrow keys move in the list while the cursor stays in the line."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                row = self.list.currentRow() + step
                self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do()
                return True
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        self._found = []
        self._answered = not self.line.text().strip()
        self._fill()
        self._wait.start()

    def _ask(self) -> None:
        text = self.line.text().strip()
        self._asked = text
        if text:
            self._desk.read(_find, text, day=self._desk.day).then(
                lambda found: self._show(text, *found), owner=self
            )

    def _show(
        self, text: str, documents: Sequence[FoundDocument], entries: Sequence[Found]
    ) -> None:
        if text == self._asked:
            self._found = [self._document(one) for one in documents]
            self._found += [self._record(one) for one in entries]
            self._answered = True
            self._fill()

    def _document(self, found: FoundDocument) -> Choice:
        page, name = _DOCUMENTS[found.document]
        return Choice(
            text=f"{_(name)}  {found.number}",
            hint=f"{day(found.business_on)}  {amount(found.amount_fen)}",
            act=lambda: self._desk.open(Target(page=page, key=found.number)),
            sort="record",
        )

    def _record(self, found: Found) -> Choice:
        target = Target(
            page="reconcile",
            day=found.business_on,
            task=found.task,
            scope=found.scope,
            entry_kind=found.kind,
            entry_id=found.id,
            key=found.key,
            amount_fen=found.amount_fen,
        )
        return Choice(
            text=f"{_(KIND_LABELS[found.kind])}  {found.key}",
            hint=f"{day(found.business_on)}  {amount(found.amount_fen)}",
            act=lambda: self._desk.open(target),
            sort="record",
        )

    def _fill(self) -> None:
        wanted = self.line.text().strip().casefold()
        fitting = [one for one in self._choices if wanted in one.text.casefold()]
        self.list.clear()
        papers = self._papers(self.line.text())
        for choice in [*papers, *fitting[:_SHOWN], *self._found]:
            item = QListWidgetItem(icon(_PICTURES[choice.sort]), choice.text)
            item.setData(Qt.ItemDataRole.UserRole, choice)
            item.setData(_HINT, choice.hint)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.text} {choice.hint}".strip())
            if not choice.possible:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        if not self.list.count():
            text = N_("Nothing found") if self._answered else N_("Searching …")
            item = QListWidgetItem(_(text))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _papers(self, text: str) -> list[Choice]:
        """Offer to check a code of a paper, or to show the prints of one, where it is typed."""
        number = number_read(text)
        check = Target(page="reports", state=CHECKING, key=text)
        prints = Target(page="reports", key=number)
        offered = (
            (is_code(text), _(N_("Check the code of a paper")), check),
            (bool(number), _(N_("Prints of {number}")).format(number=number), prints),
        )
        return [
            Choice(text=words, act=partial(self._desk.open, target), sort="record")
            for possible, words, target in offered
            if possible
        ]

    def _do(self) -> None:
        row = self.list.currentRow()
        choice = self.list.item(row).data(Qt.ItemDataRole.UserRole) if row >= 0 else None
        if isinstance(choice, Choice) and choice.possible:
            self.accept()
            choice.act()


_DOCUMENTS = {
    Document.ADJUSTMENT: ("adjustments", N_("Adjustment slip")),
    Document.VOUCHER: ("vouchers", N_("Voucher")),
}
"""The page on which each stands, and what it is called."""


def _find(
    session: ReadSession, text: str, *, day: date | None
) -> tuple[list[FoundDocument], list[Found]]:
    return find_documents(session, text), find(session, text, day=day)


class _WithHint(QStyledItemDelegate):
    """Draws the hint of a line at its right end."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Qt: draw a line."""
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(QColor(tones(option.palette).muted))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        rect: QRect = option.rect
        painter.drawText(rect.adjusted(0, 0, -_MARGIN, 0), right, str(index.data(_HINT) or ""))
        painter.restore()
