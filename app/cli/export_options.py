"""The words of the commands that write for other programs, and read back."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from app.base.i18n import _
from app.cli.options import choice, day
from app.matching.rules import Task


def sheet_out(command: argparse.ArgumentParser) -> None:
    """Add what `discrepancies-export` takes."""
    command.add_argument("file", type=Path, metavar=_("FILE"), help=_("a workbook, .xlsx"))
    command.add_argument(
        "--date", type=day, metavar=_("DATE"), help=_("only of this business date")
    )
    choice(command, "--task", Task, _("TASK"), _("only of this task: {values}"))


def sheet_in(command: argparse.ArgumentParser) -> None:
    """Add what `discrepancies-import` takes."""
    command.add_argument("file", type=Path, metavar=_("FILE"), help=_("the workbook filled in"))
    command.add_argument(
        "--apply", action="store_true", help=_("assign, note and draft what has no problem")
    )


def vouchers_export(command: argparse.ArgumentParser) -> None:
    """Add what `vouchers-export` takes."""
    command.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar=_("FILE"),
        help=_("ends with .xlsx, .csv or .xml"),
    )
    command.add_argument(
        "--layout", default="two-columns", metavar=_("NAME"), help=_("columns and their order")
    )
    period = command.add_mutually_exclusive_group()
    period.add_argument("--month", type=_month, metavar=_("YYYY-MM"), help=_("only this month"))
    period.add_argument("--date", type=day, metavar=_("DATE"), help=_("only this business date"))
    command.add_argument("--payee", default="", metavar=_("CODE"), help=_("in whose book"))


def _month(text: str) -> int:
    """Read a month such as 2026-10 as 202610."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("“{text}” is no month; write it as 2026-10").format(text=text)
        ) from None
    return found.year * 100 + found.month
