"""Every command × every role: allowed or refused, as domain.md §9 has it.

The table is written by hand from the specification and never made from the program's own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from app.cli.parser import parser
from app.db.workspace import Workspace
from app.identity.queries import user_named
from app.identity.rules import PERMISSIONS, Permission, Role
from tests.cli.conftest import Sample, Shell
from tests.cli.finding import file_id, first_confirmed, first_match, first_open, keys

EVERYBODY = {"clerk", "checker", "supervisor", "administrator", "auditor", "reader"}
READERS = EVERYBODY - {"administrator"}
"""Who may see business data: all but the administrator, who sees no amounts."""

MAY: Mapping[str, set[str]] = {
    "init": EVERYBODY,
    "user list": {"administrator"},
    "user add": {"administrator"},
    "user disable": {"administrator"},
    "user password": {"administrator", "checker"},
    "import": {"clerk", "supervisor", "administrator"},
    "import-undo": {"clerk"},
    "profiles": EVERYBODY,
    "reconcile": {"clerk"},
    "discrepancies": READERS,
    "matches": READERS,
    "match": {"clerk"},
    "unmatch": {"clerk"},
    "assign": {"clerk", "supervisor"},
    "explain": {"clerk"},
    "adjust": {"clerk"},
    "approve": {"checker"},
    "return": {"checker"},
    "withdraw": {"clerk"},
    "reverse": {"checker"},
    "claim": {"clerk"},
    "confirm": {"clerk"},
    "check": {"checker"},
    "unconfirm": {"clerk", "checker"},
    "close": {"supervisor"},
    "reopen": {"supervisor"},
    "vouchers-export": READERS,
    "discrepancies-export": READERS,
    "discrepancies-import": {"clerk"},
    "report": {"clerk", "checker", "supervisor", "auditor"},
    "board": READERS,
    "backup": {"administrator"},
    "restore": {"administrator"},
    "verify": EVERYBODY - {"reader"},
    "anchor": {"supervisor", "administrator"},
    "audit-export": {"auditor"},
    "demo": EVERYBODY,
}
"""`import` is the one of master data; the password is the checker's own; `show` asks by itself."""

NEEDS_MORE = {
    "vouchers-export",
    "close",
    "reopen",
    "approve",
    "return",
    "withdraw",
    "reverse",
    "claim",
    "adjust",
}
"""What a reconciled day alone does not bring to its end: here only who may try is asked."""

ROLES = tuple(role.value for role in Role)


def test_the_table_knows_every_command() -> None:
    whole = parser()
    (commands,) = (one for one in whole._actions if isinstance(one, argparse._SubParsersAction))

    assert {one.split()[0] for one in MAY} | {"show"} == set(commands.choices)
    assert set(ROLES) == EVERYBODY


@pytest.mark.parametrize("command", MAY)
def test_each_role_may_do_its_own(command: str, day: Shell, sample: Sample, tmp_path: Path) -> None:
    words = _words(day, command, sample, tmp_path)
    # In the end the one who may: he may change what the others ask for.
    for role in sorted(EVERYBODY - MAY[command]):
        ended = day(*words, user=role)
        assert ended.code == 4, (role, ended)
        assert "not allowed" in ended.err, (role, ended.err)
        assert ended.out == "", role

    role = min(MAY[command])
    ended = day(*words, user=role)

    assert "not allowed" not in ended.err, (role, ended.err)
    assert command in NEEDS_MORE or ended.code == 0, ended.err


@pytest.mark.parametrize(
    ("command", "role"),
    [(command, role) for command in MAY for role in sorted(MAY[command])[1:]],
)
def test_others_with_the_right_may_do_it_too(
    command: str, role: str, day: Shell, sample: Sample, tmp_path: Path
) -> None:
    ended = day(*_words(day, command, sample, tmp_path), user=role)

    assert "not allowed" not in ended.err
    assert command in NEEDS_MORE or ended.code == 0, ended.err


# ---------------------------------------------------------------- three-way separation

CHANGES = frozenset(Permission) - {
    Permission.READ_BUSINESS,
    Permission.READ_AUDIT,
    Permission.VERIFY,
    Permission.UNMASK,
    Permission.PRINT,
}
DECIDES = {
    Permission.APPROVE,
    Permission.CHECK_ARRIVAL,
    Permission.SET_LIMITS,
    Permission.CLOSE_DAY,
    Permission.REOPEN_DAY,
}
BUSINESS = {
    "clerk": {
        *("read_business", "import", "reconcile", "match", "assign", "explain", "note", "adjust"),
        *("confirm_arrival", "print", "verify"),
    },
    "checker": {"read_business", "note", "approve", "check_arrival", "print", "verify"},
    "supervisor": {
        *("read_business", "assign", "note", "close_day", "reopen_day", "set_limits"),
        *("master_data", "unmask", "print", "verify"),
    },
    "administrator": {"manage_users", "set_up", "backup", "verify"},
    "auditor": {"read_business", "read_audit", "unmask", "print", "verify"},
    "reader": {"read_business"},
}
"""What each role holds, by the specification."""


@pytest.mark.parametrize("role", ROLES)
def test_each_role_holds_what_the_specification_gives_it(role: str) -> None:
    assert {one.value for one in PERMISSIONS[Role(role)]} == BUSINESS[role]


def test_administrators_approve_nothing_and_see_no_business() -> None:
    held = PERMISSIONS[Role.ADMINISTRATOR]

    assert not held & DECIDES
    assert not held & {Permission.READ_BUSINESS, Permission.PRINT, Permission.UNMASK}


def test_auditors_change_nothing() -> None:
    assert not PERMISSIONS[Role.AUDITOR] & CHANGES


def test_nobody_is_maker_and_checker_by_one_role() -> None:
    for held in PERMISSIONS.values():
        assert not {Permission.ADJUST, Permission.APPROVE} <= held
        assert not {Permission.CONFIRM_ARRIVAL, Permission.CHECK_ARRIVAL} <= held


def test_nobody_becomes_administrator_and_auditor(shell: Shell) -> None:
    words = ("user", "add", "both", "--role", "administrator", "--role", "auditor")

    ended = shell(*words, user="administrator")

    assert ended.code == 4
    assert "both administrator and auditor" in ended.err
    workspace = Workspace.open(shell.url)
    assert workspace.read(user_named, "both") is None
    workspace.close()


def test_the_administrator_sees_no_amount(day: Shell, sample: Sample) -> None:
    for command in ("board", "discrepancies", "matches"):
        ended = day(command, "--date", sample.day, "--json", user="administrator")
        assert (ended.code, ended.out) == (4, "")


# ---------------------------------------------------------------- commands that end well


def _words(day: Shell, command: str, sample: Sample, folder: Path) -> list[object]:
    """Return a command that whoever may would bring to its end."""
    first = first_match(day) if command in {"match", "unmatch"} else {}
    if command == "match":
        day.json("unmatch", first["id"], "--reason", "x")
    if command == "discrepancies-import":
        day("discrepancies-export", folder / "back.xlsx", user="clerk")
    if command == "restore":
        day.json("backup", folder / "saved.db", user="administrator")
    endings: dict[str, Callable[[], list[object]]] = {
        "import": lambda: [sample.folder / "master"],
        "import-undo": lambda: [file_id(day, next(sample.folder.rglob("payments_*.csv")))],
        "reconcile": lambda: ["--task", "arrival"],
        "match": lambda: ["--task", "channel", *keys(first)],
        "unmatch": lambda: [first["id"], "--reason", "x"],
        "assign": lambda: [first_open(day), "--to", "clerk"],
        "explain": lambda: [first_open(day), "--reason", "x"],
        "confirm": lambda: ["--all-clean", "--date", sample.day],
        "check": lambda: [first_confirmed(day, sample)],
        "unconfirm": lambda: [first_confirmed(day, sample), "--reason", "x"],
        "user add": lambda: ["ming", "--role", "clerk"],
        "user disable": lambda: ["checker"],
        "user password": lambda: ["checker"],
        "backup": lambda: [folder / "saved.db"],
        "restore": lambda: [folder / "saved.db"],
        "demo": lambda: [folder / "made", "--orders", 5],
        "adjust": lambda: [first_open(day), "--as", "carry_forward", "--reason", "x"],
        "approve": lambda: ["ADJ-2026-000001"],
        "return": lambda: ["ADJ-2026-000001", "--reason", "x"],
        "withdraw": lambda: ["ADJ-2026-000001"],
        "reverse": lambda: ["ADJ-2026-000001", "--reason", "x"],
        "claim": lambda: [1, "--household", "3100000001", "--reason", "x"],
        "close": lambda: [sample.day],
        "reopen": lambda: [sample.day, "--reason", "x"],
        "discrepancies-export": lambda: [folder / "list.xlsx"],
        "discrepancies-import": lambda: [folder / "back.xlsx"],
        "vouchers-export": lambda: ["--out", folder / "vouchers.csv"],
        "report": lambda: ["summary", "--date", sample.day, "--out", folder / "summary.pdf"],
        "audit-export": lambda: [folder / "log.jsonl"],
    }
    return [*command.split(), *endings.get(command, list)()]
