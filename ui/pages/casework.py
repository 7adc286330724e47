"""The actions of the page of the discrepancies: what each does to what is selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from app.base.i18n import N_, _, ngettext
from app.db.workspace import Tx
from app.discrepancies.attachments import attach, detach
from app.discrepancies.cases import CaseSum, case_assignees, case_sum
from app.discrepancies.casework import (
    Given,
    add_note,
    assign_cases,
    explain_cases,
    give_back,
    reopen_cases,
    unassign_cases,
)
from app.discrepancies.rules import Resolution, Status
from app.matching.rules import Side
from ui.desk import Target, Undo
from ui.dialogs.asking import Ask
from ui.dialogs.choosing import Choose
from ui.dialogs.unmasking import ask_unmask
from ui.formatting import amount, count, now
from ui.pages.adjusting import Adjusting
from ui.pages.page import Page
from ui.widgets.attachments import content_of, png_bytes
from ui.widgets.case_view import CaseView

_KIND_KEYS = 9


class Casework(QObject):
    """Binds the actions and carries them out."""

    def __init__(
        self,
        page: Page,
        view: CaseView,
        *,
        selected: Callable[[], list[int]],
        current: Callable[[], int | None],
    ) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._view = view
        self._selected = selected
        self._current = current
        view.noted.connect(self.save_note)
        view.left.connect(page.entered)
        view.pictured.connect(self.attach_picture)
        view.attached.removed.connect(self._detach)
        for name, act in {
            "assign_me": self._assign_me,
            "assign": self._ask_whom,
            "unassign": self._unassign,
            "explain": self._ask_why,
            "reopen": self._ask_why_again,
            "note": view.write_note,
            "attach": self._ask_file,
            "paste": self._paste,
            "reconcile": self.to_reconcile,
            "unmask": self._unmask,
        }.items():
            page.bind(f"discrepancies.{name}", act)
        self._adjusting = Adjusting(page)
        page.bind("discrepancies.adjust", self._adjust)
        for number in range(1, _KIND_KEYS + 1):
            page.bind(f"discrepancies.adjust_{number}", partial(self._adjust, number))
        self.weigh(None)

    def weigh(self, id_: int | None) -> None:
        """Say which actions make sense for the row with the cursor."""
        detail = self._view.detail
        row = detail.row if detail is not None and detail.row.id == id_ else None
        closed = row is not None and row.status is Status.RESOLVED
        explained = closed and row is not None and row.resolution is Resolution.EXPLAINED
        self._page.allow("discrepancies.adjust", possible=id_ is not None)
        for name in ("assign_me", "assign", "explain"):
            self._page.allow(f"discrepancies.{name}", possible=id_ is not None and not closed)
        held = row is None or bool(row.assignee)
        self._page.allow("discrepancies.unassign", possible=id_ is not None and held and not closed)
        self._page.allow("discrepancies.reopen", possible=explained)
        for name in ("note", "attach", "paste", "reconcile"):
            self._page.allow(f"discrepancies.{name}", possible=id_ is not None)

    def _adjust(self, number: int = 0) -> None:
        self._adjusting.discrepancies(self._selected(), number=number)

    # ------------------------------------------------------------ who works on it

    def _assign_me(self) -> None:
        self._assign(self._desk.actor.name)

    def _assign(self, to: str) -> None:
        ids = self._selected()
        self._with_scope(
            ids,
            _(N_("Assign to {name}")).format(name=to),
            lambda: self._write_assignment(ids, to),
        )

    def _unassign(self) -> None:
        ids = self._selected()
        self._with_scope(ids, _(N_("Take away")), lambda: self._write_assignment(ids, ""))

    def _write_assignment(self, ids: Sequence[int], to: str) -> None:
        seen = self._seen(ids)
        if to:
            writing = self._desk.write(assign_cases, ids=ids, to=to, seen=seen)
        else:
            writing = self._desk.write(unassign_cases, ids=ids, seen=seen)
        writing.then(partial(self._assigned, to), owner=self, undo=_undo_assignment)

    def _assigned(self, to: str, given: Given) -> None:
        number = len(given.before)
        template = ngettext(
            "{count} discrepancy assigned to {name}",
            "{count} discrepancies assigned to {name}",
            number,
        )
        if not to:
            template = ngettext(
                "{count} discrepancy left to nobody",
                "{count} discrepancies left to nobody",
                number,
            )
        self._desk.messages.tell_done(template.format(count=count(number), name=to))

    def _ask_whom(self) -> None:
        self._desk.read(case_assignees).then(self._offer_people, owner=self)

    def _offer_people(self, names: Sequence[str]) -> None:
        ids = self._selected()
        if ids:
            Choose(
                _(N_("Assign")),
                scope_text(ids, None),
                [(name, name) for name in names],
                done=lambda to: self._write_assignment(ids, to),
                parent=self._page,
            ).open()

    # ------------------------------------------------------------ closing and reopening

    def _ask_why(self) -> None:
        ids = self._selected()
        self._with_sum(
            ids,
            lambda sums: Ask(
                _(N_("Close with a reason")),
                scope_text(ids, sums),
                act=_(N_("Close with a reason")),
                reason=_(N_("Reason")),
                done=partial(self._explain, ids),
                parent=self._page,
            ).open(),
        )

    def _explain(self, ids: Sequence[int], reason: str) -> None:
        self._desk.write(explain_cases, ids=ids, reason=reason, seen=self._seen(ids)).then(
            self._closed, owner=self, undo=partial(_undo_explanation, ids)
        )

    def _closed(self, number: int) -> None:
        text = ngettext(
            "{count} discrepancy closed with a reason",
            "{count} discrepancies closed with a reason",
            number,
        )
        self._desk.messages.tell_done(text.format(count=count(number)))

    def _ask_why_again(self) -> None:
        ids = self._selected()
        Ask(
            _(N_("Reopen")),
            scope_text(ids, None),
            act=_(N_("Reopen")),
            reason=_(N_("Reason")),
            done=lambda reason: self._desk.write(reopen_cases, ids=ids, reason=reason).then(
                lambda _number: self._desk.messages.tell_done(_(N_("Reopened"))), owner=self
            ),
            parent=self._page,
        ).open()

    # ------------------------------------------------------------ notes and attachments

    def save_note(self, text: str) -> None:
        """Write a note on the row with the cursor."""
        id_ = self._current()
        if id_ is None:
            return

        def saved(_value: object) -> None:
            self._view.note.clear()
            self._desk.messages.tell_done(_(N_("The note is saved")))

        self._desk.write(add_note, id_=id_, text=text).then(saved, owner=self)

    def _unmask(self) -> None:
        detail = self._view.detail
        if detail is not None:
            sides = (detail.sides.ours, detail.sides.theirs)
            entries = [(one.kind, one.entry_id) for one in sides if one is not None]
            ask_unmask(self._desk, entries, self._view.window())

    def attach_file(self, path: Path) -> None:
        """Attach a file to the row with the cursor."""
        id_ = self._current()
        if id_ is not None:
            self._desk.jobs.read(
                partial(content_of, path),
                done=lambda content: self._attach(id_, path.name, content),
                failed=self._desk.messages.failed,
            )

    def attach_picture(self, image: QImage) -> None:
        """Attach a picture to the row with the cursor."""
        id_ = self._current()
        if id_ is not None and not image.isNull():
            name = _(N_("picture {at}.png")).format(
                at=now().astimezone().strftime("%Y-%m-%d %H%M%S")
            )
            self._desk.jobs.read(
                partial(png_bytes, image),
                done=lambda content: self._attach(id_, name, content),
                failed=self._desk.messages.failed,
            )

    def _attach(self, id_: int, name: str, content: bytes) -> None:
        def attached(_value: object) -> None:
            self._view.show_attachments()
            self._desk.messages.tell_done(_(N_("Attached: {name}")).format(name=name))

        self._desk.write(attach, id_=id_, name=name, content=content).then(
            attached, owner=self, undo=partial(_undo_attachment, name)
        )

    def _detach(self, attachment_id: int, name: str) -> None:
        self._desk.write(detach, attachment_id=attachment_id).then(
            lambda _value: self._desk.messages.tell_done(
                _(N_("Removed: {name}")).format(name=name)
            ),
            owner=self,
        )

    def _ask_file(self) -> None:
        dialog = QFileDialog(self._page, _(N_("Attach a file")))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.attach_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _paste(self) -> None:
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self._desk.warn(_(N_("The clipboard holds no picture.")))
        else:
            self.attach_picture(image)

    # ------------------------------------------------------------ elsewhere

    def to_reconcile(self) -> None:
        """Show the entries of the row with the cursor on the page where they are matched."""
        detail = self._view.detail
        if detail is None or detail.row.id != self._current():
            return
        row = detail.row
        origin = detail.sides.ours or detail.sides.theirs
        self._desk.open(
            Target(
                page="reconcile",
                day=row.business_on,
                task=row.task,
                scope=row.channel,
                state=(Side.OURS if detail.sides.ours else Side.THEIRS).value,
                entry_kind=origin.kind if origin else None,
                entry_id=origin.entry_id if origin else 0,
                key=row.ours_key or row.theirs_key,
                discrepancy_id=row.id,
            )
        )

    # ------------------------------------------------------------ asking first

    def _with_scope(self, ids: Sequence[int], title: str, act: Callable[[], object]) -> None:
        """One row at once; several after saying how many and how much."""
        if len(ids) <= 1:
            if ids:
                act()
            return
        self._with_sum(
            ids,
            lambda sums: Ask(
                title,
                scope_text(ids, sums),
                act=title,
                done=lambda _reason: act(),
                parent=self._page,
            ).open(),
        )

    def _with_sum(self, ids: Sequence[int], show: Callable[[CaseSum], object]) -> None:
        if ids:
            self._desk.read(case_sum, ids).then(show, owner=self)

    def _seen(self, ids: Sequence[int]) -> dict[int, int]:
        """The version of the row whose details are on the screen."""
        detail = self._view.detail
        if detail is None or detail.row.id not in ids:
            return {}
        return {detail.row.id: detail.row.version}


def scope_text(ids: Sequence[int], sums: CaseSum | None) -> str:
    """Return how many discrepancies an action is about, and how much."""
    text = ngettext(
        "{count} selected discrepancy", "{count} selected discrepancies", len(ids)
    ).format(count=count(len(ids)))
    if sums is None:
        return text
    return _(N_("{what}, difference {amount} in all")).format(
        what=text, amount=amount(sums.difference_fen)
    )


def _undo_assignment(given: Given) -> Undo | None:
    if not given.before:
        return None
    number = len(given.before)
    text = ngettext("{count} discrepancy assigned", "{count} discrepancies assigned", number)
    return Undo(text=text.format(count=count(number)), fn=lambda tx: give_back(tx, given=given))


def _undo_explanation(ids: Sequence[int], number: int) -> Undo | None:
    text = ngettext(
        "{count} discrepancy closed with a reason",
        "{count} discrepancies closed with a reason",
        number,
    )
    reason = _(N_("taken back"))
    return Undo(
        text=text.format(count=count(number)),
        fn=lambda tx: reopen_cases(tx, ids=ids, reason=reason),
    )


def _undo_attachment(name: str, attachment_id: int) -> Undo | None:
    def back(tx: Tx) -> None:
        detach(tx, attachment_id=attachment_id)

    return Undo(text=_(N_("Attached: {name}")).format(name=name), fn=back)
