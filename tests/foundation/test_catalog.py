"""Organisations, accounts, channels, the chart of accounts, settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.audit.queries import records, verify_chain
from app.base.errors import NotAllowed
from app.catalog.model import LedgerAccount
from app.catalog.queries import (
    AccountView,
    ChannelView,
    OrganisationView,
    accounts,
    channels,
    ledger_accounts,
    organisations,
)
from app.catalog.rules import (
    AccountChangeNeedsApproval,
    AccountKind,
    ChannelChangeNeedsApproval,
    ChannelKind,
    ChannelRow,
    Cycle,
    FeeBearer,
    FeeRule,
    Loaded,
    OrganisationRow,
    ParentCycle,
    Purpose,
    RepeatedCode,
    RowRefused,
    UnknownParent,
    distinct,
    in_cycle,
)
from app.catalog.service import (
    add_defaults,
    load_channels,
    load_organisations,
)
from app.db.workspace import Actor, Tx, Workspace

PROVINCE = OrganisationRow(line=2, code="33", name="省公司", account_no="6222000001")
CITY = OrganisationRow(
    line=3,
    code="3301",
    name="市公司",
    parent="33",
    utilities="电",
    bank="工商银行",
    account_name="市公司电费专户",
    account_no="6222000002",
    opening_fen=100_00,
    opening_on=20260101,
)
COUNTY = OrganisationRow(
    line=4, code="330106", name="区公司", parent="3301", account_no="6222000003"
)
ROWS = [COUNTY, CITY, PROVINCE]

ICBC = ChannelRow(
    line=2,
    code="ICBC",
    name="工商银行",
    kind="bank",
    cutoff=1380,
    cycle_days=2,
    cycle="working",
    rate_ppm=1000,
    minimum_fen=10,
    maximum_fen=5000,
    refund_returns_fee=1,
    fee_bearer="platform",
    account_no="6222",
)


def load(workspace: Workspace, actor: Actor, *rows: OrganisationRow) -> Loaded:
    return workspace.write(actor, load_organisations, rows=rows, file_label="org.csv").value


def load_channel(workspace: Workspace, actor: Actor, *rows: ChannelRow) -> Loaded:
    return workspace.write(actor, load_channels, rows=rows, file_label="channels.csv").value


def channel(workspace: Workspace, code: str) -> ChannelView:
    return next(row for row in workspace.read(channels) if row.code == code)


def test_the_first_load_takes_effect(workspace: Workspace, clerk: Actor) -> None:
    loaded = load(workspace, clerk, *ROWS)

    assert loaded == Loaded(added=("330106", "3301", "33"))
    found = workspace.read(organisations)
    assert [(row.code, row.parent) for row in found] == [
        ("33", ""),
        ("3301", "33"),
        ("330106", "3301"),
    ]
    assert found[1] == OrganisationView(
        id=found[1].id,
        code="3301",
        name="市公司",
        parent="33",
        utilities="电",
        version=2,
    )
    account = workspace.read(accounts)[1]
    assert account == AccountView(
        id=account.id,
        organisation="3301",
        bank="工商银行",
        account_name="市公司电费专户",
        account_no="6222000002",
        opening_fen=100_00,
        opening_on=date(2026, 1, 1),
        arrival_lag_days=0,
        version=1,
    )


def test_loading_again_changes_nothing(workspace: Workspace, clerk: Actor) -> None:
    load(workspace, clerk, *ROWS)
    before = workspace.read(verify_chain)

    assert load(workspace, clerk, *ROWS) == Loaded(unchanged=("330106", "3301", "33"))
    assert workspace.read(verify_chain) == before


def test_new_ones_are_added_and_names_and_parents_follow_the_file(
    workspace: Workspace, clerk: Actor
) -> None:
    load(workspace, clerk, PROVINCE, CITY)
    before = workspace.read(verify_chain).count
    renamed = replace(CITY, name="新名", parent="")

    loaded = load(workspace, clerk, PROVINCE, renamed, replace(COUNTY, parent="33"))

    assert loaded == Loaded(added=("330106",), changed=("3301",), unchanged=("33",))
    log = [row for row in workspace.read(records, after=before) if row.verb == "changed"]
    assert [(row.object_key, row.before, row.after) for row in log] == [
        (
            "3301",
            '{"name":"市公司","parent":"33","utilities":"电"}',
            '{"name":"新名","parent":"33","utilities":"电"}',
        )
    ]
    assert load(workspace, clerk, replace(COUNTY, parent="3301")).changed == ("330106",)


@pytest.mark.parametrize(
    "change",
    [
        {"account_no": "999"},
        {"bank": "建设银行"},
        {"account_name": "x"},
        {"opening_fen": 0},
        {"opening_on": 20260102},
    ],
)
@pytest.mark.parametrize("who", ["clerk", "supervisor", "administrator"])
def test_changing_an_account_needs_approval(
    sqlite_workspace: Workspace, people: dict[str, Actor], who: str, change: dict[str, object]
) -> None:
    load(sqlite_workspace, people["clerk"], *ROWS)
    before = sqlite_workspace.read(accounts)
    with pytest.raises(AccountChangeNeedsApproval) as caught:
        load(
            sqlite_workspace,
            people[who],
            replace(PROVINCE, name="x"),
            replace(CITY, **change),  # type: ignore[arg-type]
        )

    assert caught.value.params["value"] == "3301"
    assert caught.value.params["line"] == 3
    assert sqlite_workspace.read(accounts) == before
    assert "x" not in {row.name for row in sqlite_workspace.read(organisations)}


def test_empty_fields_say_nothing_about_an_account(workspace: Workspace, clerk: Actor) -> None:
    load(workspace, clerk, *ROWS)
    short = replace(CITY, bank="", account_name="", opening_fen=None, opening_on=None, utilities="")

    assert load(workspace, clerk, short) == Loaded(unchanged=("3301",))


@pytest.mark.parametrize(
    ("rows", "error", "line"),
    [
        ([PROVINCE, replace(PROVINCE, line=9, name="x")], RepeatedCode, 9),
        ([replace(PROVINCE, parent="none")], UnknownParent, 2),
        ([replace(PROVINCE, parent="33")], ParentCycle, 2),
        ([replace(PROVINCE, parent="3301"), CITY], ParentCycle, 2),
        ([replace(PROVINCE, code="")], RowRefused, 2),
        ([replace(PROVINCE, name="")], RowRefused, 2),
        ([replace(PROVINCE, account_no="")], RowRefused, 2),
    ],
)
def test_impossible_rows_are_refused_as_a_whole(
    sqlite_workspace: Workspace,
    clerk: Actor,
    rows: list[OrganisationRow],
    error: type[RowRefused],
    line: int,
) -> None:
    other = replace(COUNTY, parent="", code="other", line=1)
    with pytest.raises(error, match=r"org\.csv") as caught:
        load(sqlite_workspace, clerk, other, *rows)

    assert caught.value.params["line"] == line
    assert sqlite_workspace.read(organisations) == []


def test_a_parent_in_the_database_can_close_a_circle(
    sqlite_workspace: Workspace, clerk: Actor
) -> None:
    load(sqlite_workspace, clerk, PROVINCE, CITY)
    with pytest.raises(ParentCycle):
        load(sqlite_workspace, clerk, replace(PROVINCE, parent="3301"))


def test_the_same_row_twice_counts_once(sqlite_workspace: Workspace, clerk: Actor) -> None:
    assert load(sqlite_workspace, clerk, PROVINCE, replace(PROVINCE, line=7)).added == ("33",)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("clerk", True),
        ("supervisor", True),
        ("administrator", True),
        ("checker", False),
        ("auditor", False),
        ("reader", False),
    ],
)
def test_who_loads_master_data(
    sqlite_workspace: Workspace,
    people: dict[str, Actor],
    who: str,
    allowed: bool,  # noqa: FBT001
) -> None:
    if allowed:
        assert load(sqlite_workspace, people[who], PROVINCE).added
        assert load_channel(sqlite_workspace, people[who], ICBC).changed
        return
    with pytest.raises(NotAllowed):
        load(sqlite_workspace, people[who], PROVINCE)
    with pytest.raises(NotAllowed):
        load_channel(sqlite_workspace, people[who], ICBC)


def test_channels_are_loaded_over_what_shipped(workspace: Workspace, clerk: Actor) -> None:
    new = replace(ICBC, line=3, code="NEWBANK", name="新银行")
    before = workspace.read(verify_chain).count

    loaded = load_channel(workspace, clerk, ICBC, new)

    assert loaded == Loaded(added=("NEWBANK",), changed=("ICBC",), cutoff_changed=("ICBC",))
    found = channel(workspace, "ICBC")
    assert found == ChannelView(
        id=found.id,
        code="ICBC",
        name="工商银行",
        kind=ChannelKind.BANK,
        cutoff_minutes=1380,
        cycle_days=2,
        cycle=Cycle.WORKING,
        rate_ppm=1000,
        minimum_fen=10,
        maximum_fen=5000,
        refund_returns_fee=True,
        fee_bearer=FeeBearer.PLATFORM,
        account_no="6222",
        shipped=False,
        active=True,
        version=2,
    )
    log = workspace.read(records, after=before)
    assert [(row.object_key, row.verb) for row in log] == [
        ("ICBC", "changed"),
        ("NEWBANK", "created"),
    ]
    assert '"cutoff_minutes":1440' in log[0].before
    assert '"cutoff_minutes":1380' in log[0].after


def test_loading_channels_again_changes_nothing(workspace: Workspace, clerk: Actor) -> None:
    load_channel(workspace, clerk, ICBC)
    before = workspace.read(verify_chain)

    assert load_channel(workspace, clerk, ICBC) == Loaded(unchanged=("ICBC",))
    assert workspace.read(verify_chain) == before


def test_a_channel_that_was_loaded_needs_more_rights(
    sqlite_workspace: Workspace, clerk: Actor, supervisor: Actor
) -> None:
    load_channel(sqlite_workspace, clerk, ICBC)
    other = replace(ICBC, name="x")
    with pytest.raises(NotAllowed):
        load_channel(sqlite_workspace, clerk, other)

    assert load_channel(sqlite_workspace, supervisor, other).changed == ("ICBC",)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"cutoff": 1200}, "cutoff"),
        ({"cycle_days": 3, "rate_ppm": 999}, "cycle_days, rate_ppm"),
        ({"fee_bearer": "payee"}, "fee_bearer"),
        ({"account_no": "6223"}, "account_no"),
    ],
)
def test_rules_of_a_channel_are_not_loaded_over_by_one_person(
    sqlite_workspace: Workspace,
    clerk: Actor,
    supervisor: Actor,
    change: dict[str, object],
    named: str,
) -> None:
    load_channel(sqlite_workspace, clerk, ICBC)

    with pytest.raises(ChannelChangeNeedsApproval, match="line 2") as caught:
        load_channel(sqlite_workspace, supervisor, replace(ICBC, **change))  # type: ignore[arg-type]

    assert caught.value.params["changes"] == named


def test_what_shipped_counts_as_loaded_once_a_file_says_the_same(
    sqlite_workspace: Workspace, clerk: Actor
) -> None:
    shipped = channel(sqlite_workspace, "ABC")
    same = ChannelRow(line=2, code="ABC", name=shipped.name, kind="bank")

    assert load_channel(sqlite_workspace, clerk, same) == Loaded(unchanged=("ABC",))
    assert not channel(sqlite_workspace, "ABC").shipped


@pytest.mark.parametrize(
    "change",
    [
        {"code": ""},
        {"code": "ALL"},
        {"name": ""},
        {"kind": "shop"},
        {"cutoff": -1},
        {"cutoff": 1441},
        {"cycle_days": -1},
        {"cycle_days": 61},
        {"cycle": "moon"},
        {"rate_ppm": -1},
        {"rate_ppm": 1_000_001},
        {"minimum_fen": -1},
        {"maximum_fen": -1},
        {"minimum_fen": 5001},
        {"refund_returns_fee": 2},
        {"fee_bearer": "nobody"},
    ],
)
def test_impossible_channels_are_refused(
    sqlite_workspace: Workspace, administrator: Actor, change: dict[str, object]
) -> None:
    good = replace(ICBC, line=1, code="NEWBANK")
    with pytest.raises(RowRefused, match=r"channels\.csv, line 2"):
        load_channel(
            sqlite_workspace,
            administrator,
            good,
            replace(ICBC, **change),  # type: ignore[arg-type]
        )

    assert "NEWBANK" not in {row.code for row in sqlite_workspace.read(channels)}


def test_what_ships(workspace: Workspace) -> None:
    found = {row.code: row for row in workspace.read(channels)}

    codes = "ICBC ABC BOC CCB CMB BCM PSBC CUP ALIPAY WECHAT EWALLET ELOAN EBILL INTERNAL"
    assert list(found) == codes.split()
    for row in found.values():
        assert (row.cutoff_minutes, row.cycle_days, row.cycle) == (1440, 1, Cycle.CALENDAR)
        assert (row.fee_rule, row.fee_bearer, row.shipped) == (None, FeeBearer.PAYEE, True)
    assert found["INTERNAL"].kind is ChannelKind.INTERNAL
    assert found["EWALLET"].kind is ChannelKind.WALLET
    chart = workspace.read(ledger_accounts)
    assert {row.purpose for row in chart} == {*Purpose, None}
    assert len({row.code for row in chart}) == len(chart)
    assert {row.kind for row in chart} == set(AccountKind)


def test_defaults_are_added_once_and_never_over_a_users(
    sqlite_workspace: Workspace, administrator: Actor
) -> None:
    assert sqlite_workspace.write(administrator, add_defaults).value == 0

    def work(tx: Tx) -> int:
        bank = tx.session.get(LedgerAccount, "1002")
        assert bank is not None
        tx.session.delete(bank)
        tx.session.flush()
        tx.session.add(
            LedgerAccount(code="1002.01", name="专户", kind=AccountKind.ASSET, purpose=Purpose.BANK)
        )
        tx.session.flush()
        return add_defaults(tx)

    assert sqlite_workspace.write(administrator, work).value == 1
    chart = {row.code: row for row in sqlite_workspace.read(ledger_accounts)}
    assert chart["1002"].purpose is None
    assert chart["1002.01"].purpose is Purpose.BANK


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE channel SET cutoff_minutes = 1441",
        "UPDATE channel SET rate_ppm = -1",
        "UPDATE channel SET minimum_fen = 2, maximum_fen = 1",
        "UPDATE channel SET fee_bearer = 'x'",
        "UPDATE channel SET code = 'ABC'",
        "UPDATE organisation SET parent_id = id",
        "UPDATE organisation SET parent_id = 99999",
        "DELETE FROM organisation",
        "UPDATE bank_account SET organisation_id = 99999",
        "UPDATE ledger_account SET purpose = 'bank'",
    ],
)
def test_the_database_guards_master_data(
    workspace: Workspace, clerk: Actor, statement: str
) -> None:
    load(workspace, clerk, *ROWS)

    def work(tx: Tx) -> None:
        tx.connection.execute(text(statement))

    with pytest.raises(IntegrityError):
        workspace.write(clerk, work)


@pytest.mark.parametrize(
    ("rule", "amount", "fee"),
    [
        (FeeRule(rate_ppm=3000), 10_000, 30),
        (FeeRule(rate_ppm=3000), -10_000, 0),
        (FeeRule(rate_ppm=3000, refund_returns_fee=True), -10_000, -30),
        (FeeRule(rate_ppm=3000, minimum_fen=50), 10_000, 50),
        (FeeRule(rate_ppm=3000, maximum_fen=20), 10_000, 20),
    ],
)
def test_fee_rules(rule: FeeRule, amount: int, fee: int) -> None:
    assert rule.fee(amount) == fee


def test_a_channels_fee_rule(workspace: Workspace, clerk: Actor) -> None:
    load_channel(workspace, clerk, ICBC)

    assert channel(workspace, "ICBC").fee_rule == FeeRule(
        rate_ppm=1000, minimum_fen=10, maximum_fen=5000, refund_returns_fee=True
    )


def test_distinct_keeps_the_first_of_equal_rows() -> None:
    assert distinct([PROVINCE, replace(PROVINCE, line=9)], "x") == [PROVINCE]


CODES = st.sampled_from("abcdef")


@given(st.dictionaries(CODES, CODES | st.just("")))
def test_circles_are_found(parents: dict[str, str]) -> None:
    def is_below_itself(code: str) -> bool:
        above = parents.get(code, "")
        for _ in range(10):
            if above == code:
                return True
            above = parents.get(above, "")
        return False

    bad = in_cycle(parents)
    assert (bad is None) == (not any(is_below_itself(code) for code in parents))
    assert bad is None or is_below_itself(bad)
