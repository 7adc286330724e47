"""Master data on which money depends: one person asks for a change, another agrees to it.

Each verb here changes at once what bears on nothing, and asks for approval of the rest; what was
agreed to is carried out by `carry_out`, in the transaction in which the last checker agrees.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from app.adjustments.model import VoucherLine
from app.approval import service as approval
from app.approval.model import ApprovalRequest
from app.approval.queries import RequestView
from app.approval.rules import Action, digest_of
from app.audit.stale import refuse_stale
from app.base.errors import UserError
from app.base.i18n import N_, member_name
from app.base.money import yuan
from app.catalog import channel_editing, editing
from app.catalog.channel_editing import (
    ChannelEdit,
    apply_channel,
    channel_said,
    check_channel,
    locked_channel,
    said_of_channel,
)
from app.catalog.editing import (
    AccountEdit,
    account_said,
    apply_account,
    apply_purpose,
    check_account,
    locked_account,
    locked_purpose,
    said_of_account,
)
from app.catalog.rules import OF_ADMINISTRATORS, Purpose, SettingName
from app.catalog.setting_editing import apply_setting, check_setting, locked_setting
from app.closing.rules import IMPORT_LOCK
from app.db.locks import alone
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require
from app.records.dating import redate_channels

ACCOUNT, CHANNEL, SETTING, LEDGER = "bank_account", "channel", "setting", "ledger_account"

_CHANGED = "changed"
_KEEPS_ITS_BALANCE = frozenset(
    {
        Purpose.BANK,
        Purpose.CHANNEL_RECEIVABLE,
        Purpose.ADVANCE_RECEIPTS,
        Purpose.ELECTRICITY_RECEIVABLE,
        Purpose.SUBSIDIES_PAYABLE,
        Purpose.OTHER_PAYABLES,
        Purpose.OTHER_RECEIVABLES,
    }
)


class StillHolds(UserError):
    """The books of a purpose would be torn apart."""

    template = N_(
        "“{code}” still holds {amount} yuan for “{purpose}”. Another account can take its place"
        " only when nothing is left on it."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody asks for: a thing of the master data as it stands, and as it is to be."""

    object_type: str
    object_key: str
    before: Any
    after: Any

    @property
    def digest(self) -> str:
        """The fingerprint of what a checker sees."""
        return digest_of([self.object_type, self.object_key, self.before, self.after])


def change_account(tx: Tx, *, organisation: str, edit: AccountEdit, seen: int) -> int | None:
    """Change how many days an account's bank takes, or ask for the change of all else of it.

    Returns the id of the request, None where nothing had to be asked.

    Raises:
        NotAllowed: The actor may not change master data.
        NotFound: There is no such organisation.
        WrongInput: A field is out of its bounds.
        ChangedByOther: It was changed since it was shown.
        AlreadyRequested: A change of it waits for approval.
    """
    require(tx.actor, Permission.MASTER_DATA)
    check_account(edit)
    now, version = locked_account(tx, organisation)
    if version != seen:
        refuse_stale(tx.session, ACCOUNT, organisation, now.account_no)
    if now == edit:
        return None
    if not editing.of_weight(now, edit):
        apply_account(tx, organisation=organisation, edit=edit)
        _void(tx, ACCOUNT, organisation)
        return None
    change = Change(
        object_type=ACCOUNT,
        object_key=organisation,
        before=said_of_account(now),
        after=said_of_account(edit),
    )
    return _ask(tx, Action.CHANGE_ACCOUNT, change)


def change_channel(tx: Tx, *, edit: ChannelEdit, seen: int) -> int | None:
    """Change a channel's name, kind and use, or ask for the change of its rules.

    Returns the id of the request, None where nothing had to be asked.

    Raises:
        NotAllowed: The actor may not change master data.
        NotFound: There is no such channel.
        WrongInput: A field is out of its bounds.
        ChangedByOther: It was changed since it was shown.
        AlreadyRequested: A change of it waits for approval.
    """
    require(tx.actor, Permission.MASTER_DATA)
    check_channel(edit)
    now, version = locked_channel(tx, edit.code)
    if version != seen:
        refuse_stale(tx.session, CHANNEL, edit.code, now.name)
    if now == edit:
        return None
    if not channel_editing.of_weight(now, edit):
        apply_channel(tx, edit=edit)
        _void(tx, CHANNEL, edit.code)
        return None
    change = Change(
        object_type=CHANNEL,
        object_key=edit.code,
        before=said_of_channel(now),
        after=said_of_channel(edit),
    )
    return _ask(tx, Action.CHANGE_CHANNEL, change)


def change_setting(tx: Tx, *, name: SettingName, value: int, seen: int | None = None) -> int | None:
    """Change a setting of the program, or ask for the change of one that bears on money.

    `seen` is the value that was shown. Returns the id of the request, None where nothing had to be
    asked.

    Raises:
        NotAllowed: The actor may not set limits.
        WrongInput: The value is out of bounds.
        ChangedByOther: It was changed since it was shown.
        AlreadyRequested: A change of it waits for approval.
    """
    ours = name in OF_ADMINISTRATORS
    require(tx.actor, Permission.MANAGE_USERS if ours else Permission.SET_LIMITS)
    check_setting(name, value)
    now = locked_setting(tx, name)
    if seen not in (None, now):
        refuse_stale(tx.session, SETTING, name.value, member_name(name))
    if now == value:
        return None
    if ours:
        apply_setting(tx, name=name, value=value)
        return None
    change = Change(object_type=SETTING, object_key=name.value, before=now, after=value)
    return _ask(tx, Action.CHANGE_SETTING, change)


def change_purpose(tx: Tx, *, code: str, purpose: Purpose, seen: str) -> int | None:
    """Ask that an account of the chart serve a purpose; `seen` is the code of who serves it.

    Returns the id of the request, None where it serves it already.

    Raises:
        NotAllowed: The actor may not change master data.
        NotFound: There is no such account.
        PurposeTaken: It serves another purpose.
        ClassDiffers: It is of another class than the account that serves the purpose.
        StillHolds: Something is left on the account that serves it.
        ChangedByOther: Another account serves it since it was shown.
        AlreadyRequested: A change of the account waits for approval.
    """
    require(tx.actor, Permission.MASTER_DATA)
    held = locked_purpose(tx, code, purpose)
    if held != seen:
        refuse_stale(tx.session, LEDGER, held, member_name(purpose))
    if held == code:
        return None
    _require_empty(tx, held, purpose)
    change = Change(
        object_type=LEDGER,
        object_key=code,
        before={"purpose": "", "served_by": held},
        after={"purpose": purpose.value, "served_by": code},
    )
    return _ask(tx, Action.CHANGE_PURPOSE, change)


def change_in(request: RequestView | ApprovalRequest) -> Change:
    """Return what a request about master data asks for."""
    said = json.loads(request.payload)
    return Change(
        object_type=request.object_type,
        object_key=request.object_key,
        before=said["before"],
        after=said["after"],
    )


def digest_now(tx: Tx, request: RequestView) -> str:
    """Return the fingerprint of a request as things stand now, and keep them so.

    Raises:
        NotFound: What it is about is gone.
    """
    if request.action is Action.CHANGE_CHANNEL:
        # Before the rows, as importing does: entries may move.
        alone(tx, IMPORT_LOCK)
    change = change_in(request)
    return replace(change, before=_NOW[request.action](tx, change)).digest


def carry_out(tx: Tx, request: RequestView) -> None:
    """Change what enough people have agreed to change.

    Raises:
        WrongInput: A field is out of its bounds.
        DayClosed: An entry would come to a closed day or leave it.
        StillHolds: Something is left on the account that serves a purpose.
    """
    _CARRY_OUT[request.action](tx, change_in(request))


def _ask(tx: Tx, action: Action, change: Change) -> int:
    return approval.submit(
        tx,
        asked=approval.Asked(
            action=action,
            object_type=change.object_type,
            object_key=change.object_key,
            digest=change.digest,
            payload={"before": change.before, "after": change.after},
        ),
    )


def _void(tx: Tx, object_type: str, object_key: str) -> None:
    """End what was asked about a thing that is another one now."""
    approval.void(tx, object_type=object_type, object_key=object_key, why=_CHANGED)


def _require_empty(tx: Tx, code: str, purpose: Purpose) -> None:
    if not code or purpose not in _KEEPS_ITS_BALANCE:
        return
    debit, credit = func.sum(VoucherLine.debit_fen), func.sum(VoucherLine.credit_fen)
    query = select(VoucherLine.account_no, VoucherLine.channel, debit, credit)
    query = query.where(VoucherLine.ledger_code == code)
    rows = tx.session.execute(query.group_by(VoucherLine.account_no, VoucherLine.channel))
    left = [one for row in rows if (one := int(row[2]) - int(row[3]))]
    if left:
        raise StillHolds(code=code, purpose=purpose, amount=yuan(sum(left)))


def _account_now(tx: Tx, change: Change) -> object:
    return said_of_account(locked_account(tx, change.object_key)[0])


def _channel_now(tx: Tx, change: Change) -> object:
    return said_of_channel(locked_channel(tx, change.object_key)[0])


def _setting_now(tx: Tx, change: Change) -> object:
    return locked_setting(tx, SettingName(change.object_key))


def _purpose_now(tx: Tx, change: Change) -> object:
    purpose = Purpose(change.after["purpose"])
    return {"purpose": "", "served_by": locked_purpose(tx, change.object_key, purpose)}


def _carry_out_account(tx: Tx, change: Change) -> None:
    apply_account(tx, organisation=change.object_key, edit=account_said(change.after))


def _carry_out_channel(tx: Tx, change: Change) -> None:
    edit = channel_said(change.after)
    if apply_channel(tx, edit=edit):
        redate_channels(tx, {edit.code: edit.cutoff_minutes})


def _carry_out_setting(tx: Tx, change: Change) -> None:
    apply_setting(tx, name=SettingName(change.object_key), value=change.after)


def _carry_out_purpose(tx: Tx, change: Change) -> None:
    purpose = Purpose(change.after["purpose"])
    _require_empty(tx, change.before["served_by"], purpose)
    apply_purpose(tx, code=change.object_key, purpose=purpose)


_NOW: Mapping[Action, Callable[[Tx, Change], object]] = {
    Action.CHANGE_ACCOUNT: _account_now,
    Action.CHANGE_CHANNEL: _channel_now,
    Action.CHANGE_SETTING: _setting_now,
    Action.CHANGE_PURPOSE: _purpose_now,
}
_CARRY_OUT: Mapping[Action, Callable[[Tx, Change], None]] = {
    Action.CHANGE_ACCOUNT: _carry_out_account,
    Action.CHANGE_CHANNEL: _carry_out_channel,
    Action.CHANGE_SETTING: _carry_out_setting,
    Action.CHANGE_PURPOSE: _carry_out_purpose,
}

OF_MASTER_DATA = frozenset(_CARRY_OUT)
"""The actions whose requests this module carries out."""
