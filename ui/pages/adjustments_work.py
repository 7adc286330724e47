"""What is done with adjustments: approved, returned, reversed, edited, submitted, withdrawn."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.adjustments.attachments import attach, detach
from app.adjustments.queries import AdjustmentView
from app.adjustments.rules import ALLOWED, AdjustmentStatus
from app.adjustments.service import (
    Done,
    approve,
    reverse_adjustment,
    send_back,
    submit,
    withdraw,
)
from app.base.i18n import N_, _, ngettext
from app.base.money import yuan
from app.identity.rules import Permission
from app.reporting.rules import ReportKind
from ui.desk import Target
from ui.dialogs.asking import Ask
from ui.formatting import amount, count, now
from ui.models.paged_table import PagedTable
from ui.pages.adjusting import Adjusting
from ui.pages.part import Part
from ui.widgets.adjustment_view import AdjustmentPane
from ui.widgets.attachments import content_of, png_bytes
from ui.widgets.picked import picked_ids
from ui.widgets.table_view import TableView

_MINE = frozenset({AdjustmentStatus.DRAFT, AdjustmentStatus.RETURNED})
_OPEN = frozenset({*_MINE, AdjustmentStatus.SUBMITTED})


class AdjustmentsWork(QObject):
    """Binds the actions of the part and carries them out."""

    def __init__(
        self,
        part: Part,
        table: TableView,
        rows: PagedTable[AdjustmentView],
        view: AdjustmentPane,
    ) -> None:
        super().__init__(part)
        self._page = part.page
        self._desk = part.desk
        self._table = table
        self._rows = rows
        self._view = view
        self._adjusting = Adjusting(part.page)
        for name, act in {
            "approve": self._approve,
            "send_back": self._ask_why_back,
            "reverse": self._ask_why_reversed,
            "edit": self._edit,
            "submit": self._submit,
            "withdraw": self._withdraw,
            "attach": self._ask_file,
            "paste": self._paste,
            "case": self._to_case,
            "voucher": self._to_voucher,
            "print": self._to_paper,
        }.items():
            self._page.bind(f"adjustments.{name}", act)
        # Enter belongs to the list: in a filter it means something else.
        enter = self._page.actions_by_name["adjustments.approve"]
        enter.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        view.attached.removed.connect(self._detach)

    # ------------------------------------------------------------ what is chosen

    def selected_ids(self) -> array[int]:
        """Return the ids of what is selected."""
        return picked_ids(self._table, self._rows.ids())

    def current(self) -> AdjustmentView | None:
        """Return the row with the cursor, once it is there."""
        number = self._table.current_row()
        return None if number is None else self._rows.known(number)

    # ------------------------------------------------------------ what is possible

    def weigh(self) -> None:
        """Say which actions make sense for what is selected."""
        one = self._alone()
        several = len(self.selected_ids()) > 1
        shown = self._view.sheet
        possible = {
            "approve": several or (one is not None and self._checks(one)),
            "send_back": one is not None and self._checks(one),
            "reverse": one is not None
            and one.status is AdjustmentStatus.APPROVED
            and not self._is_mine(one),
            "edit": one is not None and one.status in _MINE and self._is_mine(one),
            "submit": one is not None and one.status in _MINE and self._is_mine(one),
            "withdraw": one is not None
            and AdjustmentStatus.WITHDRAWN in ALLOWED[one.status]
            and self._is_mine(one),
            "attach": one is not None and one.status in _OPEN,
            "paste": one is not None and one.status in _OPEN,
            "case": one is not None and bool(one.discrepancy_ids),
            "voucher": one is not None and bool(one.voucher) and shown is not None,
            "print": one is not None,
        }
        for name, made in possible.items():
            self._page.allow(f"adjustments.{name}", possible=made)

    def why_not(self, view: AdjustmentView) -> str:
        """Return why somebody who may approve cannot approve this one, "" if he can."""
        waits = view.status is AdjustmentStatus.SUBMITTED
        if waits and self._desk.may(Permission.APPROVE) and self._is_mine(view):
            return _(N_("You made this one yourself: somebody else has to approve it."))
        return ""

    def next_step(self) -> None:
        """Do what Enter means where it does not approve: go on with one's own, or say why not."""
        row = self.current()
        if row is None:
            return
        if row.status in _MINE and self._is_mine(row) and self._desk.may(Permission.ADJUST):
            self._edit()
        elif row.status is AdjustmentStatus.SUBMITTED:
            self._desk.warn(self.why_not(row) or _(N_("Your role does not allow this.")))

    def _to_paper(self) -> None:
        one = self.current()
        if one is not None:
            self._desk.open(Target(page="reports", state=ReportKind.ADJUSTMENT, key=one.number))

    def show_case(self, discrepancy_id: int) -> None:
        """Show a discrepancy on its page."""
        self._desk.open(Target(page="discrepancies", discrepancy_id=discrepancy_id))

    # ------------------------------------------------------------ the checker

    def _approve(self) -> None:
        ids = self.selected_ids()
        if len(ids) > 1:
            self._rows.with_rows(self._table.selected_rows(), lambda rows: rows, self._ask_all)
            return
        row = self.current()
        if row is not None:
            sheet = self._view.sheet
            seen = {}
            if sheet is not None and sheet.detail.view.number == row.number:
                seen = {row.number: sheet.detail.digest}
            self._do_approve([row], seen)

    def _ask_all(self, rows: Sequence[AdjustmentView]) -> None:
        ready = [row for row in rows if self._checks(row)]
        left = len(rows) - len(ready)
        if not ready:
            self._desk.warn(_(N_("None of them waits for your approval.")))
            return
        text = ngettext(
            "{count} selected, {amount} yuan in all. Approve it?",
            "{count} selected, {amount} yuan in all. Approve them?",
            len(ready),
        ).format(count=count(len(ready)), amount=amount(sum(row.amount_fen for row in ready)))
        if left:
            more = ngettext(
                "{count} more does not wait for your approval and stays as it is.",
                "{count} more do not wait for your approval and stay as they are.",
                left,
            )
            text = f"{text}\n{more.format(count=count(left))}"
        Ask(
            _(N_("Approve")),
            text,
            act=_(N_("Approve")),
            done=lambda _reason: self._do_approve(ready, {}),
            parent=self._page.window(),
        ).open()

    def _do_approve(self, rows: Sequence[AdjustmentView], seen: dict[str, str]) -> None:
        numbers = [row.number for row in rows]
        agreed = (len(rows), sum(row.amount_fen for row in rows))
        self._desk.decide(approve, numbers=numbers, seen=seen, agreed=agreed).then(
            self._approved, owner=self
        )

    def _approved(self, done: Sequence[Done]) -> None:
        ready = [one for one in done if one.status is AdjustmentStatus.APPROVED]
        waiting = len(done) - len(ready)
        parts = []
        if ready:
            posted = sum(1 for one in ready if one.voucher)
            text = ngettext(
                "{count} adjustment approved, {amount} yuan; vouchers posted: {posted}",
                "{count} adjustments approved, {amount} yuan; vouchers posted: {posted}",
                len(ready),
            )
            fen = sum(one.amount_fen for one in ready)
            parts.append(
                text.format(count=count(len(ready)), amount=yuan(fen), posted=count(posted))
            )
        if waiting:
            text = ngettext(
                "{count} needs a second checker as well",
                "{count} need a second checker as well",
                waiting,
            )
            parts.append(text.format(count=count(waiting)))
        self._desk.messages.tell_done(_(N_("; ")).join(parts))

    def _ask_why_back(self) -> None:
        row = self.current()
        if row is not None:
            self._ask_why(
                _(N_("Return")),
                row,
                lambda reason: self._desk.decide(send_back, number=row.number, reason=reason).then(
                    partial(self._tell, N_("Returned: {number}")), owner=self
                ),
            )

    def _ask_why_reversed(self) -> None:
        row = self.current()
        if row is not None:
            self._ask_why(
                _(N_("Reverse")),
                row,
                lambda reason: self._desk.decide(
                    reverse_adjustment, number=row.number, reason=reason
                ).then(partial(self._tell, N_("Reversed: {number}")), owner=self),
            )

    def _ask_why(self, title: str, row: AdjustmentView, done: Callable[[str], None]) -> None:
        text = _(N_("{number}, {amount} yuan, made by {name}")).format(
            number=row.number, amount=amount(row.amount_fen), name=row.maker_name
        )
        Ask(
            title,
            text,
            act=title,
            reason=_(N_("Reason")),
            done=done,
            parent=self._page.window(),
        ).open()

    # ------------------------------------------------------------ the maker

    def _edit(self) -> None:
        row = self.current()
        if row is not None:
            self._adjusting.again(row.number)

    def _submit(self) -> None:
        row = self.current()
        if row is not None:
            self._desk.write(submit, number=row.number).then(
                partial(self._tell, N_("Submitted: {number}")), owner=self
            )

    def _withdraw(self) -> None:
        row = self.current()
        if row is not None:
            Ask(
                _(N_("Withdraw")),
                _(N_("Withdraw {number}? It is never approved any more.")).format(
                    number=row.number
                ),
                act=_(N_("Withdraw")),
                done=lambda _reason: self._desk.write(withdraw, number=row.number).then(
                    partial(self._tell, N_("Withdrawn: {number}")), owner=self
                ),
                parent=self._page.window(),
            ).open()

    def _tell(self, said: str, done: Done) -> None:
        self._desk.messages.tell_done(_(said).format(number=done.number))

    # ------------------------------------------------------------ attachments

    def attach_file(self, path: Path) -> None:
        """Attach a file to the adjustment with the cursor."""
        row = self.current()
        if row is not None:
            self._desk.jobs.read(
                partial(content_of, path),
                done=partial(self._attach, row.number, path.name),
                failed=self._desk.messages.failed,
            )

    def _paste(self) -> None:
        row, image = self.current(), QGuiApplication.clipboard().image()
        if image.isNull():
            self._desk.warn(_(N_("The clipboard holds no picture.")))
        elif row is not None:
            at = now().astimezone().strftime("%Y-%m-%d %H%M%S")
            name = _(N_("picture {at}.png")).format(at=at)
            self._desk.jobs.read(
                partial(png_bytes, image),
                done=partial(self._attach, row.number, name),
                failed=self._desk.messages.failed,
            )

    def _attach(self, number: str, name: str, content: bytes) -> None:
        def attached(_id: int) -> None:
            self._view.show_attachments()
            self._desk.messages.tell_done(_(N_("Attached: {name}")).format(name=name))

        self._desk.write(attach, number=number, name=name, content=content).then(
            attached, owner=self
        )

    def _detach(self, attachment_id: int, name: str) -> None:
        self._desk.write(detach, attachment_id=attachment_id).then(
            lambda _value: self._desk.messages.tell_done(
                _(N_("Removed: {name}")).format(name=name)
            ),
            owner=self,
        )

    def _ask_file(self) -> None:
        dialog = QFileDialog(self._page.window(), _(N_("Attach a file")))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.attach_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # ------------------------------------------------------------ elsewhere

    def _to_case(self) -> None:
        row = self.current()
        if row is not None and row.discrepancy_ids:
            self.show_case(row.discrepancy_ids[0])

    def _to_voucher(self) -> None:
        row = self.current()
        if row is not None and row.voucher:
            self._desk.open(Target(page="vouchers", key=row.voucher))

    # ------------------------------------------------------------ small parts

    def _alone(self) -> AdjustmentView | None:
        """The row with the cursor, if it alone is selected and has arrived."""
        return self.current() if len(self.selected_ids()) <= 1 else None

    def _is_mine(self, row: AdjustmentView) -> bool:
        actor = self._desk.actor
        return row.maker_id == actor.user_id or row.maker_name == actor.name

    def _checks(self, row: AdjustmentView) -> bool:
        return row.status is AdjustmentStatus.SUBMITTED and not self._is_mine(row)
