"""Opening the window. It is a program of its own: nothing here imports Qt."""

from __future__ import annotations

import subprocess

from app.base.children import WINDOW, command_of
from app.base.i18n import language
from app.cli.session import Command, Desk


def _show(desk: Desk) -> int:
    words = ["--lang", language()]
    if desk.options.db:
        words += ["--db", desk.options.db]
    if desk.options.user:
        words += ["--user", desk.options.user]
    return subprocess.call([*command_of(WINDOW), *words])  # noqa: S603 - our own program


COMMANDS: dict[str, Command] = {"show": _show}
