"""Which module holds which command, so that each loads no more than it needs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from app.cli.session import Command, Desk

_MODULES = {
    "init": "files",
    "user": "administration",
    "import": "files",
    "import-undo": "files",
    "profiles": "profiles",
    "reconcile": "work",
    "discrepancies": "listings",
    "matches": "listings",
    "match": "work",
    "unmatch": "work",
    "assign": "work",
    "explain": "work",
    "adjust": "adjusting",
    "approve": "adjusting",
    "return": "adjusting",
    "withdraw": "adjusting",
    "reverse": "adjusting",
    "claim": "adjusting",
    "confirm": "confirming",
    "check": "confirming",
    "unconfirm": "confirming",
    "close": "closing_days",
    "reopen": "closing_days",
    "discrepancies-export": "exporting",
    "discrepancies-import": "exporting",
    "vouchers-export": "exporting",
    "report": "reporting",
    "board": "listings",
    "backup": "administration",
    "restore": "administration",
    "verify": "administration",
    "anchor": "auditing",
    "audit-export": "auditing",
    "show": "window",
    "demo": "demonstration",
}
"""By the command's name; each module has a table `COMMANDS` of its own."""


def run(desk: Desk) -> int:
    """Run the command that the options name, and return its exit code."""
    name = str(desk.options.command)
    commands: Mapping[str, Command] = import_module(f"app.cli.{_MODULES[name]}").COMMANDS
    return commands[name](desk)
