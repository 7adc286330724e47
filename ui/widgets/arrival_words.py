"""What the page of arrivals says, and how its actions are taken back."""

from __future__ import annotations

from collections.abc import Sequence

from app.arrivals.queries import ExpectedArrival
from app.arrivals.rules import ArrivalState, ConfirmationStatus, Scope
from app.arrivals.service import Confirmed, unconfirm
from app.base.i18n import N_, _, ngettext
from app.db.workspace import Tx
from app.wording.labels import label as label_of
from ui.desk import Undo
from ui.formatting import amount, count
from ui.widgets.arrival_states import LOOKS
from ui.widgets.states import with_glyph


def tab_text(state: ArrivalState | None, scope: Scope | None) -> str:
    """Return the text of a state's tab with how many there are."""
    name = _(N_("All")) if state is None else with_glyph(LOOKS[state], label_of(state))
    return f"{name} {count(scope.count)}" if scope is not None else name


def can_confirm(row: ExpectedArrival) -> bool:
    """Return whether the money is there and nobody has confirmed it."""
    return row.state is ArrivalState.ARRIVED


def waits(row: ExpectedArrival) -> bool:
    """Return whether a confirmation waits for its check."""
    return row.state is ArrivalState.CONFIRMED


def scope_of(rows: Sequence[ExpectedArrival]) -> Scope:
    """Return how many batches these are, and how much."""
    return Scope(count=len(rows), fen=sum(row.expected_fen for row in rows))


def said(scope: Scope) -> str:
    """Return a scope in words: how many, and how much."""
    text = ngettext("{count} batch, {sum} yuan", "{count} batches, {sum} yuan", scope.count)
    return text.format(count=count(scope.count), sum=amount(scope.fen))


def place_of(rows: Sequence[ExpectedArrival], batch_no: str) -> int | None:
    """Return where a batch stands; None where it does not."""
    places = (number for number, row in enumerate(rows) if row.batch_no == batch_no)
    return next(places, None)


def undo_of(done: Sequence[Confirmed]) -> Undo | None:
    """Return how confirmations and checks of this session are taken back."""
    numbers = [one.batch_no for one in done]
    scope = Scope(count=len(done), fen=sum(one.expected_fen for one in done))
    text = f"{label_of(done[0].status)}: {said(scope)}" if done else ""
    if done and done[0].status is ConfirmationStatus.CHECKED:
        text += _(N_(" (the confirmation is taken back as well)"))

    def take_back(tx: Tx) -> object:
        return unconfirm(tx, batch_nos=numbers, reason=_(N_("Taken back from the undo list")))

    return Undo(text=text, fn=take_back) if done else None
