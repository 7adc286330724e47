"""The words of the command line; the names are a contract (cli.md)."""

from __future__ import annotations

import argparse
import os
import shutil
import unicodedata
from pathlib import Path
from typing import Any, NoReturn

from app.adjustments.rules import AdjustmentKind
from app.base.i18n import LANGUAGES, N_, _, ngettext
from app.cli.export_options import sheet_in, sheet_out, vouchers_export
from app.cli.options import choice, day, values
from app.cli.report_options import report
from app.discrepancies.rules import Status
from app.identity.rules import Role
from app.matching.rules import Kind, Task
from app.wording.adjusting import adjustment_kind
from app.wording.labels import label

ALL_TASKS = "all"

_ARGPARSE_WORDS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("%(heading)s:"),
    N_("show this help message and exit"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("expected at least one argument"),
    N_("expected one argument"),
    N_("ignored explicit argument %r"),
    N_("invalid %(type)s value: %(value)r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("the following arguments are required: %s"),
    N_("not allowed with argument %s"),
    N_("one of the arguments %s is required"),
    N_("unrecognized arguments: %s"),
    N_("%(prog)s: error: %(message)s\n"),
)
"""What argparse says itself; it is collected here because only our sources are searched."""

# argparse looks its words up through these two names; they now lead to our catalogue.
vars(argparse).update(_=_, ngettext=ngettext)


class Usage(Exception):
    """The words given make no sense; carries what to print."""


class _Formatter(argparse.HelpFormatter):
    """Keeps the lines of the usage below each other where its first word is wide."""

    def __init__(self, prog: str, **options: Any) -> None:
        self._wide = sum(unicodedata.east_asian_width(char) in "WF" for char in _("usage: "))
        columns = shutil.get_terminal_size().columns - 2 - self._wide
        super().__init__(prog, **{"width": columns, **options})

    def format_help(self) -> str:
        """Return the text; argparse counts each character of the first word as one column."""
        usage, blank, rest = super().format_help().partition("\n\n")
        return usage.replace("\n ", "\n " + " " * self._wide) + blank + rest


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Formatter, **options)

    def error(self, message: str) -> NoReturn:
        raise Usage(f"{self.format_usage()}{self.prog}: {message}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    general = _general(top=False)
    whole = _Parser(
        prog="duiping",
        description=_("Reconcile, confirm and close a utility's day of payments."),
        parents=[_general(top=True)],
    )
    commands = whole.add_subparsers(dest="command", metavar=_("COMMAND"), parser_class=_Parser)
    for name, help_text, fill in _COMMANDS:
        fill(commands.add_parser(name, help=_(help_text), parents=[general]))
    return whole


def _general(*, top: bool) -> _Parser:
    """Return the options that may stand before or after the command."""
    options = _Parser(add_help=False)

    def default(value: object) -> object:
        return value if top else argparse.SUPPRESS

    options.add_argument(
        "--user",
        default=default(os.environ.get("DUIPING_USER")),
        metavar=_("NAME"),
        help=_("who you are"),
    )
    options.add_argument(
        "--db",
        default=default(os.environ.get("DUIPING_DB")),
        metavar="URL",
        help=_("address of the database (SQLite or PostgreSQL)"),
    )
    options.add_argument(
        "--lang", choices=LANGUAGES, default=default(None), help=_("language of messages")
    )
    options.add_argument(
        "--json",
        action="store_true",
        default=default(value=False),
        help=_("write one JSON document and nothing else"),
    )
    options.add_argument(
        "--debug",
        action="store_true",
        default=default(value=False),
        help=_("show where in the program something failed"),
    )
    return options


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--org", type=Path, metavar=_("FILE"), help=_("organisations to load (template)")
    )
    command.add_argument("--demo-users", action="store_true", help=_("add one user of each role"))


def _user(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(
        dest="action", required=True, metavar=_("ACTION"), parser_class=_Parser
    )
    general = _general(top=False)
    add = actions.add_parser("add", parents=[general], help=_("add a user"))
    add.add_argument("name", metavar=_("NAME"), help=_("name of the user"))
    add.add_argument(
        "--role",
        action="append",
        required=True,
        metavar=_("ROLE"),
        help=_("what the user does here, more than once for several: {roles}").format(
            roles=", ".join(f"{role.value} ({label(role)})" for role in Role)
        ),
    )
    for name, help_text in (
        ("disable", _("take a user's access away")),
        ("password", _("set a user's password")),
    ):
        command = actions.add_parser(name, parents=[general], help=help_text)
        command.add_argument("name", metavar=_("NAME"), help=_("name of the user"))
    actions.add_parser("list", parents=[general], help=_("list the users"))


def _import(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar=_("PATH"),
        help=_("files, folders and archives to load"),
    )
    command.add_argument(
        "--profile", metavar=_("NAME"), help=_("layout of the files; else found by content")
    )
    command.add_argument(
        "--date", type=day, metavar=_("DATE"), help=_("business date that the files are for")
    )
    command.add_argument(
        "--encoding",
        metavar=_("NAME"),
        help=_("encoding of the files; else found by content"),
    )
    command.add_argument("--replace", action="store_true", help=_("correct earlier files"))


def _import_undo(command: argparse.ArgumentParser) -> None:
    command.add_argument("file_id", type=int, metavar=_("NO."), help=_("number of the loaded file"))


def _profiles(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", nargs="?", metavar=_("NAME"), help=_("layout to show"))


def _reconcile(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--date", type=day, metavar=_("DATE"), help=_("business date; else the latest loaded")
    )
    command.add_argument(
        "--task",
        choices=[*(task.value for task in Task), ALL_TASKS],
        default=ALL_TASKS,
        metavar=_("TASK"),
        help=_("one task ({tasks}); else all").format(tasks=values(Task)),
    )
    command.add_argument(
        "--channel", default="", metavar=_("CHANNEL"), help=_("one channel; else all")
    )


def _discrepancies(command: argparse.ArgumentParser) -> None:
    _date_and_task(command)
    choice(command, "--kind", Kind, _("KIND"), _("only this kind: {values}"))
    choice(command, "--status", Status, _("STATE"), _("only in this state: {values}"))


def _matches(command: argparse.ArgumentParser) -> None:
    _date_and_task(command)


def _match(command: argparse.ArgumentParser) -> None:
    choice(command, "--task", Task, _("TASK"), _("the task: {values}"), required=True)
    for name, help_text in (
        ("--ours", _("business keys of our entries")),
        ("--theirs", _("business keys of their entries")),
    ):
        command.add_argument(name, nargs="+", required=True, metavar=_("KEY"), help=help_text)
    command.add_argument("--reason", default="", metavar=_("TEXT"), help=_("reason to be kept"))


def _ids_with_reason(command: argparse.ArgumentParser) -> None:
    _ids(command)
    command.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("reason to be kept"))


def _assign(command: argparse.ArgumentParser) -> None:
    _ids(command)
    command.add_argument("--to", required=True, metavar=_("USER"), help=_("name of the user"))


def _adjust(command: argparse.ArgumentParser) -> None:
    _ids(command)
    command.add_argument(
        "--as",
        dest="kind",
        type=_adjustment_kind,
        required=True,
        metavar=_("KIND"),
        help=_("what is done: {values}").format(
            values=", ".join(f"{kind.value} ({label(kind)})" for kind in AdjustmentKind)
        ),
    )
    command.add_argument(
        "--amount", default="", metavar=_("YUAN"), help=_("a part of the difference; else all")
    )
    command.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("reason to be kept"))
    for name, metavar, help_text in (
        ("--reason-code", _("CODE"), _("one of the reasons to choose from")),
        ("--payee", _("CODE"), _("in whose book; else the entries tell")),
        ("--household", _("NO."), _("household that claims the money")),
        ("--org", _("CODE"), _("organisation that claims the money")),
        ("--original", _("NO."), _("payment that is refunded")),
    ):
        command.add_argument(name, default="", metavar=metavar, help=help_text)
    command.add_argument(
        "--item", action="store_true", help=_("the numbers are of items in suspense")
    )


def _adjustment_kind(text: str) -> AdjustmentKind:
    """Read a kind of adjustment by its value or its name in either language."""
    kind = adjustment_kind(text)
    if kind is not None:
        return kind
    raise argparse.ArgumentTypeError(
        _("“{text}” is no kind of adjustment; known are: {values}").format(
            text=text, values=values(AdjustmentKind)
        )
    )


def _approve(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "numbers", nargs="+", metavar=_("NUMBER"), help=_("numbers of adjustments")
    )


def _adjustment(command: argparse.ArgumentParser) -> None:
    command.add_argument("number", metavar=_("NUMBER"), help=_("number of the adjustment"))


def _adjustment_with_reason(command: argparse.ArgumentParser) -> None:
    _adjustment(command)
    command.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("reason to be kept"))


def _claim(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "id", type=int, metavar=_("NO."), help=_("number of the discrepancy in suspense")
    )
    whose = command.add_mutually_exclusive_group(required=True)
    whose.add_argument(
        "--household", default="", metavar=_("NO."), help=_("household that claims the money")
    )
    whose.add_argument(
        "--org", default="", metavar=_("CODE"), help=_("organisation that claims the money")
    )
    command.add_argument(
        "--amount", default="", metavar=_("YUAN"), help=_("a part of the money; else all")
    )
    command.add_argument("--reason", default="", metavar=_("TEXT"), help=_("reason to be kept"))


def _confirm(command: argparse.ArgumentParser) -> None:
    chosen = command.add_mutually_exclusive_group(required=True)
    chosen.add_argument(
        "batches", nargs="*", default=[], metavar=_("BATCH"), help=_("nos. of clearing batches")
    )
    chosen.add_argument(
        "--all-clean", action="store_true", help=_("all that arrived and of which nothing differs")
    )
    command.add_argument(
        "--date", type=day, metavar=_("DATE"), help=_("business date; else the latest loaded")
    )


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "batches", nargs="+", metavar=_("BATCH"), help=_("nos. of clearing batches")
    )


def _unconfirm(command: argparse.ArgumentParser) -> None:
    _check(command)
    command.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("reason to be kept"))


def _close(command: argparse.ArgumentParser) -> None:
    command.add_argument("date", type=day, metavar=_("DATE"), help=_("business date"))
    command.add_argument(
        "--waive",
        action="append",
        default=[],
        metavar=_("FILE_KIND"),
        help=_("close without a missing file; KIND or KIND:CHANNEL, KIND:ACCOUNT"),
    )
    command.add_argument(
        "--reason", default="", metavar=_("TEXT"), help=_("why the file is not needed")
    )
    _anchors(command)


def _anchors(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--anchors", default="", metavar=_("FOLDER"), help=_("where the ends of the log are noted")
    )


def _audit_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar=_("FILE"), help=_("where the log is written"))
    for name, into, help_text in (
        ("--from", "first", _("first day")),
        ("--to", "last", _("last day")),
    ):
        command.add_argument(name, dest=into, type=day, metavar=_("DATE"), help=help_text)
    command.add_argument("--person", default="", metavar=_("NAME"), help=_("only of this user"))
    command.add_argument(
        "--object", default="", metavar=_("KIND"), help=_("only of this kind of thing")
    )


def _reopen(command: argparse.ArgumentParser) -> None:
    command.add_argument("date", type=day, metavar=_("DATE"), help=_("business date"))
    command.add_argument("--reason", required=True, metavar=_("TEXT"), help=_("reason to be kept"))


def _board(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--date", type=day, metavar=_("DATE"), help=_("business date; else the latest loaded")
    )


def _file(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar=_("FILE"), help=_("where the copy stands"))


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "dir", type=Path, metavar=_("FOLDER"), help=_("where the files are written")
    )
    for name, default, help_text in (
        ("--orders", 1000, _("orders of a day")),
        ("--seed", 1, _("the same number gives the same files")),
        ("--days", 1, _("number of days")),
        ("--faults", None, _("how often each fault is planted a day")),
    ):
        command.add_argument(name, type=int, default=default, metavar=_("COUNT"), help=help_text)
    command.add_argument("--start", type=day, metavar=_("DATE"), help=_("first business date"))


def _ids(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "ids", nargs="+", type=int, metavar=_("NO."), help=_("numbers as they are listed")
    )


def _date_and_task(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--date", type=day, metavar=_("DATE"), help=_("only of this business date")
    )
    choice(command, "--task", Task, _("TASK"), _("only of this task: {values}"))


def _nothing(command: argparse.ArgumentParser) -> None:
    """Take no words of its own."""
    del command


_COMMANDS = (
    ("init", N_("create or update the database"), _init),
    ("user", N_("add, disable and list users, set passwords"), _user),
    ("import", N_("load files, folders and archives"), _import),
    ("import-undo", N_("take an import back"), _import_undo),
    ("profiles", N_("list the layouts of files, or show one"), _profiles),
    ("reconcile", N_("run the reconciliation tasks"), _reconcile),
    ("discrepancies", N_("list what does not settle"), _discrepancies),
    ("matches", N_("list what belongs together"), _matches),
    ("match", N_("match entries by hand"), _match),
    ("unmatch", N_("take matches apart"), _ids_with_reason),
    ("assign", N_("give discrepancies to a user"), _assign),
    ("explain", N_("close discrepancies with a reason"), _ids_with_reason),
    ("adjust", N_("draft and submit what is done about differences"), _adjust),
    ("approve", N_("approve adjustments and post their vouchers"), _approve),
    ("return", N_("return an adjustment to its maker"), _adjustment_with_reason),
    ("withdraw", N_("take an adjustment of one's own back"), _adjustment),
    ("reverse", N_("reverse an approved adjustment"), _adjustment_with_reason),
    ("claim", N_("claim money in suspense for a household or an organisation"), _claim),
    ("confirm", N_("confirm that batches arrived"), _confirm),
    ("check", N_("check confirmations as the second person"), _check),
    ("unconfirm", N_("take a confirmation back"), _unconfirm),
    ("close", N_("close a day"), _close),
    ("reopen", N_("ask for a day to be reopened, or agree to it as the second person"), _reopen),
    ("discrepancies-export", N_("write what is open for a spreadsheet"), sheet_out),
    ("discrepancies-import", N_("show what a filled-in sheet would change"), sheet_in),
    ("vouchers-export", N_("write vouchers for a ledger system"), vouchers_export),
    ("report", N_("print a paper, or check a printed one"), report),
    ("board", N_("show where the day stands"), _board),
    ("backup", N_("save a verified copy while in use"), _file),
    ("restore", N_("put a verified backup in place"), _file),
    ("verify", N_("check the database and all sums"), _anchors),
    ("anchor", N_("note where the audit log ends, signed and in a second folder"), _anchors),
    (
        "audit-export",
        N_("write the audit log as a file that can be checked anywhere"),
        _audit_export,
    ),
    ("show", N_("open the window"), _nothing),
    ("demo", N_("write days of sample files with known faults"), _demo),
)
