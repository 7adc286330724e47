"""Master data changed by hand: organisations, accounts, channels, calendar, chart, settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from app.audit.queries import AuditRow, records
from app.audit.stale import ChangedByOther
from app.base.errors import NotAllowed, NotFound, WrongInput
from app.calendar.queries import CalendarRow, days, known_years
from app.calendar.service import know_year, override_day
from app.catalog.channel_editing import ChannelEdit, LimitsCrossed, add_channel
from app.catalog.editing import (
    AccountEdit,
    BelowItself,
    CodeTaken,
    FieldMissing,
    OrganisationEdit,
    add_ledger_account,
    add_organisation,
    change_organisation,
    rename_ledger_account,
)
from app.catalog.queries import (
    ChannelView,
    OrganisationView,
    accounts,
    channels,
    ledger_accounts,
    organisations,
    setting,
)
from app.catalog.rules import (
    SETTINGS,
    AccountKind,
    ChannelKind,
    MasterField,
    Purpose,
    SettingName,
)
from app.closing.master import change_account, change_channel, change_purpose, change_setting
from app.db.workspace import Actor, Tx, Workspace
from app.wording.labels import label

PROVINCE = OrganisationEdit(code="33", name="省公司")
CITY = OrganisationEdit(code="3301", name="市公司", parent="33", utilities="电")
ACCOUNT = AccountEdit(account_no="6222000001", bank="工商银行", account_name="电费专户")
NEW = ChannelEdit(code="NB", name="新银行", kind=ChannelKind.BANK)


@pytest.fixture
def known(workspace: Workspace, supervisor: Actor) -> Workspace:
    """Return a database with a province and a city below it."""
    for one in (PROVINCE, CITY):
        workspace.write(supervisor, add_organisation, organisation=one, account=ACCOUNT)
    return workspace


def organisation(workspace: Workspace, code: str) -> OrganisationView:
    return next(row for row in workspace.read(organisations) if row.code == code)


def channel(workspace: Workspace, code: str) -> ChannelView:
    return next(row for row in workspace.read(channels) if row.code == code)


def edit_of(view: ChannelView) -> ChannelEdit:
    return ChannelEdit(**{name: getattr(view, name) for name in ChannelEdit.__slots__})


def last(workspace: Workspace) -> AuditRow:
    return workspace.read(records, after=0, limit=100_000)[-1]


def test_an_organisation_comes_with_its_account(known: Workspace) -> None:
    found = organisation(known, "3301")

    assert (found.parent, found.utilities) == ("33", "电")
    assert [row.organisation for row in known.read(accounts)] == ["33", "3301"]
    assert (last(known).verb, last(known).object_key) == ("created", "3301")


@pytest.mark.parametrize(
    ("organisation_", "account", "problem"),
    [
        (replace(CITY, code=""), ACCOUNT, FieldMissing),
        (replace(CITY, code="9", name=" "), ACCOUNT, FieldMissing),
        (replace(CITY, code="9", parent="77"), ACCOUNT, WrongInput),
        (replace(CITY, code="9 9"), ACCOUNT, WrongInput),
        (replace(CITY, code="9" * 33), ACCOUNT, WrongInput),
        (replace(CITY, code="9", name="名" * 201), ACCOUNT, WrongInput),
        (replace(CITY, code="9", utilities="电\n"), ACCOUNT, WrongInput),
        (replace(CITY, code="9"), replace(ACCOUNT, account_no=""), FieldMissing),
        (replace(CITY, code="9"), replace(ACCOUNT, opening_fen=1), FieldMissing),
        (replace(CITY, code="9"), replace(ACCOUNT, opening_on=date(2026, 1, 1)), FieldMissing),
        (replace(CITY, code="9"), replace(ACCOUNT, arrival_lag_days=61), WrongInput),
        (
            replace(CITY, code="9"),
            replace(ACCOUNT, opening_fen=10**16, opening_on=date(2026, 1, 1)),
            WrongInput,
        ),
        (CITY, ACCOUNT, CodeTaken),
    ],
)
def test_impossible_organisations(
    known: Workspace,
    supervisor: Actor,
    organisation_: OrganisationEdit,
    account: AccountEdit,
    problem: type[Exception],
) -> None:
    with pytest.raises(problem):
        known.write(supervisor, add_organisation, organisation=organisation_, account=account)

    assert len(known.read(organisations)) == 2


def test_a_refusal_names_the_field(known: Workspace, supervisor: Actor) -> None:
    with pytest.raises(FieldMissing) as caught:
        known.write(
            supervisor,
            add_organisation,
            organisation=replace(CITY, code="9", name=""),
            account=ACCOUNT,
        )

    assert caught.value.params["field"] is MasterField.NAME
    assert caught.value.user_message() == f"Fill in: {label(MasterField.NAME)}."


def test_an_organisation_is_renamed_and_moved(known: Workspace, supervisor: Actor) -> None:
    seen = organisation(known, "3301").version
    edit = OrganisationEdit(code="3301", name="杭州", parent="", utilities="")

    known.write(supervisor, change_organisation, edit=edit, seen=seen)

    found = organisation(known, "3301")
    assert (found.name, found.parent, found.utilities) == ("杭州", "", "")
    assert last(known).before == '{"name":"市公司","parent":"33","utilities":"电"}'


def test_an_unchanged_form_changes_nothing(known: Workspace, supervisor: Actor) -> None:
    before = last(known).sequence
    seen = organisation(known, "3301").version

    known.write(supervisor, change_organisation, edit=CITY, seen=seen)
    known.write(supervisor, change_account, organisation="33", edit=ACCOUNT, seen=1)
    known.write(
        supervisor,
        change_channel,
        edit=edit_of(channel(known, "ICBC")),
        seen=channel(known, "ICBC").version,
    )

    assert last(known).sequence == before


def test_two_windows_do_not_overwrite_each_other(known: Workspace, supervisor: Actor) -> None:
    seen = organisation(known, "3301").version
    known.write(supervisor, change_organisation, edit=replace(CITY, name="甲"), seen=seen)

    with pytest.raises(ChangedByOther) as caught:
        known.write(supervisor, change_organisation, edit=replace(CITY, name="乙"), seen=seen)

    assert caught.value.params["name"] == "supervisor"
    assert organisation(known, "3301").name == "甲"


def test_a_tree_has_no_circle(known: Workspace, supervisor: Actor) -> None:
    seen = organisation(known, "33").version

    with pytest.raises(BelowItself):
        known.write(
            supervisor, change_organisation, edit=replace(PROVINCE, parent="3301"), seen=seen
        )
    with pytest.raises(NotFound):
        known.write(supervisor, change_organisation, edit=replace(CITY, code="9"), seen=1)


def test_the_days_of_a_bank_can_be_changed(known: Workspace, supervisor: Actor) -> None:
    edit = replace(ACCOUNT, arrival_lag_days=2)

    known.write(supervisor, change_account, organisation="3301", edit=edit, seen=1)

    (row,) = [row for row in known.read(accounts) if row.organisation == "3301"]
    assert (row.arrival_lag_days, row.version) == (2, 2)
    with pytest.raises(ChangedByOther):
        known.write(supervisor, change_account, organisation="3301", edit=edit, seen=1)
    with pytest.raises(NotFound):
        known.write(supervisor, change_account, organisation="9", edit=edit, seen=1)


def test_a_channel_is_added_and_changed(workspace: Workspace, supervisor: Actor) -> None:
    workspace.write(supervisor, add_channel, edit=NEW)
    edit = replace(NEW, name="更新银行", kind=ChannelKind.THIRD_PARTY, active=False)

    workspace.write(supervisor, change_channel, edit=edit, seen=1)

    found = channel(workspace, "NB")
    assert edit_of(found) == edit
    assert (found.version, found.shipped) == (2, False)
    with pytest.raises(ChangedByOther):
        workspace.write(supervisor, change_channel, edit=NEW, seen=1)
    with pytest.raises(NotFound):
        workspace.write(supervisor, change_channel, edit=replace(NEW, code="X"), seen=1)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (replace(NEW, code="ALL"), CodeTaken),
        (replace(NEW, code="ICBC"), CodeTaken),
        (replace(NEW, name=""), FieldMissing),
        (replace(NEW, cutoff_minutes=1441), WrongInput),
        (replace(NEW, cycle_days=-1), WrongInput),
        (replace(NEW, rate_ppm=1_000_001), WrongInput),
        (replace(NEW, minimum_fen=1), FieldMissing),
        (replace(NEW, rate_ppm=1, minimum_fen=2, maximum_fen=1), LimitsCrossed),
    ],
)
def test_impossible_channels(
    workspace: Workspace, supervisor: Actor, edit: ChannelEdit, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        workspace.write(supervisor, add_channel, edit=edit)


def test_a_day_is_set_off_and_back(workspace: Workspace, supervisor: Actor) -> None:
    day = date(2027, 5, 5)
    workspace.write(supervisor, override_day, day=day, working=False, note="台风", seen=None)
    row = CalendarRow(day=day, working=False, note="台风")

    assert row in workspace.read(days, year=2027)
    with pytest.raises(ChangedByOther):
        workspace.write(supervisor, override_day, day=day, working=True, note="", seen=None)
    with pytest.raises(WrongInput):
        workspace.write(supervisor, override_day, day=day, working=True, note="x" * 101, seen=row)
    workspace.write(supervisor, override_day, day=day, working=None, note="", seen=row)
    assert row not in workspace.read(days, year=2027)


def test_which_years_are_known(workspace: Workspace, supervisor: Actor) -> None:
    assert 2099 not in workspace.read(known_years)

    workspace.write(supervisor, know_year, year=2099)

    assert workspace.read(known_years)[2099] == "supervisor"


def test_the_chart_is_extended_and_renamed(workspace: Workspace, supervisor: Actor) -> None:
    workspace.write(
        supervisor, add_ledger_account, code="100201", name="工行专户", kind=AccountKind.ASSET
    )
    workspace.write(
        supervisor, rename_ledger_account, code="100201", name="工行电费户", seen="工行专户"
    )

    chart = {row.code: row.name for row in workspace.read(ledger_accounts)}
    assert chart["100201"] == "工行电费户"
    with pytest.raises(ChangedByOther):
        workspace.write(supervisor, rename_ledger_account, code="100201", name="x", seen="工行专户")
    with pytest.raises(CodeTaken):
        workspace.write(
            supervisor, add_ledger_account, code="1002", name="x", kind=AccountKind.ASSET
        )
    with pytest.raises(WrongInput):
        workspace.write(
            supervisor, add_ledger_account, code="１００２", name="x", kind=AccountKind.ASSET
        )
    with pytest.raises(NotFound):
        workspace.write(supervisor, rename_ledger_account, code="9999", name="x", seen="")


@pytest.mark.parametrize("name", SettingName)
def test_settings_stay_within_their_bounds(
    workspace: Workspace, supervisor: Actor, administrator: Actor, name: SettingName
) -> None:
    actor = administrator if name is SettingName.IDLE_LOCK_MINUTES else supervisor
    bounds = SETTINGS[name]
    now = workspace.read(setting, name)
    assert bounds.lowest <= now <= bounds.highest

    for value in (bounds.lowest - 1, bounds.highest + 1):
        with pytest.raises(WrongInput):
            workspace.write(actor, change_setting, name=name, value=value)
    with pytest.raises(ChangedByOther):
        workspace.write(actor, change_setting, name=name, value=bounds.highest, seen=now + 1)

    assert workspace.read(setting, name) == now


def test_the_lock_of_the_window_is_set_at_once(workspace: Workspace, administrator: Actor) -> None:
    name = SettingName.IDLE_LOCK_MINUTES

    assert workspace.write(administrator, change_setting, name=name, value=7).value is None

    assert workspace.read(setting, name) == 7
    assert (last(workspace).object_key, last(workspace).after) == (name.value, "7")


def test_a_setting_that_is_missing_is_told(sqlite_workspace: Workspace, supervisor: Actor) -> None:
    def forget(tx: Tx) -> None:
        tx.connection.execute(text("DELETE FROM setting"))
        change_setting(tx, name=SettingName.TIMING_MINUTES, value=1)

    with pytest.raises(NotFound):
        sqlite_workspace.write(supervisor, forget)


def test_limits_are_the_supervisors_and_the_window_is_the_administrators(
    workspace: Workspace, supervisor: Actor, administrator: Actor
) -> None:
    with pytest.raises(NotAllowed):
        workspace.write(
            administrator, change_setting, name=SettingName.ARRIVAL_TOLERANCE_FEN, value=1
        )
    with pytest.raises(NotAllowed):
        workspace.write(supervisor, change_setting, name=SettingName.IDLE_LOCK_MINUTES, value=1)


@pytest.mark.parametrize("who", ["clerk", "checker", "auditor", "administrator", "reader"])
def test_others_change_no_master_data(
    workspace: Workspace, people: dict[str, Actor], who: str
) -> None:
    for verb, values in (
        (add_organisation, {"organisation": CITY, "account": ACCOUNT}),
        (change_organisation, {"edit": CITY, "seen": 1}),
        (change_account, {"organisation": "33", "edit": ACCOUNT, "seen": 1}),
        (add_channel, {"edit": NEW}),
        (change_channel, {"edit": NEW, "seen": 1}),
        (add_ledger_account, {"code": "100202", "name": "x", "kind": AccountKind.ASSET}),
        (rename_ledger_account, {"code": "1002", "name": "x", "seen": "y"}),
        (change_purpose, {"code": "1002", "purpose": Purpose.BANK, "seen": "1002"}),
        (change_setting, {"name": SettingName.TIMING_MINUTES, "value": 1}),
        (override_day, {"day": date(2026, 1, 1), "working": True, "note": "", "seen": None}),
        (know_year, {"year": 2099}),
    ):
        with pytest.raises(NotAllowed):
            workspace.write(people[who], verb, **values)  # type: ignore[arg-type]
