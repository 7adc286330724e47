"""Changing channels one at a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.audit.stale import refuse_stale
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
    _check(edit)
    if edit.code == _ALL or _find(tx.session, edit.code) is not None:
        raise CodeTaken(value=edit.code)
    row = Channel(shipped=False, **_values(edit))
    tx.session.add(row)
    tx.session.flush()
    audit.record(tx, Verb.CREATED, "channel", edit.code, after=_values(edit))
    return row.id


def apply_channel(tx: Tx, *, edit: ChannelEdit, seen: int) -> bool:
    """Change a channel; return whether its cut-off moved. `seen` is the version shown.

    Its entries keep their business days: `app.closing.master.change_channel` moves them.

    Raises:
        NotFound: There is no such channel.
        WrongInput: A field is out of its bounds.
        ChangedByOther: It was changed since it was shown.
    """
    require(tx.actor, Permission.MASTER_DATA)
    _check(edit)
    row = _find(tx.session, edit.code, lock=True)
    if row is None:
        raise NotFound(what=_("channel"), key=edit.code)
    if row.version != seen:
        refuse_stale(tx.session, "channel", row.code, row.name)
    before = {name: getattr(row, name) for name in ChannelEdit.__slots__}
    after = _values(edit)
    if before == after:
        return False
    moved = row.cutoff_minutes != edit.cutoff_minutes
    for name, value in after.items():
        setattr(row, name, value)
    row.shipped = False
    tx.session.flush()
    audit.record(tx, Verb.CHANGED, "channel", row.code, before=before, after=after)
    return moved


def _find(session: Session, code: str, *, lock: bool = False) -> Channel | None:
    query = select(Channel).where(Channel.code == code)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def _values(edit: ChannelEdit) -> dict[str, object]:
    return {name: getattr(edit, name) for name in ChannelEdit.__slots__}


def _check(edit: ChannelEdit) -> None:
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
