"""Loading the template `organisations`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.audit import service as audit
from app.audit.rules import Verb
from app.base.dates import day_number, day_of
from app.catalog.model import BankAccount, Organisation
from app.catalog.rules import (
    AccountChangeNeedsApproval,
    Loaded,
    OrganisationRow,
    ParentCycle,
    RowRefused,
    UnknownParent,
    distinct,
    in_cycle,
)
from app.db.workspace import Tx
from app.identity.rules import LOADS_TEMPLATES
from app.identity.service import require_any

_ACCOUNT_FIELDS = ("bank", "account_name", "account_no", "opening_fen", "opening_on")


def load_organisations(tx: Tx, *, rows: Sequence[OrganisationRow], file_label: str = "") -> Loaded:
    """Add the organisations that are new and apply new names and parents.

    An empty optional field says nothing about what is already there.

    Raises:
        NotAllowed: The actor may neither import nor change master data.
        AccountChangeNeedsApproval: An account that is there would change.
        RowRefused: A row contradicts another one or names an unknown parent.
    """
    _require(tx)
    wanted = distinct(rows, file_label)
    there = {row.code: row for row in tx.session.scalars(select(Organisation))}
    held = {row.organisation_id: row for row in tx.session.scalars(select(BankAccount))}
    for row in wanted:
        _check_row(row, file_label)
        if row.code in there:
            _check_account(row, held[there[row.code].id], file_label)
    _check_tree(wanted, there, file_label)
    added = [row for row in wanted if row.code not in there]
    known = [row for row in wanted if row.code in there]
    _add(tx, added, there)
    changed = _apply(tx, known, there)
    new = tuple(row.code for row in added)
    touched = {*new, *changed}
    same = tuple(row.code for row in wanted if row.code not in touched)
    return Loaded(added=new, changed=changed, unchanged=same)


def _require(tx: Tx) -> None:
    require_any(tx.actor, LOADS_TEMPLATES)


def _check_row(row: OrganisationRow, file_label: str) -> None:
    for field in ("code", "name", "account_no"):
        if not getattr(row, field):
            raise RowRefused(file=file_label, line=row.line, field=field, value="")


def _check_account(row: OrganisationRow, account: BankAccount, file_label: str) -> None:
    stored = _account(account)
    given = {name: getattr(row, name) for name in _ACCOUNT_FIELDS}
    changes = [name for name, value in given.items() if value not in ("", None, stored[name])]
    if changes:
        raise AccountChangeNeedsApproval(
            file=file_label,
            line=row.line,
            field="account_no",
            value=row.code,
            changes=", ".join(changes),
        )


def _check_tree(
    wanted: Sequence[OrganisationRow], there: dict[str, Organisation], file_label: str
) -> None:
    by_id = {row.id: code for code, row in there.items()}
    parents = {code: by_id.get(row.parent_id or 0, "") for code, row in there.items()}
    lines = {row.code: row.line for row in wanted}
    parents |= {row.code: row.parent for row in wanted if row.parent or row.code not in parents}
    for row in wanted:
        if row.parent and row.parent not in parents:
            raise UnknownParent(file=file_label, line=row.line, field="parent", value=row.parent)
    if bad := in_cycle(parents):
        line = lines.get(bad, 0)
        raise ParentCycle(file=file_label, line=line, field="parent", value=bad)


def _add(tx: Tx, rows: Sequence[OrganisationRow], there: dict[str, Organisation]) -> None:
    for row in rows:
        there[row.code] = Organisation(code=row.code, name=row.name, utilities=row.utilities)
    tx.session.add_all(there[row.code] for row in rows)
    tx.session.flush()
    for row in rows:
        organisation = there[row.code]
        if row.parent:
            organisation.parent_id = there[row.parent].id
        account = BankAccount(
            organisation_id=organisation.id,
            bank=row.bank,
            account_name=row.account_name,
            account_no=row.account_no,
            opening_fen=row.opening_fen,
            opening_on=None if row.opening_on is None else day_of(row.opening_on),
            arrival_lag_days=0,
        )
        tx.session.add(account)
        after = _shown(organisation, row.parent) | _account(account)
        audit.record(tx, Verb.CREATED, "organisation", row.code, after=after)
    tx.session.flush()


def _apply(
    tx: Tx, rows: Sequence[OrganisationRow], there: dict[str, Organisation]
) -> tuple[str, ...]:
    codes = {row.id: code for code, row in there.items()}
    changed = []
    for row in rows:
        organisation = there[row.code]
        parent = codes.get(organisation.parent_id or 0, "")
        before = _shown(organisation, parent)
        organisation.name = row.name
        organisation.utilities = row.utilities or organisation.utilities
        if row.parent:
            organisation.parent_id = there[row.parent].id
        after = _shown(organisation, row.parent or parent)
        if after != before:
            changed.append(row.code)
            audit.record(tx, Verb.CHANGED, "organisation", row.code, before=before, after=after)
    return tuple(changed)


def _shown(row: Organisation, parent: str) -> dict[str, object]:
    return {"name": row.name, "parent": parent, "utilities": row.utilities}


def _account(row: BankAccount) -> dict[str, object]:
    return {
        "bank": row.bank,
        "account_name": row.account_name,
        "account_no": row.account_no,
        "opening_fen": row.opening_fen,
        "opening_on": None if row.opening_on is None else day_number(row.opening_on),
    }
