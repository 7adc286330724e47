"""Drafting an adjustment: what it is about, what is done, and the voucher as it would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.adjustments.drafting import Draft, Plan
from app.adjustments.preparing import File, Prepared, prepare
from app.adjustments.previewing import Beginning, Preview, preview
from app.adjustments.rules import AdjustmentKind, Effect
from app.base.errors import UserError
from app.base.i18n import N_, _, ngettext
from ui.desk import Desk
from ui.formatting import amount, count, day, now
from ui.models.list_table import ListTable
from ui.widgets.about_columns import about_columns
from ui.widgets.adjust_form import AdjustForm, readable
from ui.widgets.attachments import content_of, png_bytes
from ui.widgets.panels import label
from ui.widgets.table_view import TableView
from ui.widgets.voucher_grid import VoucherGrid

_WAIT_MS = 120
_SIZE = (980, 640)
_ABOUT_ROWS = 4
_MOST_KEYS = 9

_EFFECTS = {
    Effect.RESOLVE: N_("Once approved it is settled."),
    Effect.CARRY: N_("Once approved it is carried forward; nothing is booked."),
    Effect.SUSPEND: N_("Once approved its money is in suspense until somebody claims it."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a draft; `submitted` says whether it waits for approval now."""

    number: str
    submitted: bool


class AdjustDialog(QDialog):
    """Enter submits, Esc leaves a draft, Alt and a digit choose the kind."""

    def __init__(
        self,
        desk: Desk,
        begun: Beginning,
        *,
        done: Callable[[Outcome], object],
        kind: AdjustmentKind | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._begun = begun
        self._done = done
        self._asked = 0
        self._kept = self._warned = False
        self.shown: Preview | None = None
        self.files: list[File] = []
        self.setWindowTitle(_title(begun))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._ask)
        self._make_parts()
        self._arrange()
        self._keys()
        self.form.changed.connect(self._changed)
        if begun.draft is not None:
            self.form.take_up(begun.draft)
        if kind is not None:
            self.form.choose(kind)
        self._ask()
        self.form.start()

    # ------------------------------------------------------------ parts

    def _make_parts(self) -> None:
        self.form = AdjustForm(self._begun)
        self.scope = label(_scope(self._begun), "title")
        self._about = ListTable(about_columns(), self)
        self._about.show_rows(self._begun.possible.about)
        self.about = TableView(
            self._about,
            name="adjusting_about",
            title=N_("What it is about"),
            preferences=self._desk.preferences,
        )
        self.about.setSelectionMode(TableView.SelectionMode.SingleSelection)
        rows = min(len(self._begun.possible.about), _ABOUT_ROWS)
        row = self.about.verticalHeader().defaultSectionSize()
        self.about.setFixedHeight(self.about.header.sizeHint().height() + row * rows + 6)
        self.grid = VoucherGrid(self._desk.preferences, name="adjusting_lines", summaries=False)
        self.booked = label("", "muted")
        self.problem = label("", "bad")
        self.attached = label("", "muted")
        for part in (self.booked, self.problem, self.attached):
            part.setWordWrap(True)
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _arrange(self) -> None:
        body = QVBoxLayout(self)
        body.setSpacing(8)
        body.addWidget(self.scope)
        body.addWidget(self.about)
        body.addWidget(self.form, 1)
        body.addWidget(label(_(N_("The voucher as it would be")), "muted"))
        body.addWidget(self.grid)
        body.addWidget(self.booked)
        body.addWidget(self.attached)
        body.addWidget(self.problem)
        row = QHBoxLayout()
        self.attach = QPushButton(_(N_("Attach a file  Ctrl+O")))
        self.attach.setToolTip(_(N_("Ctrl+Shift+V attaches the picture of the clipboard")))
        self.attach.clicked.connect(self._ask_file)
        self.attach.setAutoDefault(False)
        row.addWidget(self.attach)
        row.addStretch()
        buttons = QDialogButtonBox()
        self.send = buttons.addButton(
            _(N_("Submit  Enter")), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.keep = buttons.addButton(
            _(N_("Keep as a draft  Esc")), QDialogButtonBox.ButtonRole.RejectRole
        )
        self.send.setDefault(True)
        self.keep.setAutoDefault(False)
        buttons.accepted.connect(self._submit)
        buttons.rejected.connect(self.reject)
        row.addWidget(buttons)
        body.addLayout(row)
        self._show_files()

    def _keys(self) -> None:
        for number in range(1, min(self.form.kinds.count(), _MOST_KEYS) + 1):
            QShortcut(QKeySequence(f"Alt+{number}"), self, partial(self.form.choose_number, number))
        QShortcut(QKeySequence("Ctrl+O"), self, self._ask_file)
        QShortcut(QKeySequence("Ctrl+Shift+V"), self, self._paste)
        QShortcut(QKeySequence("Ctrl+S"), self, self.reject)

    # ------------------------------------------------------------ the voucher while typing

    def _changed(self) -> None:
        self._warned = False
        self.problem.setText("")
        self._wait.start()

    def _ask(self) -> None:
        self._wait.stop()
        self._asked += 1
        draft, trouble = readable(self.form)
        if draft is None:
            self._show(self._asked, Preview(plan=None, lines=(), trouble=trouble))
            return
        self._desk.read(preview, draft, own=self._begun.own).then(
            partial(self._show, self._asked), owner=self
        )

    def _show(self, asked: int, found: Preview) -> None:
        if asked != self._asked:
            return
        self.shown = found
        self.grid.show_lines(found.lines)
        self.booked.setText("" if found.plan is None else _booked(found.plan))
        self.send.setEnabled(not found.trouble)
        self.problem.setObjectName("bad" if found.trouble else "muted")
        self.problem.style().polish(self.problem)
        self.problem.setText(f"✗ {found.trouble}" if found.trouble else found.missing)

    # ------------------------------------------------------------ attachments

    def take_file(self, path: Path) -> None:
        """Attach a file once the draft is written."""
        self._desk.jobs.read(
            partial(content_of, path),
            done=lambda content: self._take(path.name, content),
            failed=self._refused,
        )

    def _paste(self) -> None:
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self._say(_(N_("The clipboard holds no picture.")))
            return
        name = _(N_("picture {at}.png")).format(at=now().astimezone().strftime("%Y-%m-%d %H%M%S"))
        self._desk.jobs.read(
            partial(png_bytes, image),
            done=lambda content: self._take(name, content),
            failed=self._refused,
        )

    def _take(self, name: str, content: bytes) -> None:
        self.files.append(File(name=name, content=content))
        self._show_files()

    def _show_files(self) -> None:
        names = [one.name for one in self._begun.attached] + [one.name for one in self.files]
        text = _(N_("Attached: {names}")).format(names=_(N_(", ")).join(names))
        self.attached.setText(text if names else "")
        self.attached.setVisible(bool(names))

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, _(N_("Attach a file")))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.take_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # ------------------------------------------------------------ writing

    def _submit(self) -> None:
        draft, trouble = readable(self.form)
        if draft is None:
            self._say(trouble)
            return
        self._write(draft, then_submit=True)

    def _write(self, draft: Draft, *, then_submit: bool) -> None:
        for button in (self.send, self.keep):
            button.setEnabled(False)
        self._desk.write(
            prepare,
            wanted=draft,
            number=self._begun.number,
            files=tuple(self.files),
            then_submit=then_submit,
        ).then(partial(self._written, then_submit), owner=self, failed=self._refused)

    def _written(self, submitted: bool, made: Prepared) -> None:  # noqa: FBT001 - bound by place
        self._kept = True
        self._done(Outcome(number=made.number, submitted=submitted))
        self.accept()

    def _refused(self, error: Exception) -> None:
        for button in (self.send, self.keep):
            button.setEnabled(True)
        if isinstance(error, UserError):
            self._say(error.user_message())
        else:
            self._desk.messages.failed(error)

    def _say(self, text: str) -> None:
        self.problem.setObjectName("bad")
        self.problem.style().polish(self.problem)
        self.problem.setText(f"✗ {text}")

    def reject(self) -> None:
        """Qt: Esc keeps what was said as a draft; where it cannot be kept, the second Esc goes."""
        nothing_said = not self.form.touched() and not self.files
        if self._kept or self._warned or (nothing_said and self._begun.draft is None):
            super().reject()
            return
        draft, trouble = readable(self.form)
        unchanged = draft is not None and draft == self._begun.draft and not self.files
        if unchanged:
            super().reject()
        elif draft is None or (self.shown is not None and self.shown.trouble):
            self._warned = True
            why = trouble or (self.shown.trouble if self.shown else "")
            self._say(
                _(N_("{why} It cannot be kept as a draft; Esc again leaves it.")).format(why=why)
            )
        else:
            self._write(draft, then_submit=False)


def _title(begun: Beginning) -> str:
    if begun.number:
        return _(N_("Adjustment {number}")).format(number=begun.number)
    return _(N_("Draft an adjustment"))


def _scope(begun: Beginning) -> str:
    about = begun.possible.about
    if about and about[0].task is None:
        template = ngettext(
            "{count} item in suspense, {amount} of it open",
            "{count} items in suspense, {amount} of them open",
            len(about),
        )
    else:
        template = ngettext(
            "{count} discrepancy, {amount} of it not taken up yet",
            "{count} discrepancies, {amount} of them not taken up yet",
            len(about),
        )
    return template.format(count=count(len(about)), amount=amount(begun.possible.left_fen))


def _booked(plan: Plan) -> str:
    where = _(N_("In the book of {payee}, on {day}.")).format(
        payee=plan.payee, day=day(plan.business_on)
    )
    return f"{where} {_(_EFFECTS[plan.effect])}"
