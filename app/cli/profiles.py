"""The command that lists the layouts of files."""

from __future__ import annotations

from collections.abc import Mapping

from app.base.errors import NotFound
from app.base.i18n import _
from app.cli import printing
from app.cli.codes import DONE
from app.cli.session import Command, Desk
from app.intake.profiles import shipped_profiles


def _profiles(desk: Desk) -> int:
    found = [
        one
        for one in shipped_profiles()
        if desk.options.name is None or one.name == desk.options.name
    ]
    if not found:
        raise NotFound(what=_("statement profile"), key=desk.options.name)
    one_only = desk.options.name is not None
    desk.answer(printing.profiles_json(found), printing.profiles_lines(found, whole=one_only))
    return DONE


COMMANDS: Mapping[str, Command] = {"profiles": _profiles}
