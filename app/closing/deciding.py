"""Deciding requests, whatever they are about: what is approved is carried out at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.adjustments import service as adjustments
from app.adjustments.rules import AdjustmentStatus
from app.approval import service as approval
from app.approval.queries import RequestView, may_decide, requests, requests_by_id
from app.approval.rules import Action, UnknownRequest
from app.base.errors import UserError
from app.base.i18n import N_, _, member_name
from app.catalog.queries import accounts, channels, ledger_accounts, organisations
from app.catalog.rules import SettingName
from app.closing import master
from app.closing.balancing import Balancing
from app.closing.reopening import approve_reopening
from app.closing.rules import StatementState
from app.closing.statements import (
    OBJECT,
    approve_statement,
    return_statement,
    statement,
    statements,
    withdraw_statement,
)
from app.db.workspace import Actor, Tx


class NotDecidedHere(UserError):
    """The step that could carry it out is not there yet."""

    template = N_("This version of the program cannot carry out “{action}”.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A request that waits: what it is about in words, and whether it waits for the reader.

    `mine` can be withdrawn by who reads, `decidable` can be approved or returned by him. `change`
    is what would become of master data, `balancing` what a statement says; None for others.
    """

    request: RequestView
    title: str
    mine: bool
    decidable: bool
    change: master.Change | None
    balancing: Balancing | None = None


def pending_requests(session: Session, actor: Actor) -> list[Pending]:
    """Return all that waits for approval, the oldest first."""
    names = _names(session)
    return [
        Pending(
            request=one,
            title=_title(one, names),
            mine=one.maker_id == actor.user_id,
            decidable=may_decide(actor, one),
            change=master.change_in(one) if one.action in master.OF_MASTER_DATA else None,
            balancing=statement(session, one.object_key).figures
            if one.action is Action.APPROVE_STATEMENT
            else None,
        )
        for one in requests(session)
    ]


def approve_request(tx: Tx, *, request_id: int, seen: str | None = None) -> bool:
    """Approve a request; return whether enough have agreed now and it was carried out.

    `seen` is the digest of what the checker looked at.

    Raises:
        UnknownRequest: There is no such request.
        NotAllowed: The actor may not decide such requests.
        PasswordNeeded: The password was last given more than five minutes ago.
        OwnRequest: The actor made it himself.
        AlreadyVoted: He has approved it before.
        AlreadyDecided: It is no longer pending.
        RequestChanged: What is to be approved changed since it was submitted or seen.
        UserError: What was agreed to cannot be carried out any more; nothing was approved.
    """
    request = _asked(tx, request_id)
    approval.require_decider(tx.actor, request.action)
    match request.action:
        case Action.POST_ADJUSTMENT:
            number = request.object_key
            looked_at = {} if seen is None else {number: seen}
            (done,) = adjustments.approve(tx, numbers=[number], seen=looked_at)
            return done.status is AdjustmentStatus.APPROVED
        case Action.REOPEN_DAY:
            approve_reopening(tx, day=date.fromisoformat(request.object_key), seen=seen)
            return True
        case Action.APPROVE_STATEMENT:
            approve_statement(tx, number=request.object_key, seen=seen)
            return True
        case action if action in master.OF_MASTER_DATA:
            return _approve_change(tx, request, seen)
        case action:
            raise NotDecidedHere(action=action)


def return_request(tx: Tx, *, request_id: int, reason: str) -> None:
    """Return a request to its maker with a reason.

    Raises:
        UnknownRequest: There is no such request.
        WhyReturned: The reason is empty.
        NotAllowed: The actor may not decide such requests.
        PasswordNeeded: The password was last given more than five minutes ago.
        OwnRequest: The actor made it himself.
        AlreadyDecided: It is no longer pending.
    """
    request = _asked(tx, request_id)
    if request.action is Action.POST_ADJUSTMENT:
        adjustments.send_back(tx, number=request.object_key, reason=reason)
    elif request.action is Action.APPROVE_STATEMENT:
        return_statement(tx, number=request.object_key, reason=reason)
    else:
        approval.send_back(tx, request_id=request_id, reason=reason)


def withdraw_request(tx: Tx, *, request_id: int) -> None:
    """Take a request back as its maker.

    Raises:
        UnknownRequest: There is no such request.
        NotYourRequest: Somebody else made it.
        AlreadyDecided: It is no longer pending.
    """
    request = _asked(tx, request_id)
    if request.action is Action.POST_ADJUSTMENT:
        adjustments.withdraw(tx, number=request.object_key)
    elif request.action is Action.APPROVE_STATEMENT:
        withdraw_statement(tx, number=request.object_key)
    else:
        approval.withdraw(tx, request_id=request_id)


def _approve_change(tx: Tx, request: RequestView, seen: str | None) -> bool:
    now = master.digest_now(tx, request)
    if not approval.approve(tx, request_id=request.id, now=now, seen=seen):
        return False
    master.carry_out(tx, request)
    return True


def _asked(tx: Tx, request_id: int) -> RequestView:
    found = requests_by_id(tx.session, [request_id])
    if not found:
        raise UnknownRequest(id=request_id)
    return found[0]


def _names(session: Session) -> dict[tuple[str, str], str]:
    """What the things of the master data are called, by kind and key."""
    owners = {one.code: one.name for one in organisations(session)}
    found = {
        (master.ACCOUNT, one.organisation): owners.get(one.organisation, "")
        for one in accounts(session)
    }
    found |= {(master.CHANNEL, one.code): one.name for one in channels(session)}
    found |= {
        (OBJECT, one.number): f"{one.figures.account_no} {one.figures.day.isoformat()}"
        for one in statements(session, states=[StatementState.SUBMITTED])
    }
    return found | {(master.LEDGER, one.code): one.name for one in ledger_accounts(session)}


def _title(request: RequestView, names: dict[tuple[str, str], str]) -> str:
    key = request.object_key
    if request.action is Action.CHANGE_SETTING:
        what = member_name(SettingName(key))
    else:
        name = names.get((request.object_type, key), "")
        what = f"{key} {name}".strip()
    return _(_TITLES[request.action]).format(what=what)


_TITLES = {
    Action.POST_ADJUSTMENT: N_("Adjustment {what}"),
    Action.REVERSE_ADJUSTMENT: N_("Reversal of the adjustment {what}"),
    Action.CHANGE_ACCOUNT: N_("Bank account of {what}"),
    Action.CHANGE_CHANNEL: N_("Channel {what}"),
    Action.CHANGE_SETTING: N_("Setting: {what}"),
    Action.CHANGE_PURPOSE: N_("Account of the chart {what}"),
    Action.REOPEN_DAY: N_("Reopening of {what}"),
    Action.APPROVE_STATEMENT: N_("Bank reconciliation statement {what}"),
}
