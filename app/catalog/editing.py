"""Changing organisations, accounts and the chart of accounts one at a time.

What is of weight is asked for by one person and agreed to by another: `app.closing.master` does
that and calls what is named `apply` here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.rules import Verb
from app.audit.stale import refuse_stale
from app.base.dates import day_number, day_of
from app.base.errors import NotFound, UserError, WrongInput
from app.base.i18n import N_, _
from app.base.money import LIMIT_FEN
from app.catalog.model import BankAccount, LedgerAccount, Organisation
from app.catalog.rules import AccountKind, MasterField, Purpose, in_cycle
from app.db.workspace import Tx
from app.identity.rules import Permission
from app.identity.service import require

LONGEST_CODE = 32
LONGEST_NAME = 200
MOST_LAG_DAYS = 60
_LEDGER_CODE = re.compile(r"[0-9]{4}[0-9.]{0,28}")


class FieldMissing(UserError):
    """A field that has to be filled in is empty."""

    template = N_("Fill in: {field}.")


class CodeTaken(UserError):
    """Another one has this code."""

    template = N_("There is already one with the code “{value}”. Choose another code.")


class BelowItself(UserError):
    """An organisation would stand below itself."""

    template = N_("“{value}” stands below this organisation and cannot be above it.")


class PurposeTaken(UserError):
    """Each purpose is served by exactly one account."""

    template = N_(
        "“{code}” is for “{purpose}”. Choose another account for that first:"
        " every purpose needs one."
    )


class ClassDiffers(UserError):
    """A purpose goes from one account to another of the same class."""

    template = N_("“{purpose}” needs an account of the class “{kind}”.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationEdit:
    """What a form says of an organisation; the parent by its code, "" at the top."""

    code: str
    name: str
    parent: str = ""
    utilities: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEdit:
    """What a form says of a designated account."""

    account_no: str
    bank: str = ""
    account_name: str = ""
    opening_fen: int | None = None
    opening_on: date | None = None
    arrival_lag_days: int = 0


def add_organisation(tx: Tx, *, organisation: OrganisationEdit, account: AccountEdit) -> int:
    """Add an organisation with its designated account; returns its id.

    Raises:
        FieldMissing: Code, name or account no. is empty.
        WrongInput: A field is too long, or the parent is unknown.
        CodeTaken: The code is another one's.
    """
    require(tx.actor, Permission.MASTER_DATA)
    _check(organisation)
    check_account(account)
    if _organisation(tx.session, organisation.code) is not None:
        raise CodeTaken(value=organisation.code)
    row = Organisation(
        code=organisation.code,
        name=organisation.name,
        utilities=organisation.utilities,
        parent_id=_parent_id(tx.session, organisation),
    )
    tx.session.add(row)
    tx.session.flush()
    tx.session.add(
        BankAccount(
            organisation_id=row.id,
            **{name: getattr(account, name) for name in AccountEdit.__slots__},
        )
    )
    tx.session.flush()
    after = _said(organisation) | said_of_account(account)
    audit.record(tx, Verb.CREATED, "organisation", row.code, after=after)
    return row.id


def change_organisation(tx: Tx, *, edit: OrganisationEdit, seen: int) -> None:
    """Change an organisation's name, parent or utilities; `seen` is the version shown.

    Raises:
        NotFound: There is no such organisation.
        BelowItself: The parent stands below it.
        ChangedByOther: It was changed since it was shown.
    """
    require(tx.actor, Permission.MASTER_DATA)
    _check(edit)
    row = _organisation(tx.session, edit.code, lock=True)
    if row is None:
        raise NotFound(what=_("organisation"), key=edit.code)
    if row.version != seen:
        refuse_stale(tx.session, "organisation", row.code, row.name)
    codes = {one.id: one.code for one in tx.session.scalars(select(Organisation))}
    above = codes.get(row.parent_id or 0, "")
    before = OrganisationEdit(code=row.code, name=row.name, parent=above, utilities=row.utilities)
    if before == edit:
        return
    parent_id = _parent_id(tx.session, edit)
    _require_tree(tx.session, codes, edit)
    row.name, row.utilities, row.parent_id = edit.name, edit.utilities, parent_id
    tx.session.flush()
    audit.record(
        tx, Verb.CHANGED, "organisation", row.code, before=_said(before), after=_said(edit)
    )


def locked_account(tx: Tx, organisation: str) -> tuple[AccountEdit, int]:
    """Return an organisation's account as it stands, and its version, and keep it so.

    Raises:
        NotFound: There is no such organisation.
    """
    row = _account_row(tx.session, organisation)
    return AccountEdit(**{name: getattr(row, name) for name in AccountEdit.__slots__}), row.version


def apply_account(tx: Tx, *, organisation: str, edit: AccountEdit) -> None:
    """Change an account, as it was agreed to.

    Raises:
        NotFound: There is no such organisation.
        FieldMissing: The account no. is empty, or a balance stands without its day.
        WrongInput: A field is out of its bounds.
    """
    check_account(edit)
    before, _version = locked_account(tx, organisation)
    row = _account_row(tx.session, organisation)
    for name in AccountEdit.__slots__:
        setattr(row, name, getattr(edit, name))
    tx.session.flush()
    audit.record(
        tx,
        Verb.CHANGED,
        "bank_account",
        organisation,
        before=said_of_account(before),
        after=said_of_account(edit),
    )


def of_weight(before: AccountEdit, after: AccountEdit) -> bool:
    """Return whether what differs decides where money goes, or how much of it there is."""
    return replace(before, arrival_lag_days=0) != replace(after, arrival_lag_days=0)


def add_ledger_account(tx: Tx, *, code: str, name: str, kind: AccountKind) -> None:
    """Add an account to the chart.

    Raises:
        WrongInput: The code is not made of 4 to 32 digits and points.
        CodeTaken: The code is another one's.
    """
    require(tx.actor, Permission.MASTER_DATA)
    _filled(MasterField.NAME, name)
    if _LEDGER_CODE.fullmatch(code) is None:
        raise WrongInput(value=code, field=MasterField.CODE)
    if tx.session.get(LedgerAccount, code) is not None:
        raise CodeTaken(value=code)
    tx.session.add(LedgerAccount(code=code, name=name, kind=kind, purpose=None))
    tx.session.flush()
    audit.record(tx, Verb.CREATED, "ledger_account", code, after={"name": name, "kind": kind.value})


def rename_ledger_account(tx: Tx, *, code: str, name: str, seen: str) -> None:
    """Give an account of the chart another name; `seen` is the name that was shown.

    Raises:
        NotFound: There is no such account.
        ChangedByOther: It was changed since it was shown.
    """
    require(tx.actor, Permission.MASTER_DATA)
    _filled(MasterField.NAME, name)
    row = tx.session.get(LedgerAccount, code, with_for_update=True)
    if row is None:
        raise NotFound(what=_("ledger account"), key=code)
    if row.name != seen:
        refuse_stale(tx.session, "ledger_account", code, code)
    if row.name == name:
        return
    before, row.name = row.name, name
    audit.record(
        tx, Verb.CHANGED, "ledger_account", code, before={"name": before}, after={"name": name}
    )


def locked_purpose(tx: Tx, code: str, purpose: Purpose) -> str:
    """Return the code of the account that serves a purpose now, "" without one.

    Raises:
        NotFound: There is no account `code`.
        PurposeTaken: `code` serves another purpose.
        ClassDiffers: `code` is of another class than the account that serves it now.
    """
    row = tx.session.get(LedgerAccount, code, with_for_update=True)
    if row is None:
        raise NotFound(what=_("ledger account"), key=code)
    if row.purpose not in (None, purpose):
        raise PurposeTaken(code=code, purpose=row.purpose)
    held = tx.session.scalars(
        select(LedgerAccount).where(LedgerAccount.purpose == purpose).with_for_update()
    ).one_or_none()
    if held is not None and held.kind is not row.kind:
        raise ClassDiffers(purpose=purpose, kind=held.kind)
    return "" if held is None else held.code


def apply_purpose(tx: Tx, *, code: str, purpose: Purpose) -> None:
    """Let an account serve a purpose in another one's place, as it was agreed to.

    Raises:
        NotFound: There is no account `code`.
        PurposeTaken: `code` serves another purpose.
        ClassDiffers: `code` is of another class than the account that serves it now.
    """
    held = locked_purpose(tx, code, purpose)
    if held == code:
        return
    if held:
        _serve(tx, held, None)
    _serve(tx, code, purpose)


def require_code(code: str) -> None:
    """Return if this can be a code.

    Raises:
        FieldMissing: It is empty.
        WrongInput: It is too long or holds spaces.
    """
    _filled(MasterField.CODE, code, LONGEST_CODE)
    if not code.isprintable() or any(character.isspace() for character in code):
        raise WrongInput(value=code, field=MasterField.CODE)


def require_text(field: MasterField, value: str, *, needed: bool = False) -> None:
    """Return if this can be the text of a field.

    Raises:
        FieldMissing: It is needed and empty.
        WrongInput: It is too long or holds control characters.
    """
    if needed:
        _filled(field, value)
    elif len(value) > LONGEST_NAME or not value.isprintable():
        raise WrongInput(value=value[:20], field=field)


def check_account(edit: AccountEdit) -> None:
    """Return if this can be an account.

    Raises:
        FieldMissing: The account no. is empty, or a balance stands without its day.
        WrongInput: A field is out of its bounds.
    """
    _filled(MasterField.ACCOUNT_NO, edit.account_no, 64)
    require_text(MasterField.BANK, edit.bank)
    require_text(MasterField.ACCOUNT_NAME, edit.account_name)
    if edit.opening_fen is not None and abs(edit.opening_fen) > LIMIT_FEN:
        raise WrongInput(value=edit.opening_fen, field=MasterField.OPENING)
    if (edit.opening_fen is None) != (edit.opening_on is None):
        missing = MasterField.OPENING if edit.opening_fen is None else MasterField.OPENING_DAY
        raise FieldMissing(field=missing)
    if not 0 <= edit.arrival_lag_days <= MOST_LAG_DAYS:
        raise WrongInput(value=edit.arrival_lag_days, field=MasterField.LAG)


def said_of_account(edit: AccountEdit) -> dict[str, object]:
    """Return an account in the words of the log."""
    said: dict[str, object] = {
        name: getattr(edit, name) for name in AccountEdit.__slots__ if name != "opening_on"
    }
    return said | {"opening_on": edit.opening_on and day_number(edit.opening_on)}


def account_said(said: Mapping[str, Any]) -> AccountEdit:
    """Return the account that `said_of_account` put into words."""
    day = said["opening_on"]
    return AccountEdit(**{**said, "opening_on": day and day_of(day)})


def _filled(field: MasterField, value: str, longest: int = LONGEST_NAME) -> None:
    if not value.strip():
        raise FieldMissing(field=field)
    if len(value) > longest or not value.isprintable() or value != value.strip():
        raise WrongInput(value=value[:20], field=field)


def _check(edit: OrganisationEdit) -> None:
    require_code(edit.code)
    require_text(MasterField.NAME, edit.name, needed=True)
    require_text(MasterField.UTILITIES, edit.utilities)


def _account_row(session: Session, organisation: str) -> BankAccount:
    query = (
        select(BankAccount)
        .join(Organisation, Organisation.id == BankAccount.organisation_id)
        .where(Organisation.code == organisation)
        .with_for_update()
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(what=_("organisation"), key=organisation)
    return row


def _serve(tx: Tx, code: str, purpose: Purpose | None) -> None:
    row = tx.session.get(LedgerAccount, code)
    assert row is not None
    before, row.purpose = row.purpose, purpose
    # One after the other: no purpose is served twice, not even for a moment.
    tx.session.flush()
    audit.record(
        tx,
        Verb.CHANGED,
        "ledger_account",
        code,
        before={"purpose": before and before.value},
        after={"purpose": purpose and purpose.value},
    )


def _organisation(session: Session, code: str, *, lock: bool = False) -> Organisation | None:
    query = select(Organisation).where(Organisation.code == code)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def _parent_id(session: Session, edit: OrganisationEdit) -> int | None:
    if not edit.parent:
        return None
    parent = _organisation(session, edit.parent)
    if parent is None:
        raise WrongInput(value=edit.parent, field=MasterField.PARENT)
    return parent.id


def _require_tree(session: Session, codes: dict[int, str], edit: OrganisationEdit) -> None:
    rows = session.scalars(select(Organisation))
    parents = {row.code: codes.get(row.parent_id or 0, "") for row in rows}
    if in_cycle(parents | {edit.code: edit.parent}) is not None:
        raise BelowItself(value=edit.parent)


def _said(edit: OrganisationEdit) -> dict[str, object]:
    return {"name": edit.name, "parent": edit.parent, "utilities": edit.utilities}
