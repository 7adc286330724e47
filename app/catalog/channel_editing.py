"""Changing channels one at a time.

What is of weight is asked for by one person and agreed to by another: `app.closing.master` does
that and calls `apply_channel`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import MIDNIGHT
from app.base.errors import NotFound, UserError, WrongInput
from app.base.i18n import N_, _
from app.base.money import LIMIT_FEN, PPM
from app.catalog.editing import CodeTaken, FieldMissing, require_code, require_text
from app.catalog.model import Channel
from app.catalog.rules import MOST_CYCLE_DAYS, ChannelKind, Cycle, FeeBearer, MasterField
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require

_ALL = "ALL"


class LimitsCrossed(UserError):
    """The least fee would be above the highest."""

    template = N_("The lowest fee is above the highest.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEdit:
    """What a form says of a channel; without a rate its fees are not checked."""

    code: str
    name: str
    kind: ChannelKind
    cutoff_minutes: int = MIDNIGHT
    cycle_days: int = 1
    cycle: Cycle = Cycle.CALENDAR
    rate_ppm: int | None = None
    minimum_fen: int | None = None
    maximum_fen: int | None = None
    refund_returns_fee: bool = False
    fee_bearer: FeeBearer = FeeBearer.PAYEE
    account_no: str = ""
    active: bool = True


def add_channel(tx: Tx, *, edit: ChannelEdit) -> int:
    """Add a channel and return its id.

    Raises:
        FieldMissing: Code or name is empty.
        WrongInput: A field is out of its bounds.
        CodeTaken: The code is another one's.
    """
    require(tx.actor, Permission.MASTER_DATA)
    require_code(edit.code)
    check_channel(edit)
    if edit.code == _ALL or _find(tx.session, edit.code) is not None:
        raise CodeTaken(value=edit.code)
    row = Channel(shipped=False, **said_of_channel(edit))
    tx.session.add(row)
    tx.session.flush()
    audit.record(tx, Verb.CREATED, "channel", edit.code, after=said_of_channel(edit))
    return row.id


def locked_channel(tx: Tx, code: str) -> tuple[ChannelEdit, int]:
    """Return a channel as it stands, and its version, and keep it so.

    Raises:
        NotFound: There is no such channel.
    """
    row = _find(tx.session, code, lock=True)
    if row is None:
        raise NotFound(what=_("channel"), key=code)
    return ChannelEdit(**{name: getattr(row, name) for name in ChannelEdit.__slots__}), row.version


def apply_channel(tx: Tx, *, edit: ChannelEdit) -> bool:
    """Change a channel, as it was agreed to; return whether its cut-off moved.

    Its entries keep their business days: `app.closing.master` moves them.

    Raises:
        NotFound: There is no such channel.
        FieldMissing: The name is empty, or a fee has limits and no rate.
        WrongInput: A field is out of its bounds.
    """
    check_channel(edit)
    now, _version = locked_channel(tx, edit.code)
    row = _find(tx.session, edit.code)
    assert row is not None
    for name, value in said_of_channel(edit).items():
        setattr(row, name, value)
    row.shipped = False
    tx.session.flush()
    audit.record(
        tx,
        Verb.CHANGED,
        "channel",
        row.code,
        before=said_of_channel(now),
        after=said_of_channel(edit),
    )
    return now.cutoff_minutes != edit.cutoff_minutes


def of_weight(before: ChannelEdit, after: ChannelEdit) -> bool:
    """Return whether what differs decides about days or money: all but name, kind and use."""
    return replace(before, name=after.name, kind=after.kind, active=after.active) != after


def said_of_channel(edit: ChannelEdit) -> dict[str, object]:
    """Return a channel in the words of the log."""
    return {name: getattr(edit, name) for name in ChannelEdit.__slots__}


def channel_said(said: Mapping[str, Any]) -> ChannelEdit:
    """Return the channel that `said_of_channel` put into words."""
    kinds = {"kind": ChannelKind, "cycle": Cycle, "fee_bearer": FeeBearer}
    return ChannelEdit(**{**said, **{name: kind(said[name]) for name, kind in kinds.items()}})


def check_channel(edit: ChannelEdit) -> None:
    """Return if this can be a channel.

    Raises:
        FieldMissing: The name is empty, or a fee has limits and no rate.
        WrongInput: A field is out of its bounds.
        LimitsCrossed: The lowest fee is above the highest.
    """
    require_text(MasterField.NAME, edit.name, needed=True)
    require_text(MasterField.ACCOUNT_NO, edit.account_no)
    for field, value, highest in (
        (MasterField.CUTOFF, edit.cutoff_minutes, MIDNIGHT),
        (MasterField.CYCLE_DAYS, edit.cycle_days, MOST_CYCLE_DAYS),
        (MasterField.RATE, edit.rate_ppm, PPM),
        (MasterField.MINIMUM, edit.minimum_fen, LIMIT_FEN),
        (MasterField.MAXIMUM, edit.maximum_fen, LIMIT_FEN),
    ):
        if value is not None and not 0 <= value <= highest:
            raise WrongInput(value=value, field=field)
    if edit.rate_ppm is None and (edit.minimum_fen, edit.maximum_fen) != (None, None):
        raise FieldMissing(field=MasterField.RATE)
    low, high = edit.minimum_fen, edit.maximum_fen
    if low is not None and high is not None and low > high:
        raise LimitsCrossed(field=MasterField.MAXIMUM)


def _find(session: Session, code: str, *, lock: bool = False) -> Channel | None:
    query = select(Channel).where(Channel.code == code)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()
