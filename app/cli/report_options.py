"""The words of `report`."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.base.i18n import _
from app.cli.options import choice, day, values
from app.matching.rules import Task
from app.reporting.rules import Format, OffsetTooLarge, PageForm, ReportKind, offset_of


def report(command: argparse.ArgumentParser) -> None:
    """Add what `report` takes: a paper and what it is about, or one that was printed before."""
    command.add_argument(
        "name",
        nargs="?",
        choices=[kind.value for kind in ReportKind],
        metavar=_("NAME"),
        help=_("the paper: {values}").format(values=values(ReportKind)),
    )
    _printed_before(command)
    _about(command)
    _how(command)


def _printed_before(command: argparse.ArgumentParser) -> None:
    before = command.add_mutually_exclusive_group()
    for name, metavar, help_text in (
        ("--check", _("CODE"), _("check the verification code of a printed paper")),
        ("--reprint", _("NO."), _("print a paper once more, as it was")),
        ("--void", _("NO."), _("make a paper void; needs --reason")),
    ):
        before.add_argument(name, metavar=metavar, help=help_text)
    command.add_argument(
        "--file", type=Path, metavar=_("FILE"), help=_("with --check: a file to hold against it")
    )
    command.add_argument("--reason", default="", metavar=_("TEXT"), help=_("reason to be kept"))


def _about(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--date", type=day, metavar=_("DATE"), help=_("business date; else the latest loaded")
    )
    for name, dest, help_text in (
        ("--from", "first", _("first day of a period")),
        ("--to", "last", _("last day of a period")),
    ):
        command.add_argument(name, dest=dest, type=day, metavar=_("DATE"), help=help_text)
    for name, metavar, help_text in (
        ("--batch", _("BATCH"), _("nos. of clearing batches")),
        ("--order", _("ORDER"), _("nos. of orders, for receipts")),
        ("--number", _("NO."), _("numbers of confirmations, vouchers or adjustments")),
    ):
        command.add_argument(name, nargs="+", default=[], metavar=metavar, help=help_text)
    command.add_argument("--all", action="store_true", help=_("all of the day in one file"))
    command.add_argument(
        "--submit",
        action="store_true",
        help=_("freeze the bank reconciliation statement of an account and ask for approval"),
    )
    choice(command, "--task", Task, _("TASK"), _("only of this task: {values}"))
    for name, metavar, help_text in (
        ("--channel", _("CHANNEL"), _("one channel; else all")),
        ("--account", _("ACCOUNT"), _("one bank account")),
        ("--org", _("ORGANISATION"), _("one organisation, by its code")),
    ):
        command.add_argument(name, default="", metavar=metavar, help=help_text)


def _how(command: argparse.ArgumentParser) -> None:
    choice(command, "--format", Format, _("FORMAT"), _("written as: {values}"))
    choice(command, "--form", PageForm, _("FORM"), _("printed on: {values}"))
    command.add_argument(
        "--offset",
        type=_offset,
        default=(0, 0),
        metavar="X,Y",
        help=_("move the print on a form, in mm to the right and down, such as 2.5,-1"),
    )
    command.add_argument(
        "--out", type=Path, metavar=_("FILE"), help=_("where to write; else named by its number")
    )


def _offset(text: str) -> tuple[int, int]:
    try:
        return offset_of(text)
    except OffsetTooLarge as error:
        raise argparse.ArgumentTypeError(error.user_message()) from None
