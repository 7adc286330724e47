"""Running a command and saying how it ended.

0 done · 1 a defect of ours · 2 wrong usage · 3 some input was rejected · 4 refused · 5 a check
failed.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from app.base import i18n
from app.base.errors import Cancelled, NotFound, UserError, WrongInput
from app.base.i18n import _
from app.cli.codes import DEFECT, DONE, REFUSED, USAGE
from app.cli.parser import Usage, parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    i18n.use(language(words))
    try:
        options = parser().parse_args(words)
    except Usage as problem:
        sys.stderr.write(f"{problem}\n")
        return USAGE
    if options.command is None:
        parser().print_help()
        return DONE
    return guarded(lambda: _run(options), debug=options.debug)


def guarded(work: Callable[[], int], *, debug: bool) -> int:
    """Do some work; whatever ends it becomes a message and an exit code."""
    try:
        code = work()
        # What a closed pipe refuses is to be known here, not while the interpreter ends.
        sys.stdout.flush()
    except (KeyboardInterrupt, Cancelled):
        sys.stderr.write(Cancelled().user_message() + "\n")
        return REFUSED
    except UserError as error:
        return _told(error, debug=debug)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the last resort: nothing but a reference is shown
        return _defect(error, debug=debug)
    return code


def _run(options: argparse.Namespace) -> int:
    from app.cli import commands, session  # noqa: PLC0415 - help does without the database

    desk = session.Desk(options)
    try:
        return commands.run(desk)
    finally:
        desk.close()


def _told(error: UserError, *, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    sys.stderr.write(error.user_message() + "\n")
    return USAGE if isinstance(error, NotFound | WrongInput) else REFUSED


def _defect(error: Exception, *, debug: bool) -> int:
    from app.upkeep.defects import write_down  # noqa: PLC0415 - seldom needed

    if debug:
        traceback.print_exc()
    defect = write_down(error)
    text = _("Something went wrong in the program (reference {reference}). The log is {log}.")
    sys.stderr.write(text.format(reference=defect.reference, log=defect.log) + "\n")
    return DEFECT


def language(words: Sequence[str]) -> str:
    """Return the language that is asked for, before anything is said."""
    for place, word in enumerate(words):
        if word == "--lang" and place + 1 < len(words):
            return words[place + 1]
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return os.environ.get("DUIPING_LANG", i18n.DEFAULT_LANGUAGE)
