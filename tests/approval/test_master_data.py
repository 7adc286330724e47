"""Master data of weight: one person asks for a change, another agrees, and then it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adjustments.posting import Line, Person, ToPost, post
from app.adjustments.rules import VoucherKind
from app.approval.queries import pending_about, requests, requests_by_id
from app.approval.rules import (
    Action,
    AlreadyDecided,
    AlreadyRequested,
    NotYourRequest,
    OwnRequest,
    PasswordNeeded,
    RequestChanged,
    RequestState,
    UnknownRequest,
)
from app.audit.queries import records
from app.base.errors import DayClosed, NotAllowed
from app.calendar.model import ClosedDay
from app.calendar.queries import closed_days
from app.catalog.channel_editing import ChannelEdit, apply_channel
from app.catalog.editing import (
    AccountEdit,
    ClassDiffers,
    OrganisationEdit,
    PurposeTaken,
    add_ledger_account,
    add_organisation,
)
from app.catalog.queries import accounts, channels, ledger_accounts, setting
from app.catalog.rules import SETTINGS, AccountKind, Cycle, FeeBearer, Purpose, SettingName
from app.catalog.service import apply_setting
from app.closing.deciding import (
    approve_request,
    pending_requests,
    return_request,
    withdraw_request,
)
from app.closing.master import (
    StillHolds,
    change_account,
    change_channel,
    change_purpose,
    change_setting,
)
from app.closing.model import DayClose
from app.closing.reopening import request_reopening
from app.closing.rules import CloseState
from app.db.workspace import Actor, Tx, Workspace
from app.identity.service import add_user, login
from app.intake.rules import Kind
from app.wording.labels import label
from tests.books import Books, payment, record
from tests.conftest import PASSWORD

PAYEE = OrganisationEdit(code="33", name="省公司")
ACCOUNT = AccountEdit(account_no="6222000001", bank="工商银行", account_name="电费专户")
OPENING = replace(ACCOUNT, opening_fen=100_00, opening_on=date(2026, 3, 1))
TOLERANCE = SettingName.CHANNEL_TOLERANCE_FEN
NEW_BANK = "1002.09"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A database with a payee, and people who gave their password just now."""

    workspace: Workspace
    supervisor: Actor
    checker: Actor

    def ask(self, verb: Callable[..., int | None], **values: Any) -> int:
        request = self.workspace.write(self.supervisor, verb, **values).value
        assert request is not None
        return request

    def approve(self, request: int, **values: Any) -> bool:
        return self.workspace.write(
            self.checker, approve_request, request_id=request, **values
        ).value

    def state(self, request: int) -> RequestState:
        (found,) = self.workspace.read(requests_by_id, [request])
        return found.state


@pytest.fixture
def office(workspace: Workspace, supervisor: Actor) -> Office:
    workspace.write(supervisor, add_organisation, organisation=PAYEE, account=ACCOUNT)
    return Office(
        workspace=workspace,
        supervisor=login(workspace, "supervisor", PASSWORD),
        checker=login(workspace, "checker", PASSWORD),
    )


def account(workspace: Workspace) -> AccountEdit:
    (row,) = workspace.read(accounts)
    return AccountEdit(**{name: getattr(row, name) for name in AccountEdit.__slots__})


def channel(workspace: Workspace, code: str = "ICBC") -> tuple[ChannelEdit, int]:
    row = next(one for one in workspace.read(channels) if one.code == code)
    return ChannelEdit(**{name: getattr(row, name) for name in ChannelEdit.__slots__}), row.version


def purposes(workspace: Workspace) -> dict[Purpose | None, str]:
    return {row.purpose: row.code for row in workspace.read(ledger_accounts)}


@pytest.mark.parametrize(
    "edit",
    [
        replace(ACCOUNT, account_no="6222999"),
        replace(ACCOUNT, bank="建设银行"),
        replace(ACCOUNT, account_name="别人"),
        OPENING,
        replace(OPENING, arrival_lag_days=3),
    ],
)
def test_an_account_changes_when_a_second_person_agrees(office: Office, edit: AccountEdit) -> None:
    request = office.ask(change_account, organisation="33", edit=edit, seen=1)
    assert account(office.workspace) == ACCOUNT
    (asked,) = office.workspace.read(requests_by_id, [request])
    assert (asked.action, asked.object_key) == (Action.CHANGE_ACCOUNT, "33")

    assert office.approve(request, seen=asked.digest)

    assert account(office.workspace) == edit
    last = office.workspace.read(records, after=0, limit=10_000)[-1]
    assert (last.verb, last.object_type, last.actor) == ("changed", "bank_account", "checker")
    assert office.state(request) is RequestState.APPROVED


def test_a_moved_cut_off_moves_the_entries_once_it_is_agreed_to(
    office: Office, clerk: Actor, tmp_path: Path
) -> None:
    books = Books(workspace=office.workspace, actor=clerk, folder=tmp_path)
    books.load("payments", payment(1, 支付时间="2026-03-03 23:30:00"))
    books.load("icbc", record(1, 交易时间="2026-03-03 23:30:00"))
    before, seen = channel(office.workspace)
    request = office.ask(change_channel, edit=replace(before, cutoff_minutes=23 * 60), seen=seen)
    assert books.days(Kind.PAYMENTS) == {"Z1": 20260303}

    office.approve(request)

    assert books.days(Kind.PAYMENTS) == {"Z1": 20260304}


def test_what_a_closed_day_forbids_is_not_approved(
    office: Office, clerk: Actor, tmp_path: Path
) -> None:
    books = Books(workspace=office.workspace, actor=clerk, folder=tmp_path)
    books.load("payments", payment(1, 支付时间="2026-03-03 23:30:00"))
    before, seen = channel(office.workspace)
    request = office.ask(change_channel, edit=replace(before, cutoff_minutes=23 * 60), seen=seen)
    close(office, clerk, date(2026, 3, 3))

    with pytest.raises(DayClosed):
        office.approve(request)

    assert office.state(request) is RequestState.PENDING
    assert channel(office.workspace)[0] == before
    assert books.days(Kind.PAYMENTS) == {"Z1": 20260303}


def close(office: Office, actor: Actor, day: date) -> None:
    def work(tx: Tx) -> None:
        tx.session.add(ClosedDay(business_on=day, closed_at=tx.at, closed_by=tx.actor.name))

    office.workspace.write(actor, work)


@pytest.mark.parametrize(
    "change",
    [
        {"cutoff_minutes": 1380},
        {"cycle_days": 2},
        {"cycle": Cycle.WORKING},
        {"rate_ppm": 3000, "minimum_fen": 10, "maximum_fen": 5000},
        {"refund_returns_fee": True},
        {"fee_bearer": FeeBearer.PLATFORM},
        {"account_no": "6222"},
    ],
)
def test_the_rules_of_a_channel_need_two_people(office: Office, change: dict[str, Any]) -> None:
    before, seen = channel(office.workspace)
    edit = replace(before, name="另一个名字", **change)
    request = office.ask(change_channel, edit=edit, seen=seen)
    assert channel(office.workspace)[0] == before

    office.approve(request)

    assert channel(office.workspace)[0] == edit


@pytest.mark.parametrize("name", [one for one in SettingName if one != "idle_lock_minutes"])
def test_every_setting_that_bears_on_money_needs_two_people(
    office: Office, name: SettingName
) -> None:
    before, after = office.workspace.read(setting, name), SETTINGS[name].lowest + 2
    request = office.ask(change_setting, name=name, value=after, seen=before)
    assert office.workspace.read(setting, name) == before != after

    office.approve(request)

    assert office.workspace.read(setting, name) == after


def test_another_account_serves_a_purpose(office: Office) -> None:
    office.workspace.write(
        office.supervisor, add_ledger_account, code=NEW_BANK, name="新户", kind=AccountKind.ASSET
    )
    request = office.ask(change_purpose, code=NEW_BANK, purpose=Purpose.BANK, seen="1002")
    assert purposes(office.workspace)[Purpose.BANK] == "1002"

    office.approve(request)

    assert purposes(office.workspace)[Purpose.BANK] == NEW_BANK
    assert sum(purpose is not None for purpose in purposes(office.workspace)) == len(Purpose)
    again = office.workspace.write(
        office.supervisor, change_purpose, code=NEW_BANK, purpose=Purpose.BANK, seen=NEW_BANK
    )
    assert again.value is None


def test_impossible_purposes(office: Office) -> None:
    office.workspace.write(
        office.supervisor, add_ledger_account, code="6603.09", name="x", kind=AccountKind.EXPENSE
    )
    finance = purposes(office.workspace)[Purpose.FINANCE_COST]
    for code, problem in (("6603.09", ClassDiffers), (finance, PurposeTaken)):
        with pytest.raises(problem):
            office.ask(change_purpose, code=code, purpose=Purpose.BANK, seen="1002")


def test_a_purpose_stays_while_its_account_holds_something(office: Office) -> None:
    office.workspace.write(
        office.supervisor, add_ledger_account, code=NEW_BANK, name="新户", kind=AccountKind.ASSET
    )
    asked = {"code": NEW_BANK, "purpose": Purpose.BANK, "seen": "1002"}
    request = office.ask(change_purpose, **asked)
    office.workspace.write(office.checker, post_to_the_bank)

    with pytest.raises(StillHolds, match=r"5\.00"):
        office.approve(request)
    with pytest.raises(StillHolds):
        office.ask(change_purpose, **asked)

    assert purposes(office.workspace)[Purpose.BANK] == "1002"


def post_to_the_bank(tx: Tx) -> None:
    lines = (
        Line(purpose=Purpose.BANK, account_no="6222", debit_fen=500),
        Line(purpose=Purpose.ADVANCE_RECEIPTS, credit_fen=500),
    )
    wanted = ToPost(
        payee="33",
        business_on=date(2026, 3, 3),
        kind=VoucherKind.ARRIVALS,
        summary="x",
        source="x",
        lines=lines,
        maker=Person(id=tx.actor.user_id, name=tx.actor.name),
    )
    post(tx, wanted=wanted)


def test_who_asked_does_not_agree(office: Office) -> None:
    request = office.ask(change_setting, name=TOLERANCE, value=5)

    with pytest.raises(OwnRequest):
        office.workspace.write(office.supervisor, approve_request, request_id=request)

    assert office.workspace.read(setting, TOLERANCE) == 0


@pytest.mark.parametrize("who", ["clerk", "auditor", "reader", "administrator"])
def test_others_decide_nothing(office: Office, who: str) -> None:
    request = office.ask(change_setting, name=TOLERANCE, value=5)
    actor = login(office.workspace, who, PASSWORD)

    with pytest.raises(NotAllowed):
        office.workspace.write(actor, approve_request, request_id=request)
    with pytest.raises(NotAllowed):
        office.workspace.write(actor, return_request, request_id=request, reason="x")
    with pytest.raises(NotYourRequest):
        office.workspace.write(actor, withdraw_request, request_id=request)

    assert office.state(request) is RequestState.PENDING


def test_a_second_supervisor_agrees(office: Office, administrator: Actor) -> None:
    office.workspace.write(
        administrator, add_user, name="boss", password=PASSWORD, roles=["supervisor"]
    )
    request = office.ask(change_setting, name=TOLERANCE, value=5)
    boss = login(office.workspace, "boss", PASSWORD)

    assert office.workspace.write(boss, approve_request, request_id=request).value

    assert office.workspace.read(setting, TOLERANCE) == 5


def test_an_old_password_decides_nothing(office: Office) -> None:
    request = office.ask(change_setting, name=TOLERANCE, value=5)
    tired = replace(office.checker, proved_at=datetime.now(UTC) - timedelta(minutes=5, seconds=1))

    with pytest.raises(PasswordNeeded):
        office.workspace.write(tired, approve_request, request_id=request)

    assert office.workspace.read(setting, TOLERANCE) == 0


def test_what_changed_meanwhile_is_not_approved(office: Office) -> None:
    before, seen = channel(office.workspace)
    first = office.ask(change_channel, edit=replace(before, rate_ppm=1), seen=seen)
    second = office.ask(change_setting, name=TOLERANCE, value=5)
    office.workspace.write(office.supervisor, apply_setting, name=TOLERANCE, value=3)
    office.workspace.write(office.supervisor, apply_channel, edit=replace(before, cycle_days=9))

    for request in (first, second):
        with pytest.raises(RequestChanged):
            office.approve(request)

    assert office.workspace.read(setting, TOLERANCE) == 3
    assert channel(office.workspace)[0].rate_ppm is None


def test_what_was_not_looked_at_is_not_approved(office: Office) -> None:
    request = office.ask(change_setting, name=TOLERANCE, value=5)

    with pytest.raises(RequestChanged):
        office.approve(request, seen="0" * 64)


def test_an_edit_of_the_same_thing_voids_what_was_asked(office: Office) -> None:
    before, seen = channel(office.workspace)
    request = office.ask(change_channel, edit=replace(before, rate_ppm=1), seen=seen)
    asked = office.ask(change_account, organisation="33", edit=OPENING, seen=1)

    office.workspace.write(
        office.supervisor, change_channel, edit=replace(before, name="x"), seen=seen
    )
    lag = replace(ACCOUNT, arrival_lag_days=2)
    office.workspace.write(office.supervisor, change_account, organisation="33", edit=lag, seen=1)

    assert {office.state(one) for one in (request, asked)} == {RequestState.VOID}
    with pytest.raises(AlreadyDecided):
        office.approve(request)


def test_one_change_of_a_thing_waits_at_a_time(office: Office) -> None:
    office.ask(change_setting, name=TOLERANCE, value=5)

    with pytest.raises(AlreadyRequested):
        office.ask(change_setting, name=TOLERANCE, value=6)

    assert len(office.workspace.read(requests)) == 1


def test_a_request_is_withdrawn_or_returned(office: Office) -> None:
    request = office.ask(change_setting, name=TOLERANCE, value=5)
    office.workspace.write(office.supervisor, withdraw_request, request_id=request)
    again = office.ask(change_setting, name=TOLERANCE, value=6)
    office.workspace.write(office.checker, return_request, request_id=again, reason="too much")

    for one in (request, again):
        with pytest.raises(AlreadyDecided):
            office.approve(one)

    assert office.workspace.read(setting, TOLERANCE) == 0
    assert office.workspace.read(pending_about, "setting", TOLERANCE.value) is None
    with pytest.raises(UnknownRequest):
        office.approve(10**6)


def test_the_queue_says_what_waits_for_whom(office: Office) -> None:
    before, seen = channel(office.workspace)
    office.ask(change_account, organisation="33", edit=OPENING, seen=1)
    office.ask(change_channel, edit=replace(before, rate_ppm=1), seen=seen)
    office.ask(change_setting, name=TOLERANCE, value=5)

    theirs = office.workspace.read(pending_requests, office.checker)
    ours = office.workspace.read(pending_requests, office.supervisor)

    assert [one.title for one in theirs] == [
        "Bank account of 33 省公司",
        f"Channel ICBC {before.name}",
        f"Setting: {label(TOLERANCE)}",
    ]
    assert [(one.mine, one.decidable) for one in theirs] == [(False, True)] * 3
    assert [(one.mine, one.decidable) for one in ours] == [(True, False)] * 3
    change = theirs[2].change
    assert change is not None
    assert (change.before, change.after) == (0, 5)


def test_reopening_a_day_is_decided_by_the_same_door(office: Office, clerk: Actor) -> None:
    day = date(2026, 3, 3)
    close(office, clerk, day)
    office.workspace.write(office.supervisor, close_books, day=day)
    request = office.ask(request_reopening, day=day, reason="a late file")

    assert office.approve(request)

    assert not office.workspace.read(closed_days)


def close_books(tx: Tx, *, day: date) -> None:
    """Store a closing without figures, as closing an empty day would."""
    tx.session.add(
        DayClose(
            business_on=day,
            state=CloseState.CLOSED,
            totals=f'{{"days":["{day.isoformat()}"]}}',
            previous_hash="0" * 64,
            hash="1" * 64,
            closed_by=tx.actor.name,
            closed_at=tx.at,
            reopened_by="",
            agreed_by="",
            reason="",
        )
    )
