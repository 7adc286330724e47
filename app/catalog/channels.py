"""Loading the template `channels`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import MIDNIGHT
from app.base.money import LIMIT_FEN, PPM
from app.catalog.model import Channel
from app.catalog.rules import (
    MOST_CYCLE_DAYS,
    ChannelChangeNeedsApproval,
    ChannelKind,
    ChannelRow,
    Cycle,
    FeeBearer,
    Loaded,
    RowRefused,
    distinct,
)
from app.db.workspace import Tx
from app.identity.rules import LOADS_TEMPLATES, Permission
from app.identity.service import require, require_any

_SHOWN = (
    "name",
    "kind",
    "cutoff_minutes",
    "cycle_days",
    "cycle",
    "rate_ppm",
    "minimum_fen",
    "maximum_fen",
    "refund_returns_fee",
    "fee_bearer",
    "account_no",
)

_OF_WEIGHT = tuple(name for name in _SHOWN if name not in {"name", "kind"})
_IN_FILES = {"cutoff_minutes": "cutoff"}


def load_channels(tx: Tx, *, rows: Sequence[ChannelRow], file_label: str = "") -> Loaded:
    """Add or change channels.

    Who may only import can load a channel for the first time, over what was shipped.

    Raises:
        NotAllowed: A channel that was loaded before would change, and the actor may not
            change master data.
        ChannelChangeNeedsApproval: The rules of a channel that was loaded before would change.
        RowRefused: A row contradicts another one or holds an impossible value.
    """
    require_any(tx.actor, LOADS_TEMPLATES)
    there = {row.code: row for row in tx.session.scalars(select(Channel).with_for_update())}
    added: list[str] = []
    changed: list[str] = []
    same: list[str] = []
    moved: list[str] = []
    for row in distinct(rows, file_label):
        values = _values(row, file_label)
        channel = there.get(row.code)
        if channel is None:
            _add(tx, row.code, values)
            added.append(row.code)
            continue
        before = _shown(channel)
        if before == values and not channel.shipped:
            same.append(row.code)
            continue
        if not channel.shipped:
            _require_light(tx, row, before, values, file_label)
        _change(tx, channel, before, values)
        (same if before == values else changed).append(row.code)
        if before["cutoff_minutes"] != values["cutoff_minutes"]:
            moved.append(row.code)
    tx.session.flush()
    return Loaded(
        added=tuple(added),
        changed=tuple(changed),
        unchanged=tuple(same),
        cutoff_changed=tuple(moved),
    )


def _require_light(
    tx: Tx, row: ChannelRow, before: dict[str, object], values: dict[str, object], file_label: str
) -> None:
    """Return if this may be changed by one person."""
    require(tx.actor, Permission.MASTER_DATA)
    heavy = [_IN_FILES.get(name, name) for name in _OF_WEIGHT if before[name] != values[name]]
    if heavy:
        raise ChannelChangeNeedsApproval(
            file=file_label,
            line=row.line,
            field=heavy[0],
            value=row.code,
            changes=", ".join(heavy),
        )


def _add(tx: Tx, code: str, values: dict[str, object]) -> None:
    tx.session.add(Channel(code=code, shipped=False, **values))
    audit.record(tx, Verb.CREATED, "channel", code, after=values)


def _change(tx: Tx, channel: Channel, before: dict[str, object], values: dict[str, object]) -> None:
    audit.record(
        tx,
        Verb.CHANGED,
        "channel",
        channel.code,
        before=before | {"shipped": channel.shipped},
        after=values | {"shipped": False},
    )
    for name, value in values.items():
        setattr(channel, name, value)
    channel.shipped = False


def _shown(channel: Channel) -> dict[str, object]:
    return {name: getattr(channel, name) for name in _SHOWN}


def _values(row: ChannelRow, file_label: str) -> dict[str, object]:
    for field, value, fits in _checks(row):
        if not fits:
            raise RowRefused(file=file_label, line=row.line, field=field, value=value)
    return {
        "name": row.name,
        "kind": ChannelKind(row.kind),
        "cutoff_minutes": row.cutoff,
        "cycle_days": row.cycle_days,
        "cycle": Cycle(row.cycle),
        "rate_ppm": row.rate_ppm,
        "minimum_fen": row.minimum_fen,
        "maximum_fen": row.maximum_fen,
        "refund_returns_fee": bool(row.refund_returns_fee),
        "fee_bearer": FeeBearer(row.fee_bearer),
        "account_no": row.account_no,
    }


def _checks(row: ChannelRow) -> list[tuple[str, object, bool]]:
    low, high = row.minimum_fen, row.maximum_fen
    return [
        ("code", row.code, row.code not in ("", "ALL")),
        ("name", row.name, bool(row.name)),
        ("kind", row.kind, row.kind in set(ChannelKind)),
        ("cutoff", row.cutoff, 0 <= row.cutoff <= MIDNIGHT),
        ("cycle_days", row.cycle_days, 0 <= row.cycle_days <= MOST_CYCLE_DAYS),
        ("cycle", row.cycle, row.cycle in set(Cycle)),
        ("rate_ppm", row.rate_ppm, row.rate_ppm is None or 0 <= row.rate_ppm <= PPM),
        ("minimum_fen", low, low is None or 0 <= low <= LIMIT_FEN),
        ("maximum_fen", high, high is None or 0 <= high <= LIMIT_FEN),
        ("maximum_fen", high, low is None or high is None or low <= high),
        ("refund_returns_fee", row.refund_returns_fee, row.refund_returns_fee in (0, 1)),
        ("fee_bearer", row.fee_bearer, row.fee_bearer in set(FeeBearer)),
    ]
