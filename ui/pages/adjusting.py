"""Beginning an adjustment from a page, and what is said when it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject

from app.adjustments.previewing import Beginning, beginning, beginning_again
from app.adjustments.rules import AdjustmentKind
from app.adjustments.service import withdraw
from app.base.i18n import N_, _, ngettext
from app.db.workspace import Tx
from ui.desk import Undo
from ui.dialogs.adjusting import AdjustDialog, Outcome
from ui.formatting import count
from ui.pages.page import Page

MOST_AT_ONCE = 500
"""Discrepancies of one adjustment: its voucher has to be readable."""


class Adjusting(QObject):
    """Opens the dialog for what is selected on a page; `done` is told what was written."""

    def __init__(self, page: Page, done: Callable[[Outcome], object] | None = None) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._done = done

    def discrepancies(
        self, ids: Sequence[int], *, kinds: Sequence[AdjustmentKind] = (), number: int = 0
    ) -> None:
        """Draft an adjustment: of the first of these kinds that fits, or of the one of a number."""
        if len(ids) > MOST_AT_ONCE:
            text = N_("One adjustment takes up to {most} discrepancies. Select fewer.")
            self._desk.warn(_(text).format(most=count(MOST_AT_ONCE)))
        elif ids:
            self._desk.read(beginning, discrepancy_ids=tuple(ids)).then(
                partial(self._open, kinds, number), owner=self
            )

    def items(self, ids: Sequence[int], *, kinds: Sequence[AdjustmentKind] = ()) -> None:
        """Draft an adjustment of items in suspense."""
        if ids:
            self._desk.read(beginning, item_ids=tuple(ids)).then(
                partial(self._open, kinds, 0), owner=self
            )

    def again(self, number: str) -> None:
        """Write an adjustment anew."""
        self._desk.read(beginning_again, number).then(partial(self._open, (), 0), owner=self)

    def _open(self, kinds: Sequence[AdjustmentKind], number: int, begun: Beginning) -> None:
        possible = begun.possible
        if possible.trouble or not possible.kinds:
            self._desk.warn(possible.trouble or _nothing_fits(len(possible.about)))
            return
        kind = next((one for one in kinds if one in possible.kinds), None)
        if kinds and kind is None:
            self._desk.warn(_nothing_fits(len(possible.about)))
            return
        if 1 <= number <= len(possible.kinds):
            kind = possible.kinds[number - 1]
        AdjustDialog(
            self._desk, begun, done=self._written, kind=kind, parent=self._page.window()
        ).open()

    def _written(self, made: Outcome) -> None:
        text = (
            _(N_("Adjustment {number} waits for approval"))
            if made.submitted
            else _(N_("Adjustment {number} is kept as a draft"))
        ).format(number=made.number)
        self._desk.messages.tell_done(text)
        self._desk.remember_undo(Undo(text=text, fn=partial(_take_back, number=made.number)))
        if self._done is not None:
            self._done(made)


def _take_back(tx: Tx, *, number: str) -> None:
    withdraw(tx, number=number)


def _nothing_fits(number: int) -> str:
    return ngettext(
        "This cannot be adjusted that way.",
        "No kind of adjustment fits all {count} of them. Select fewer.",
        number,
    ).format(count=count(number))
