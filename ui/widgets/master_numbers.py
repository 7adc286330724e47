"""Tolerances and windows, the chart of accounts and days, as parts of the master data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from app.base.errors import BadAmount, WrongInput
from app.base.i18n import N_, _
from app.base.money import parse_yuan
from app.calendar.queries import CalendarRow
from app.calendar.service import override_day
from app.catalog import queries as catalog
from app.catalog.editing import PurposeTaken, add_ledger_account, rename_ledger_account
from app.catalog.rules import (
    OF_ADMINISTRATORS,
    SETTINGS,
    AccountKind,
    Bounds,
    MasterField,
    Purpose,
    SettingName,
    Unit,
)
from app.closing.master import change_purpose, change_setting
from app.db.workspace import ReadSession, Tx
from app.identity.rules import Permission
from app.wording.labels import label as label_of
from ui.formatting import amount, count, day_with_weekday
from ui.widgets.edit_form import Field
from ui.widgets.editors import ChoiceEditor, Editor, Options
from ui.widgets.master_sections import Saving, Section, Values, caption, choice, column, line
from ui.widgets.reading_texts import PLAIN

WORKING = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """A number that a supervisor can change."""

    name: SettingName
    value: int

    @property
    def bounds(self) -> Bounds:
        """Between which numbers it lies."""
        return SETTINGS[self.name]

    def written(self, value: int) -> str:
        """Return one of its values without the unit."""
        return amount(value) if self.bounds.unit is Unit.FEN else count(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A day of the calendar: what is said of it, and what an ordinary week would say."""

    day: date
    said: CalendarRow | None
    ordinary: bool

    @property
    def working(self) -> bool:
        """Whether people work on it."""
        return self.ordinary if self.said is None else self.said.working


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """An account of the chart; `served` are the codes of the accounts that serve a purpose."""

    code: str
    name: str
    kind: AccountKind
    purpose: Purpose | None
    served: Mapping[Purpose, str]


def settings() -> Section:
    """Return the part of the tolerances and windows."""
    return Section(
        name="settings",
        title=N_("Tolerances and windows"),
        about=N_(
            "A tolerated difference still matches; the rest is booked, never dropped. Runs that "
            "are done keep what they were made with: reconcile again to use new numbers. A number "
            "is changed only when a second person agrees."
        ),
        columns=[
            column("name", caption(MasterField.NAME), lambda row: label_of(row.name), 44),
            column("value", caption(MasterField.VALUE), _value, 12, numeric=True),
            column("unit", N_("Unit"), lambda row: label_of(row.bounds.unit), 12),
            column("bounds", N_("Possible"), _bounds, 16),
        ],
        load=_setting_rows,
        key=lambda row: str(row.name.value),
        heading=_setting_heading,
        fields=[line(MasterField.VALUE, PLAIN)],
        values=_setting_values,
        save=_save_setting,
        after=lambda row, values: replace(row, value=_number(row, values["value"])),
        kinds=("setting",),
        order={"value": lambda row: row.value},
        permission=Permission.SET_LIMITS,
    )


def ledger() -> Section:
    """Return the part of the chart of accounts."""
    return Section(
        name="ledger",
        title=N_("Chart of accounts"),
        about=N_(
            "What the program books on an account by itself stands beside it. Another account "
            "takes that over only when a second person agrees."
        ),
        columns=[
            column("code", caption(MasterField.CODE), lambda row: row.code, 12),
            column("name", caption(MasterField.NAME), lambda row: row.name, 34),
            column("kind", N_("Class"), lambda row: label_of(row.kind), 12),
            column("purpose", caption(MasterField.PURPOSE), _purpose, 24),
        ],
        load=_ledger_rows,
        key=lambda row: str(row.code),
        heading=lambda row: f"{row.code}  {row.name}",
        fields=[
            line(MasterField.CODE, PLAIN, hint="2241.03", fixed=True),
            line(MasterField.NAME, PLAIN),
            replace(
                choice(MasterField.KIND, lambda: [(label_of(one), one) for one in AccountKind]),
                caption=N_("Class"),
                fixed=True,
            ),
            replace(choice(MasterField.PURPOSE, _purposes), later=True),
        ],
        values=_ledger_values,
        save=_save_ledger,
        after=lambda row, values: replace(row, name=values["name"]),
        kinds=("ledger_account",),
        new_title=N_("New account"),
    )


def days() -> Section:
    """Return the part of the working days; its list is the calendar."""
    return Section(
        name="calendar",
        title=N_("Calendar"),
        about=N_(
            "Working days count when money is due and when a difference is old. Space makes a "
            "day off or a working day."
        ),
        columns=[],
        load=lambda _session: (),
        key=lambda row: str(row.day.isoformat()),
        heading=_day_heading,
        fields=[
            Field(name=WORKING, caption=N_("This day is"), editor=_working),
            line(MasterField.NOTE, PLAIN),
        ],
        values=lambda row: {
            WORKING: None if row.said is None else row.said.working,
            "note": "" if row.said is None else row.said.note,
        },
        save=_save_day,
        after=_day_after,
        kinds=("calendar_day",),
    )


def toggled(row: DayRow) -> Values:
    """Return the values that make a working day free, and a free day a working one."""
    working = not row.working
    if working == row.ordinary:
        return {WORKING: None, "note": ""}
    return {WORKING: working, "note": ""}


def _setting_rows(session: ReadSession) -> Sequence[SettingRow]:
    return [
        SettingRow(name=name, value=value)
        for name, value in catalog.settings(session).items()
        if name not in OF_ADMINISTRATORS
    ]


def _setting_heading(row: SettingRow) -> str:
    text = _(N_("{name} ({unit}, {bounds})"))
    unit = label_of(row.bounds.unit)
    return text.format(name=label_of(row.name), unit=unit, bounds=_bounds(row))


def _setting_values(row: SettingRow) -> Values:
    return {"value": row.written(row.value)}


def _save_setting(values: Values, row: SettingRow) -> Saving:
    value = _number(row, values["value"])
    return Saving(call=partial(change_setting, name=row.name, value=value, seen=row.value))


def _number(row: SettingRow, text: str) -> int:
    """What is typed, in the unit of the setting."""
    if row.bounds.unit is Unit.FEN:
        try:
            return parse_yuan(text)
        except BadAmount:
            raise WrongInput(value=text, field=MasterField.VALUE) from None
    plain = text.strip().replace(",", "")
    if not (plain.isascii() and plain.isdigit()):
        raise WrongInput(value=text, field=MasterField.VALUE)
    return int(plain)


def _value(row: SettingRow) -> str:
    return row.written(row.value)


def _bounds(row: SettingRow) -> str:
    bounds = row.bounds
    return f"{row.written(bounds.lowest)} – {row.written(bounds.highest)}"


def _ledger_rows(session: ReadSession) -> Sequence[LedgerRow]:
    rows = catalog.ledger_accounts(session)
    served = {row.purpose: row.code for row in rows if row.purpose is not None}
    return [
        LedgerRow(code=row.code, name=row.name, kind=row.kind, purpose=row.purpose, served=served)
        for row in rows
    ]


def _ledger_values(row: LedgerRow | None) -> Values:
    if row is None:
        return {"kind": AccountKind.ASSET}
    return {"code": row.code, "name": row.name, "kind": row.kind, "purpose": row.purpose}


def _save_ledger(values: Values, row: LedgerRow | None) -> Saving:
    code, name = values["code"], values["name"]
    if row is None:
        return Saving(call=partial(add_ledger_account, code=code, name=name, kind=values["kind"]))
    purpose = values["purpose"]
    if purpose is None and row.purpose is not None:
        raise PurposeTaken(code=row.code, purpose=row.purpose)
    return Saving(call=partial(_change_ledger, row=row, name=name, purpose=purpose))


def _change_ledger(tx: Tx, *, row: LedgerRow, name: str, purpose: Purpose | None) -> int | None:
    rename_ledger_account(tx, code=row.code, name=name, seen=row.name)
    if purpose is None or purpose is row.purpose:
        return None
    return change_purpose(tx, code=row.code, purpose=purpose, seen=row.served.get(purpose, ""))


def _purpose(row: LedgerRow) -> str:
    return label_of(row.purpose) if row.purpose else ""


def _purposes() -> Options:
    return [(_(N_("nothing")), None), *((label_of(one), one) for one in Purpose)]


def _working() -> Editor:
    return ChoiceEditor(
        [
            (_(N_("as in an ordinary week")), None),
            (_(N_("a day off")), False),
            (_(N_("a working day")), True),
        ]
    )


def _day_heading(row: DayRow) -> str:
    text = _(N_("{day}: a working day")) if row.working else _(N_("{day}: a day off"))
    return text.format(day=day_with_weekday(row.day))


def _save_day(values: Values, row: DayRow) -> Saving:
    call = partial(
        override_day, day=row.day, working=values[WORKING], note=values["note"], seen=row.said
    )
    return Saving(call=call)


def _day_after(row: DayRow, values: Values) -> DayRow:
    working = values[WORKING]
    if working is None:
        return replace(row, said=None)
    return replace(row, said=CalendarRow(day=row.day, working=working, note=values["note"]))
