"""Checking the verification code of a paper that somebody brings."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.base.errors import UserError
from app.base.i18n import N_, _, ngettext
from app.base.progress import Progress
from app.reporting.checking import same_file
from app.reporting.queries import Checked, check_code
from app.reporting.rules import Format, MistypedCode, UnknownCode, number_read
from app.reporting.titles import title
from ui.formatting import count
from ui.pages.part import Part, said
from ui.widgets.panels import Card, label
from ui.widgets.print_columns import copy, printed_at
from ui.widgets.states import DONE, FAILED, WARNING, Look, with_glyph

_WIDTH = 780


class CheckPart(Part):
    """Says which paper bears a code; a file can be held against what was made."""

    title: ClassVar[str] = N_("Check a code")
    verbs: ClassVar[tuple[str, ...]] = ("reports.check", "reports.hold")

    def bind(self) -> None:
        """Bind the actions of the part."""
        self.page.bind("reports.check", lambda: self.check(self.line.text()))
        self.page.bind("reports.hold", self._ask_file)

    def arrange(self) -> None:
        """Make the line and the answer."""
        self.found: Checked | None = None
        self._asked = 0
        inner = QWidget()
        inner.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(10)
        column.addWidget(
            said(
                _(
                    N_(
                        "Type the code that stands under the number of a paper, or scan its QR"
                        " code here: what was printed with it is told, and whether it still counts."
                    )
                )
            )
        )
        self.line = QLineEdit()
        self.line.setAccessibleName(_(N_("Verification code")))
        self.line.setPlaceholderText("ABCD-EFGH-JKMN-PQRS")
        self.line.setClearButtonEnabled(True)
        self.line.returnPressed.connect(lambda: self.check(self.line.text()))
        self.line.textChanged.connect(lambda _text: self.weigh())
        column.addWidget(self.line)
        column.addLayout(self.buttons(self.verbs))
        column.addWidget(self._answer())
        column.addStretch()
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inner, 20)
        middle.addStretch(1)
        self.body.addLayout(middle, 1)

    def weigh(self) -> None:
        """A file is held against a code that was found."""
        self.page.allow("reports.check", possible=bool(self.line.text().strip()))
        self.page.allow("reports.hold", possible=self.found is not None)

    def entered(self) -> None:
        """Put the keyboard into the line."""
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.selectAll()

    def memento(self) -> object:
        """Return what was typed."""
        return self.line.text()

    def restore(self, memento: object) -> None:
        """Check it again."""
        if str(memento):
            self.check(str(memento))

    def check(self, text: str) -> None:
        """Say what was printed with a code."""
        if not text.strip():
            return
        self.line.setText(text.strip())
        self._asked += 1
        number = self._asked
        self.desk.read(check_code, text).then(
            partial(self._show, number, number_read(text)),
            failed=partial(self._failed, number),
            owner=self,
        )

    def hold(self, path: Path) -> None:
        """Say whether a file is the one that was made."""
        if self.found is None:
            return
        issue = self.found.issue

        def work(progress: Progress) -> bool:
            return same_file(path, issue, progress)

        self.desk.job(
            _(N_("Check {file}")).format(file=path.name),
            work,
            done=partial(self._held, path.name),
            owner=self,
            writes=False,
        )

    # ------------------------------------------------------------ showing

    def _answer(self) -> QWidget:
        self.card = Card()
        self.heading = label("", "heading")
        self.heading.setWordWrap(True)
        self.told = label("")
        self.told.setWordWrap(True)
        self.file_told = label("", "title")
        self.file_told.setWordWrap(True)
        self.facts = QGridLayout()
        self.facts.setHorizontalSpacing(18)
        self.facts.setColumnStretch(1, 1)
        for part in (self.heading, self.told):
            self.card.body.addWidget(part)
        self.card.body.addLayout(self.facts)
        self.card.body.addWidget(self.file_told)
        self.card.hide()
        return self.card

    def _show(self, asked: int, number: str, found: Checked) -> None:
        if asked != self._asked:
            return
        issue = found.issue
        self.found = found
        wrong = bool(number) and number != issue.number
        if wrong:
            text = _(N_("The number {number} was read, but the code is that of another paper."))
            self._say(FAILED, _(N_("Forged or mixed up")), text.format(number=number))
        elif issue.is_void:
            text = _(N_("Since {at}, by {by}: {reason}"))
            words = text.format(
                at=printed_at(issue.voided_at), by=issue.voided_by, reason=issue.void_reason
            )
            self._say(WARNING, _(N_("Printed here, but void")), words)
        else:
            self._say(DONE, _(N_("Printed here and valid")), "")
        self._show_facts(found)
        self.weigh()

    def _show_facts(self, found: Checked) -> None:
        issue = found.issue
        written = title(issue.format)
        if issue.format is Format.PDF:
            pages = ngettext("{count} page", "{count} pages", issue.pages)
            written = f"{written}, {pages.format(count=count(issue.pages))}"
        which = _(N_("{copy}, one of {count} so far"))
        facts = [
            (N_("Paper"), title(issue.kind)),
            (N_("Number"), issue.number),
            (N_("About"), found.paper.subject),
            (N_("Time on the paper"), found.paper.period),
            (N_("Printed"), _(N_("{at}, by {by}")).format(
                at=printed_at(issue.issued_at), by=issue.issued_by
            )),
            (N_("Copy"), which.format(copy=copy(issue), count=count(found.copies))),
            (N_("Written as"), written),
            ("SHA-256", issue.sha256),
        ]  # fmt: skip
        if found.paper.period == found.paper.subject:
            facts = [fact for fact in facts if fact[0] != "Time on the paper"]
        self._fill(facts)

    def _failed(self, asked: int, error: Exception) -> None:
        if asked != self._asked:
            return
        self.found = None
        self._fill([])
        if isinstance(error, MistypedCode):
            self._say(WARNING, _(N_("Mistyped")), error.user_message())
        elif isinstance(error, UnknownCode):
            self._say(FAILED, _(N_("Not one of ours")), error.user_message())
        elif isinstance(error, UserError):
            self._say(WARNING, _(N_("Not checked")), error.user_message())
        else:
            self.card.hide()
            self.desk.messages.failed(error)
        self.weigh()

    def _held(self, name: str, same: bool) -> None:  # noqa: FBT001 - what the work returned
        look = DONE if same else FAILED
        text = N_("{file} is the file that was made: not a byte differs.")
        other = N_("{file} is not the file that was made.")
        self.file_told.setText(with_glyph(look, _(text if same else other).format(file=name)))
        self.file_told.show()
        _paint(self.file_told, look)

    def _say(self, look: Look, heading: str, words: str) -> None:
        self.heading.setText(with_glyph(look, heading))
        self.told.setText(words)
        self.told.setVisible(bool(words))
        self.file_told.hide()
        self.card.show()

    def _fill(self, facts: list[tuple[str, str]]) -> None:
        while (item := self.facts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, (name, value) in enumerate(facts):
            self.facts.addWidget(label(_(name), "muted"), row, 0)
            shown = label(value)
            shown.setWordWrap(True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.facts.addWidget(shown, row, 1)

    def _ask_file(self) -> None:
        dialog = QFileDialog(self.window(), _(N_("Hold a file against it")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.hold(Path(path)))
        dialog.open()


def _paint(made: QLabel, look: Look) -> None:
    made.setObjectName(look.tone)
    made.style().polish(made)
