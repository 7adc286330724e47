"""Statements of bank reconciliation: submitted with their items, and approved by another person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from app.approval import service as approval
from app.approval.queries import RequestView, pending_about
from app.approval.rules import Action, digest_of
from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import CHINA
from app.base.errors import NotFound, UserError
from app.base.i18n import N_
from app.base.money import yuan
from app.closing.balancing import Balancing, Item, balancing
from app.closing.model import ReconciliationItem, ReconciliationStatement
from app.closing.reopening import keep_alone
from app.closing.rules import StatementState
from app.db import counters
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require

OBJECT = "reconciliation_statement"
"""What requests and the log call a statement."""


class UnknownStatement(NotFound):
    """There is no such statement."""

    template = N_("There is no bank reconciliation statement “{number}”.")


class DoesNotBalance(UserError):
    """A statement is approved only when all that differs is explained by its items."""

    template = N_(
        "After all items book and bank still differ by {sum}. Find what is missing first: the"
        " opening balance, or a statement file."
    )


class StatementPending(UserError):
    """One of the same account and day waits already."""

    template = N_("{number} of the same account and day already waits for approval.")


class NotSubmitted(UserError):
    """Only what waits for approval is decided."""

    template = N_("{number} does not wait for approval any more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A statement as it was submitted, with who made and approved it."""

    id: int
    number: str
    state: StatementState
    figures: Balancing
    digest: str
    maker_name: str
    made_at: datetime
    checker_name: str
    checked_at: datetime | None


def submit_statement(tx: Tx, *, account_no: str, day: date) -> str:
    """Freeze the statement of an account at the end of a day, ask for approval, return its number.

    Raises:
        NotAllowed: The actor does not confirm arrivals.
        DoesNotBalance: Items do not explain all that differs.
        StatementPending: One of the same account and day waits for approval.
    """
    require(tx.actor, Permission.CONFIRM_ARRIVAL)
    keep_alone(tx)
    waiting = statements(tx.session, account_no=account_no, day=day, states=[_WAITS])
    if waiting:
        raise StatementPending(number=waiting[0].number)
    found = balancing(tx.session, account_no, day)
    if found.difference_fen:
        raise DoesNotBalance(sum=yuan(found.difference_fen))
    year = tx.at.astimezone(CHINA).year
    number = f"YE{year}-{counters.take(tx, f'{OBJECT} {year}'):06d}"
    fingerprint = digest(found)
    _store(tx, number, fingerprint, found)
    approval.submit(
        tx,
        asked=approval.Asked(
            action=Action.APPROVE_STATEMENT,
            object_type=OBJECT,
            object_key=number,
            digest=fingerprint,
            payload={"account_no": account_no, "day": day.isoformat()},
            amount_fen=found.adjusted_book_fen,
        ),
    )
    return number


def approve_statement(tx: Tx, *, number: str, seen: str | None = None) -> StatementView:
    """Approve a statement as another person; an earlier one of the account and day is replaced.

    `seen` is the digest of what the person looked at.

    Raises:
        UnknownStatement: There is none with this number.
        NotSubmitted: It does not wait for approval.
        NotAllowed: The actor may not decide such requests.
        PasswordNeeded: The password was last given more than five minutes ago.
        OwnRequest: The actor made it himself.
        RequestChanged: Book or bank are not what they were when it was submitted.
    """
    approval.require_decider(tx.actor, Action.APPROVE_STATEMENT)
    keep_alone(tx)
    one, request = _pending(tx.session, number)
    figures = one.figures
    now = digest(balancing(tx.session, figures.account_no, figures.day))
    approval.approve(tx, request_id=request.id, now=now, seen=seen)
    row = ReconciliationStatement
    before = statements(
        tx.session,
        account_no=figures.account_no,
        day=figures.day,
        states=[StatementState.APPROVED],
    )
    for old in before:
        _set(tx, old.number, state=StatementState.REPLACED)
    _set(
        tx,
        number,
        state=StatementState.APPROVED,
        checker_id=tx.actor.user_id,
        checker_name=tx.actor.name,
        checked_at=tx.at.replace(microsecond=0),
    )
    audit.record(
        tx,
        Verb.CHECKED,
        OBJECT,
        number,
        after={"digest": one.digest, "replaces": [old.number for old in before]},
    )
    tx.touch(row.__tablename__)
    return statement(tx.session, number)


def return_statement(tx: Tx, *, number: str, reason: str) -> None:
    """Return a statement to its maker with a reason.

    Raises:
        UnknownStatement: There is none with this number.
        NotSubmitted: It does not wait for approval.
        NotAllowed: The actor may not decide such requests.
        PasswordNeeded: The password was last given more than five minutes ago.
        OwnRequest: The actor made it himself.
        WhyReturned: The reason is empty.
    """
    approval.require_decider(tx.actor, Action.APPROVE_STATEMENT)
    _one, request = _pending(tx.session, number)
    approval.send_back(tx, request_id=request.id, reason=reason)
    _set(tx, number, state=StatementState.RETURNED)


def withdraw_statement(tx: Tx, *, number: str) -> None:
    """Take a statement back as its maker.

    Raises:
        UnknownStatement: There is none with this number.
        NotSubmitted: It does not wait for approval.
        NotYourRequest: Somebody else made it.
    """
    _one, request = _pending(tx.session, number)
    approval.withdraw(tx, request_id=request.id)
    _set(tx, number, state=StatementState.WITHDRAWN)


def statement(session: Session, number: str) -> StatementView:
    """Return a statement as it was submitted.

    Raises:
        UnknownStatement: There is none with this number.
    """
    found = _views(session, _query().where(ReconciliationStatement.number == number))
    if not found:
        raise UnknownStatement(number=number)
    return found[0]


def statements(
    session: Session,
    *,
    account_no: str = "",
    day: date | None = None,
    states: Sequence[StatementState] = (),
) -> list[StatementView]:
    """Return statements, the latest first."""
    row = ReconciliationStatement
    query = _query()
    if account_no:
        query = query.where(row.account_no == account_no)
    if day is not None:
        query = query.where(row.day == day)
    if states:
        query = query.where(row.state.in_(states))
    return _views(session, query)


_WAITS = StatementState.SUBMITTED


def _query() -> Select[ReconciliationStatement]:
    return select(ReconciliationStatement).order_by(ReconciliationStatement.id.desc())


def _pending(session: Session, number: str) -> tuple[StatementView, RequestView]:
    one = statement(session, number)
    request = pending_about(session, OBJECT, number, Action.APPROVE_STATEMENT)
    if one.state is not _WAITS or request is None:
        raise NotSubmitted(number=number)
    return one, request


def _set(tx: Tx, number: str, **values: object) -> None:
    row = ReconciliationStatement
    tx.session.execute(update(row).where(row.number == number).values(**values))
    tx.session.expire_all()


def digest(found: Balancing) -> str:
    """Return the fingerprint of both balances and all items; ages go on by themselves."""
    return digest_of(
        {
            "account_no": found.account_no,
            "day": found.day,
            "book_fen": found.book_fen,
            "bank_fen": found.bank_fen,
            "items": [
                [one.group, one.on, one.number, one.summary, one.amount_fen] for one in found.items
            ],
        }
    )


def _store(tx: Tx, number: str, fingerprint: str, found: Balancing) -> None:
    """Write the items, then the statement: with it the database takes no further ones."""
    rows = [
        {
            "statement_no": number,
            "line_no": line_no,
            "item_group": one.group,
            "dated_on": one.on,
            "number": one.number,
            "summary": one.summary,
            "amount_fen": one.amount_fen,
            "age_days": one.age_days,
        }
        for line_no, one in enumerate(found.items, 1)
    ]
    if rows:
        tx.session.execute(insert(ReconciliationItem), rows)
    tx.session.add(
        ReconciliationStatement(
            number=number,
            account_no=found.account_no,
            payee=found.payee,
            day=found.day,
            state=_WAITS,
            book_fen=found.book_fen,
            bank_fen=found.bank_fen,
            adjusted_book_fen=found.adjusted_book_fen,
            adjusted_bank_fen=found.adjusted_bank_fen,
            opening_known=found.opening_known,
            stated_on=found.stated_on,
            digest=fingerprint,
            maker_id=tx.actor.user_id,
            maker_name=tx.actor.name,
            made_at=tx.at.replace(microsecond=0),
            checker_name="",
        )
    )
    tx.session.flush()


def _views(session: Session, query: Select[ReconciliationStatement]) -> list[StatementView]:
    return [_view(session, row) for row in session.scalars(query)]


def _view(session: Session, row: ReconciliationStatement) -> StatementView:
    lines = session.scalars(
        select(ReconciliationItem)
        .where(ReconciliationItem.statement_no == row.number)
        .order_by(ReconciliationItem.line_no)
    )
    figures = Balancing(
        account_no=row.account_no,
        payee=row.payee,
        day=row.day,
        book_fen=row.book_fen,
        bank_fen=row.bank_fen,
        opening_known=row.opening_known,
        stated_on=row.stated_on,
        items=tuple(
            Item(
                group=line.item_group,
                on=line.dated_on,
                number=line.number,
                summary=line.summary,
                amount_fen=line.amount_fen,
                age_days=line.age_days,
            )
            for line in lines
        ),
    )
    return StatementView(
        id=row.id,
        number=row.number,
        state=row.state,
        figures=figures,
        digest=row.digest,
        maker_name=row.maker_name,
        made_at=row.made_at,
        checker_name=row.checker_name,
        checked_at=row.checked_at,
    )
