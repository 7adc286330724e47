"""Statements of bank reconciliation on the command line: submitting and deciding them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.base.errors import WrongInput
from app.base.i18n import N_, _
from app.base.money import yuan
from app.cli.codes import DONE
from app.cli.printing import table
from app.cli.session import Desk
from app.closing.queries import latest_day
from app.closing.statements import (
    StatementView,
    approve_statement,
    return_statement,
    statement,
    submit_statement,
    withdraw_statement,
)
from app.db.workspace import Tx
from app.wording.labels import label

_PREFIX = "YE"


class AccountNeeded(WrongInput):
    """A statement is submitted for one account."""

    template = N_("Name the bank account with --account.")


def are_statements(numbers: Sequence[str]) -> bool:
    """Return whether all of these are numbers of statements."""
    return all(number.startswith(_PREFIX) for number in numbers)


def submit(desk: Desk) -> int:
    """Freeze the statement of an account and ask for approval."""
    options = desk.options
    if not options.account:
        raise AccountNeeded
    workspace = desk.open()
    actor = desk.enter(workspace)
    day = options.date or workspace.read(latest_day)
    done = workspace.write(actor, submit_statement, account_no=options.account, day=day)
    return _told(desk, [workspace.read(statement, done.value)])


def approve(desk: Desk) -> int:
    """Approve statements, all of them or none."""
    return _decided(desk, desk.options.numbers, lambda tx, no: approve_statement(tx, number=no))


def send_back(desk: Desk) -> int:
    """Return a statement to its maker."""
    reason = desk.options.reason
    return _decided(
        desk,
        [desk.options.number],
        lambda tx, no: return_statement(tx, number=no, reason=reason),
    )


def withdraw(desk: Desk) -> int:
    """Take a statement back as its maker."""
    return _decided(desk, [desk.options.number], lambda tx, no: withdraw_statement(tx, number=no))


def _decided(desk: Desk, numbers: Sequence[str], decide: Callable[[Tx, str], object]) -> int:
    workspace = desk.open()
    actor = desk.enter(workspace)

    def all_of_them(tx: Tx) -> None:
        for number in numbers:
            decide(tx, number)

    workspace.write(actor, all_of_them)
    return _told(desk, [workspace.read(statement, number) for number in numbers])


def _told(desk: Desk, found: Sequence[StatementView]) -> int:
    desk.answer({"statements": [_json(one) for one in found]}, _lines(found))
    return DONE


def _json(one: StatementView) -> dict[str, Any]:
    figures = one.figures
    return {
        "number": one.number,
        "account": figures.account_no,
        "date": figures.day.isoformat(),
        "state": one.state.value,
        "book_fen": figures.book_fen,
        "bank_fen": figures.bank_fen,
        "adjusted_fen": figures.adjusted_book_fen,
        "items": len(figures.items),
        "maker": one.maker_name,
        "checker": one.checker_name or None,
    }


def _lines(found: Sequence[StatementView]) -> list[str]:
    head = (_("no."), _("account"), _("date"), _("state"), _("book"), _("bank"), _("adjusted"))
    rows = [
        (
            one.number,
            one.figures.account_no,
            one.figures.day.isoformat(),
            label(one.state),
            yuan(one.figures.book_fen),
            yuan(one.figures.bank_fen),
            yuan(one.figures.adjusted_book_fen),
        )
        for one in found
    ]
    return table([head, *rows], right=(4, 5, 6))
