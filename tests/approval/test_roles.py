"""Every business verb × every role: who may try, as domain.md §9 has it; written by hand.

What is tried is about nothing that is there: who may gets another answer than "not allowed".
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from app.adjustments import attachments as adjusting
from app.adjustments import reasons, service, suspense
from app.adjustments.drafting import Draft
from app.adjustments.rules import AdjustmentKind
from app.approval.rules import Action
from app.approval.service import Asked, submit
from app.arrivals import service as arrivals
from app.arrivals.queries import ArrivalFilter
from app.audit.search import AuditFilter
from app.base.errors import NotAllowed, UserError
from app.base.progress import Silent
from app.calendar import service as calendar
from app.catalog import editing
from app.catalog.channel_editing import ChannelEdit, add_channel
from app.catalog.editing import AccountEdit, OrganisationEdit
from app.catalog.rules import AccountKind, ChannelKind, OrganisationRow, Purpose, SettingName
from app.catalog.service import load_channels, load_organisations
from app.closing import closing, deciding, files, master, rejections, reopening, statements
from app.db.workspace import Actor, Tx, Workspace
from app.discrepancies import attachments, byhand, casework, undoing
from app.discrepancies import service as discrepancies
from app.discrepancies.reconciling import reconcile
from app.identity import service as identity
from app.identity.service import login
from app.intake.rules import Kind
from app.matching.rules import Task
from app.records.unmasking import unmask
from app.reporting import service as reporting
from app.upkeep.exporting import export_log
from tests.conftest import PASSWORD
from tests.texts import ROOT

DAY = date(2026, 3, 3)
CLERK, CHECKER, SUPERVISOR = "clerk", "checker", "supervisor"
ADMINISTRATOR, AUDITOR, READER = "administrator", "auditor", "reader"
ROLES = (CLERK, CHECKER, SUPERVISOR, ADMINISTRATOR, AUDITOR, READER)
ORGANISATION = OrganisationEdit(code="99", name="新单位")
ACCOUNT = AccountEdit(account_no="6222")
CHANNEL = ChannelEdit(code="NB", name="新银行", kind=ChannelKind.BANK)
DRAFT = Draft(kind=AdjustmentKind.CARRY_FORWARD, reason="x", discrepancy_ids=(1,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A verb with words it can be tried with, and who may."""

    fn: Callable[..., object]
    may: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    args: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.fn.__module__}.{self.fn.__name__}"


def verb(fn: Callable[..., object], *may: str, **values: Any) -> Verb:
    return Verb(fn=fn, may=may, values=values)


def _undo(tx: Tx) -> None:
    step = byhand.match_groups(tx, task=Task.CHANNEL, groups=[])
    undoing.undo(tx, step)


VERBS = (
    # files and reconciliation
    verb(files.undo_import, CLERK, file_id=9),
    verb(rejections.dismiss_rejection, CLERK, SUPERVISOR, ADMINISTRATOR, rejection_id=9),
    verb(reconcile, CLERK, day=DAY, tasks=[Task.CHANNEL], progress=Silent()),
    verb(byhand.match_entries, CLERK, task=Task.CHANNEL, ours=[1], theirs=[1]),
    verb(byhand.match_groups, CLERK, task=Task.CHANNEL, groups=[]),
    verb(byhand.accept, CLERK, task=Task.CHANNEL, suggestions=[9]),
    verb(_undo, CLERK),
    verb(
        discrepancies.match_by_hand, CLERK, task=Task.CHANNEL, ours=["A"], theirs=["B"], reason=""
    ),
    verb(discrepancies.unmatch, CLERK, match_ids=[9], reason="x"),
    verb(discrepancies.assign, CLERK, SUPERVISOR, ids=[9], to="clerk"),
    verb(discrepancies.explain, CLERK, ids=[9], reason="x"),
    verb(casework.assign_cases, CLERK, SUPERVISOR, ids=[9], to="clerk"),
    verb(casework.unassign_cases, CLERK, SUPERVISOR, ids=[9]),
    verb(casework.explain_cases, CLERK, ids=[9], reason="x"),
    verb(casework.reopen_case, CLERK, id_=9, reason="x"),
    verb(casework.add_note, CLERK, CHECKER, SUPERVISOR, id_=9, text="x"),
    verb(attachments.attach, CLERK, CHECKER, SUPERVISOR, id_=9, name="x.txt", content=b"x"),
    verb(attachments.detach, CLERK, CHECKER, SUPERVISOR, attachment_id=9),
    # adjustments
    verb(service.draft, CLERK, wanted=DRAFT),
    verb(service.revise, CLERK, number="X", wanted=DRAFT),
    verb(service.submit, CLERK, number="X"),
    verb(service.withdraw, CLERK, number="X"),
    verb(service.approve, CHECKER, numbers=["X"]),
    verb(service.send_back, CHECKER, number="X", reason="x"),
    verb(service.reverse_adjustment, CHECKER, number="X", reason="x"),
    verb(suspense.set_owner, CLERK, SUPERVISOR, item_ids=[9], owner="clerk"),
    verb(adjusting.attach, CLERK, CHECKER, SUPERVISOR, number="X", name="x.txt", content=b"x"),
    verb(adjusting.detach, CLERK, CHECKER, SUPERVISOR, attachment_id=9),
    # arrivals and days
    verb(arrivals.confirm, CLERK, batch_nos=["X"]),
    verb(arrivals.confirm_all_clean, CLERK, wanted=ArrivalFilter()),
    verb(arrivals.check, CHECKER, batch_nos=["X"]),
    verb(arrivals.unconfirm, CLERK, CHECKER, batch_nos=["X"], reason="x"),
    verb(closing.waive, SUPERVISOR, day=DAY, file_kind="payments", reason="x"),
    verb(closing.close_day, SUPERVISOR, day=DAY),
    verb(statements.submit_statement, CLERK, account_no="6222", day=DAY),
    verb(statements.approve_statement, CHECKER, number="YE1"),
    verb(statements.return_statement, CHECKER, number="YE1", reason="x"),
    verb(reopening.request_reopening, SUPERVISOR, day=DAY, reason="x"),
    verb(reopening.approve_reopening, CHECKER, SUPERVISOR, day=DAY),
    # master data
    verb(editing.add_organisation, SUPERVISOR, organisation=ORGANISATION, account=ACCOUNT),
    verb(editing.change_organisation, SUPERVISOR, edit=ORGANISATION, seen=1),
    verb(editing.add_ledger_account, SUPERVISOR, code="9999", name="x", kind=AccountKind.ASSET),
    verb(editing.rename_ledger_account, SUPERVISOR, code="1002", name="x", seen="y"),
    verb(add_channel, SUPERVISOR, edit=CHANNEL),
    verb(master.change_account, SUPERVISOR, organisation="99", edit=ACCOUNT, seen=1),
    verb(master.change_channel, SUPERVISOR, edit=CHANNEL, seen=1),
    verb(master.change_purpose, SUPERVISOR, code="1002", purpose=Purpose.BANK, seen=""),
    verb(master.change_setting, SUPERVISOR, name=SettingName.TIMING_MINUTES, value=1),
    verb(load_channels, CLERK, SUPERVISOR, ADMINISTRATOR, rows=[]),
    verb(
        load_organisations,
        *(CLERK, SUPERVISOR, ADMINISTRATOR),
        rows=[OrganisationRow(line=1, code="99", name="x", account_no="6222")],
    ),
    verb(reasons.set_reason, SUPERVISOR, code="X", name="x", kinds=(), active=True, new=True),
    verb(calendar.override_day, SUPERVISOR, day=DAY, working=True, note="", seen=None),
    verb(calendar.set_day, SUPERVISOR, day=DAY, working=True, note=""),
    verb(calendar.know_year, SUPERVISOR, year=2099),
    # people, papers, personal data
    verb(identity.add_user, ADMINISTRATOR, name="new", password="x", roles=["clerk"]),
    verb(identity.set_roles, ADMINISTRATOR, name="clerk", roles=["reader"]),
    verb(identity.disable_user, ADMINISTRATOR, name="clerk"),
    verb(identity.enable_user, ADMINISTRATOR, name="clerk"),
    verb(identity.set_password, ADMINISTRATOR, name="nobody", password="x"),
    verb(reporting.void, CLERK, CHECKER, SUPERVISOR, AUDITOR, number="X", reason="x"),
    verb(unmask, SUPERVISOR, AUDITOR, entries=[(Kind.ARRIVALS, 9)], reason="x"),
)

BELOW = {
    "app.approval.service": {"submit", "approve", "send_back", "withdraw", "void"},
    "app.adjustments.service": {"give_back_changed"},
    "app.calendar.service": {"seed"},
    "app.reporting.service": {"issue"},
}
"""What other verbs call, having asked themselves; `issue` takes prints that only they make."""


@pytest.mark.parametrize("one", VERBS, ids=lambda one: one.name)
def test_each_role_may_try_its_own_verbs_and_no_more(
    sqlite_workspace: Workspace, one: Verb
) -> None:
    allowed = {role for role in ROLES if _may(sqlite_workspace, role, one)}

    assert allowed == set(one.may)


def _may(workspace: Workspace, role: str, one: Verb) -> bool:
    actor = login(workspace, role, PASSWORD)

    def attempt(tx: Tx) -> None:
        try:
            one.fn(tx, **one.values)
        finally:
            # Whoever may has shown it; nothing of it is to stay for the next one.
            tx.last_steps.clear()
            tx.session.rollback()

    try:
        workspace.write(actor, attempt)
    except NotAllowed:
        return False
    except (UserError, ValueError):
        # ValueError: what is tried with names nothing; that is seen later than who tries it.
        return True
    return True


def test_the_table_knows_every_verb_of_every_service() -> None:
    known = {(one.fn.__module__, one.fn.__name__) for one in VERBS}
    known |= {(module, name) for module, names in BELOW.items() for name in names}

    assert set(_verbs()) - known == set()


def _verbs() -> list[tuple[str, str]]:
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts), function.name)
        for path in sorted((ROOT / "app").glob("*/service.py"))
        for function in ast.parse(path.read_text(encoding="utf-8")).body
        if path.parent.name != "audit"
        and isinstance(function, ast.FunctionDef)
        and not function.name.startswith(("_", "require"))
        and [argument.arg for argument in function.args.args[:1]] == ["tx"]
    ]


DECIDERS = {
    Action.POST_ADJUSTMENT: {CHECKER},
    Action.REVERSE_ADJUSTMENT: {CHECKER},
    Action.CHANGE_ACCOUNT: {CHECKER, SUPERVISOR},
    Action.CHANGE_CHANNEL: {CHECKER, SUPERVISOR},
    Action.CHANGE_SETTING: {CHECKER, SUPERVISOR},
    Action.CHANGE_PURPOSE: {CHECKER, SUPERVISOR},
    Action.REOPEN_DAY: {CHECKER, SUPERVISOR},
    Action.APPROVE_STATEMENT: {CHECKER},
}


@pytest.mark.parametrize("action", Action)
def test_who_decides_which_request(
    sqlite_workspace: Workspace, people: dict[str, Actor], action: Action
) -> None:
    asked = Asked(action=action, object_type="x", object_key="x", digest="0" * 64)
    request = sqlite_workspace.write(people[CLERK], submit, asked=asked).value

    for name in ("approve_request", "return_request"):
        fn = getattr(deciding, name)
        values = {"reason": "x"} if name == "return_request" else {}
        one = verb(fn, request_id=request, **values)
        allowed = {role for role in ROLES if _may(sqlite_workspace, role, one)}
        if (name, action) != ("return_request", Action.POST_ADJUSTMENT):
            assert allowed == DECIDERS[action]


@pytest.mark.parametrize("role", ROLES)
def test_only_the_auditor_takes_the_log_away(
    sqlite_workspace: Workspace, people: dict[str, Actor], tmp_path: Any, role: str
) -> None:
    target = tmp_path / "log.jsonl"
    if role == AUDITOR:
        assert export_log(sqlite_workspace, people[role], target, wanted=AuditFilter()).records
        return
    with pytest.raises(NotAllowed):
        export_log(sqlite_workspace, people[role], target)
    assert not target.exists()
