"""Every action of the window × every role: possible or not, as domain.md §9 has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Opening, settle
from ui.actions import ACTIONS

CLERK, CHECKER, SUPERVISOR = "clerk", "checker", "supervisor"
ADMINISTRATOR, AUDITOR = "administrator", "auditor"
ROLES = (CLERK, CHECKER, SUPERVISOR, ADMINISTRATOR, AUDITOR, "reader")

ADJUSTING = (
    *("reconcile.adjust", "reconcile.park", "reconcile.carry", "discrepancies.adjust"),
    *(f"discrepancies.adjust_{number}" for number in range(1, 10)),
    *("adjustments.edit", "adjustments.submit", "adjustments.withdraw", "adjustments.claim"),
    *("adjustments.refund", "adjustments.transfer", "adjustments.small", "adjustments.clear_up"),
)
MATCHING = (
    *("reconcile.match", "reconcile.accept", "reconcile.accept_all", "reconcile.apart"),
    "reconcile.undo_last",
)
LOADING = (
    *("board.import", "files.open", "files.folder", "files.replace", "files.retry"),
    *("files.undo", "files.dismiss", "files.cancel"),
)
NOTING = (
    *("reconcile.note", "discrepancies.note", "discrepancies.attach", "discrepancies.paste"),
    *("adjustments.attach", "adjustments.paste"),
)
USERS = ("add_user", "roles", "password", "disable", "enable")


def _all(names: Iterable[str], roles: set[str]) -> dict[str, set[str]]:
    return {name: roles for name in names}  # noqa: C420 - a table, read only


ONLY: Mapping[str, set[str]] = {
    **_all(ADJUSTING, {CLERK}),
    **_all(MATCHING, {CLERK}),
    **_all(LOADING, {CLERK}),
    **_all(NOTING, {CLERK, CHECKER, SUPERVISOR}),
    **_all(("board.reconcile", "reconcile.run"), {CLERK}),
    **_all(("discrepancies.explain", "discrepancies.reopen", "discrepancies.import"), {CLERK}),
    **_all(
        ("discrepancies.assign_me", "discrepancies.assign", "discrepancies.unassign"),
        {CLERK, SUPERVISOR},
    ),
    "adjustments.owner": {CLERK, SUPERVISOR},
    **_all(("discrepancies.unmask", "arrivals.unmask"), {SUPERVISOR, AUDITOR}),
    **_all(("adjustments.approve", "adjustments.send_back", "adjustments.reverse"), {CHECKER}),
    "vouchers.reverse": {CHECKER},
    **_all(("arrivals.confirm", "arrivals.confirm_all", "reports.submit"), {CLERK}),
    **_all(("arrivals.check", "arrivals.check_all"), {CHECKER}),
    **_all((f"system.{name}" for name in USERS), {ADMINISTRATOR}),
    **_all(("system.backup", "system.restore"), {ADMINISTRATOR}),
    **_all(("system.verify", "system.chain"), {CLERK, CHECKER, SUPERVISOR, ADMINISTRATOR, AUDITOR}),
    **_all(("system.export", "system.find", "system.clear"), {AUDITOR}),
    **_all(
        (f"{page}.print" for page in ("reports", "board", "vouchers", "arrivals", "adjustments")),
        {CLERK, CHECKER, SUPERVISOR, AUDITOR},
    ),
    **_all(("reports.save", "reports.void"), {CLERK, CHECKER, SUPERVISOR, AUDITOR}),
    "window.closing": {CLERK, CHECKER, SUPERVISOR, AUDITOR, "reader"},
}
"""Who alone may do what; all that is missing here only looks, or is weighed by what is chosen."""

BUSINESS_PAGES = {"board", "files", "reconcile", "discrepancies", "arrivals", "reports", "master"}


def test_the_table_knows_every_action_that_not_everybody_may_do() -> None:
    limited = {name for name, action in ACTIONS.items() if action.permission is not None}

    assert limited == set(ONLY)


@pytest.mark.parametrize("role", ROLES)
def test_no_action_is_possible_beyond_the_role(opened: Opening, qtbot: QtBot, role: str) -> None:
    window = opened(role)
    wrong = []
    for name in window.entries:
        window.show_page(name)
        settle(qtbot, window)
        for action, made in window.pages[name].actions_by_name.items():
            if made.isEnabled() and role not in ONLY.get(action, set(ROLES)):
                wrong.append(action)

    assert wrong == []


def test_the_administrator_sees_no_page_of_the_business(opened: Opening) -> None:
    window = opened(ADMINISTRATOR)

    assert not BUSINESS_PAGES & set(window.entries)
    assert set(window.entries) == {"system"}
    assert set(opened(CLERK).entries) >= BUSINESS_PAGES
