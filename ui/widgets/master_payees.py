"""Organisations and their designated accounts, as parts of the master data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from app.base.dates import parse_day
from app.base.errors import BadDate, WrongInput
from app.base.i18n import N_, _
from app.catalog import queries as catalog
from app.catalog.editing import (
    AccountEdit,
    OrganisationEdit,
    add_organisation,
    change_organisation,
)
from app.catalog.queries import AccountView, OrganisationView
from app.catalog.rules import MasterField
from app.closing.master import change_account
from app.db.workspace import ReadSession
from ui.formatting import amount, day
from ui.widgets.editors import Options, Text
from ui.widgets.master_sections import Saving, Section, Values, caption, choice, column, line
from ui.widgets.reading_texts import MONEY, PLAIN, UTILITIES, whole

_OF_ORGANISATION = tuple(OrganisationEdit.__slots__)
_OF_ACCOUNT = tuple(AccountEdit.__slots__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """A designated account with the name of whose it is."""

    view: AccountView
    name: str


def organisations() -> Section:
    """Return the part of the organisations."""
    return Section(
        name="organisations",
        title=N_("Organisations"),
        about=N_(
            "A new organisation comes with its designated account. "
            "The account is changed only when a second person agrees."
        ),
        columns=[
            column("code", caption(MasterField.CODE), lambda row: row.code, 10),
            column("name", caption(MasterField.NAME), lambda row: row.name, 30),
            column("parent", caption(MasterField.PARENT), lambda row: row.parent, 12),
            column("utilities", caption(MasterField.UTILITIES), _utilities, 24),
        ],
        load=catalog.organisations,
        key=lambda row: str(row.code),
        heading=lambda row: f"{row.code}  {row.name}",
        fields=[
            line(MasterField.CODE, PLAIN, fixed=True),
            line(MasterField.NAME, PLAIN),
            choice(MasterField.PARENT, lambda: [(_(N_("nothing, it is at the top")), "")]),
            line(MasterField.UTILITIES, UTILITIES),
            line(MasterField.ACCOUNT_NO, PLAIN, first=True),
            line(MasterField.BANK, PLAIN, first=True),
            line(MasterField.ACCOUNT_NAME, PLAIN, first=True),
            line(MasterField.OPENING, MONEY, first=True),
            line(MasterField.OPENING_DAY, _DAY, hint="2026-01-01", first=True),
            line(MasterField.LAG, whole(MasterField.LAG), first=True),
        ],
        values=_organisation_values,
        save=_save_organisation,
        after=_organisation_after,
        kinds=("organisation", "bank_account"),
        choices={"parent": _parents},
        new_title=N_("New organisation"),
    )


def accounts() -> Section:
    """Return the part of the designated accounts."""
    return Section(
        name="accounts",
        title=N_("Accounts"),
        about=N_(
            "The days are those that the bank takes after the clearing. All else decides where "
            "money goes: saving it sends it to a second person for approval."
        ),
        columns=[
            column("organisation", N_("Organisation"), lambda row: row.view.organisation, 10),
            column("name", caption(MasterField.NAME), lambda row: row.name, 22),
            column("account_no", caption(MasterField.ACCOUNT_NO), _account_no, 22),
            column("bank", caption(MasterField.BANK), lambda row: row.view.bank, 18),
            column("opening_fen", caption(MasterField.OPENING), _opening, 14, numeric=True),
            column("lag", caption(MasterField.LAG), _lag, 8, numeric=True),
        ],
        load=_account_rows,
        key=lambda row: str(row.view.organisation),
        heading=lambda row: f"{row.view.account_no}  {row.name}",
        fields=[
            line(MasterField.ACCOUNT_NO, PLAIN),
            line(MasterField.BANK, PLAIN),
            line(MasterField.ACCOUNT_NAME, PLAIN),
            line(MasterField.OPENING, MONEY),
            line(MasterField.OPENING_DAY, _DAY),
            line(MasterField.LAG, whole(MasterField.LAG)),
        ],
        values=lambda row: {name: getattr(row.view, name) for name in _OF_ACCOUNT},
        save=_save_account,
        after=lambda row, _values: replace(
            row, view=replace(row.view, version=row.view.version + 1)
        ),
        kinds=("bank_account", "organisation"),
        order={
            "opening_fen": lambda row: row.view.opening_fen or 0,
            "lag": lambda row: row.view.arrival_lag_days,
        },
    )


def _read_day(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return parse_day(text)
    except BadDate:
        raise WrongInput(value=text, field=MasterField.OPENING_DAY) from None


_DAY = Text(read=_read_day, write=day)


def _organisation_values(row: OrganisationView | None) -> Values:
    if row is None:
        return {"parent": "", MasterField.LAG.value: 0}
    return {name: getattr(row, name) for name in _OF_ORGANISATION}


def _save_organisation(values: Values, row: OrganisationView | None) -> Saving:
    edit = OrganisationEdit(**{name: values[name] or "" for name in _OF_ORGANISATION})
    if row is not None:
        return Saving(call=partial(change_organisation, edit=edit, seen=row.version))
    account = AccountEdit(**{name: values[name] for name in _OF_ACCOUNT})
    return Saving(call=partial(add_organisation, organisation=edit, account=account))


def _organisation_after(row: OrganisationView, _values: Values) -> OrganisationView:
    return replace(row, version=row.version + 1)


def _parents(rows: Sequence[OrganisationView]) -> Options:
    return [
        (_(N_("nothing, it is at the top")), ""),
        *((f"{row.code} {row.name}", row.code) for row in rows),
    ]


def _account_rows(session: ReadSession) -> Sequence[AccountRow]:
    names = {one.code: one.name for one in catalog.organisations(session)}
    return [
        AccountRow(view=view, name=names.get(view.organisation, ""))
        for view in catalog.accounts(session)
    ]


def _save_account(values: Values, row: AccountRow) -> Saving:
    edit = AccountEdit(**{name: values[name] for name in _OF_ACCOUNT})
    owner = row.view.organisation
    return Saving(
        call=partial(change_account, organisation=owner, edit=edit, seen=row.view.version)
    )


def _utilities(row: OrganisationView) -> str:
    return UTILITIES.write(row.utilities)


def _account_no(row: AccountRow) -> str:
    return row.view.account_no


def _opening(row: AccountRow) -> str:
    return amount(row.view.opening_fen)


def _lag(row: AccountRow) -> str:
    return str(row.view.arrival_lag_days)
