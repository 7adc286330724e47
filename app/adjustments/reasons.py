"""The reasons of adjustments that people choose from: data, shipped with the program."""

from __future__ import annotations

import csv

from sqlalchemy import select

from app.adjustments.model import ReasonCode
from app.adjustments.rules import AdjustmentKind
from app.audit import service as audit
from app.audit.rules import Verb
from app.base.bundle import bundled
from app.base.errors import WrongInput
from app.base.i18n import _
from app.catalog.editing import CodeTaken, require_code, require_text
from app.catalog.rules import MasterField
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require


def add_reasons(tx: Tx) -> int:
    """Add the shipped reasons that are missing; return how many."""
    there = set(tx.session.scalars(select(ReasonCode.code)))
    path = bundled("resources", "defaults", "reasons.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["code"] not in there]
    tx.session.add_all(
        ReasonCode(code=row["code"], name=row["name"], kinds=row["kinds"], active=True)
        for row in rows
    )
    if rows:
        audit.record(tx, Verb.CREATED, "defaults", "reasons", after={"rows": len(rows)})
    return len(rows)


def set_reason(
    tx: Tx, *, code: str, name: str, kinds: tuple[AdjustmentKind, ...], active: bool, new: bool
) -> None:
    """Add a reason, or change one; with no kinds it is for all adjustments.

    Raises:
        CodeTaken: A new one has the code of another.
        WrongInput: There is no reason with this code.
    """
    require(tx.actor, Permission.MASTER_DATA)
    require_code(code)
    require_text(MasterField.NAME, name, needed=True)
    row = tx.session.get(ReasonCode, code, with_for_update=True)
    if new and row is not None:
        raise CodeTaken(value=code)
    if not new and row is None:
        raise WrongInput(value=code, field=_("reason"))
    said = " ".join(kind.value for kind in kinds)
    after = {"name": name, "kinds": said, "active": active}
    if row is None:
        tx.session.add(ReasonCode(code=code, **after))
        audit.record(tx, Verb.CREATED, "reason", code, after=after)
        return
    before = {"name": row.name, "kinds": row.kinds, "active": row.active}
    if before != after:
        row.name, row.kinds, row.active = name, said, active
        audit.record(tx, Verb.CHANGED, "reason", code, before=before, after=after)
