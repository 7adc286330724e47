"""What every command needs: a database, a person, and where to print."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from app.base.errors import WrongInput
from app.base.i18n import N_, _
from app.db.places import own_database
from app.db.workspace import Actor, Workspace
from app.identity.rules import Permission
from app.identity.service import login, require


class NoUser(WrongInput):
    """The command needs to know who acts."""

    template = N_("Say who you are: --user NAME or DUIPING_USER.")


class NoPassword(WrongInput):
    """Nobody can be asked for a password."""

    template = N_("A password is needed: set DUIPING_PASSWORD or run on a terminal.")


class Desk:
    """A command's surroundings."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self._opened: list[Workspace] = []

    @property
    def url(self) -> str:
        """The address of the database."""
        if self.options.db:
            return str(self.options.db)
        return own_database()

    @property
    def user(self) -> str:
        """The name of who acts."""
        if not self.options.user:
            raise NoUser
        return str(self.options.user)

    def password(self, prompt: str = "", *, new: bool = False) -> str:
        """Return the password from the environment, the keyring or a prompt."""
        given = os.environ.get("DUIPING_PASSWORD")
        if given is not None:
            return given
        stored = None if new else _from_keyring(self.user)
        if stored is not None:
            return stored
        if not sys.stdin.isatty():
            raise NoPassword
        return getpass.getpass(prompt or _("Password of {name}: ").format(name=self.user))

    def open(self) -> Workspace:
        """Open the database."""
        workspace = Workspace.open(self.url)
        self._opened.append(workspace)
        return workspace

    def close(self) -> None:
        """Close what was opened."""
        for workspace in self._opened:
            workspace.close()

    def enter(self, workspace: Workspace) -> Actor:
        """Log in."""
        return login(workspace, self.user, self.password())

    def reading(self) -> tuple[Workspace, Actor]:
        """Open the database and log in to read business data."""
        workspace = self.open()
        actor = self.enter(workspace)
        require(actor, Permission.READ_BUSINESS)
        return workspace, actor

    def new_password(self, name: str) -> str:
        """Return the password of a user who is added or changed."""
        given = os.environ.get("DUIPING_NEW_PASSWORD")
        if given is not None:
            return given
        if not sys.stdin.isatty():
            return self.password()
        return getpass.getpass(_("New password of {name}: ").format(name=name))

    def archive_password(self) -> str | None:
        """Return the password of encrypted files, if one was given."""
        return os.environ.get("DUIPING_FILE_PASSWORD")

    def say(self, line: str) -> None:
        """Tell a person something beside the result."""
        sys.stderr.write(line + "\n")

    def answer(self, result: dict[str, Any], lines: Sequence[str] = ()) -> None:
        """Print the JSON document, or the lines for a person."""
        if self.options.json:
            sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
        else:
            for line in lines:
                sys.stdout.write(line + "\n")


Command: TypeAlias = Callable[[Desk], int]
"""What carries a command out and returns its exit code."""


def _from_keyring(user: str) -> str | None:
    try:
        import keyring  # noqa: PLC0415 - slow, and seldom asked
        from keyring.errors import KeyringError  # noqa: PLC0415 - slow, and seldom asked
    except ImportError:
        return None
    try:
        return keyring.get_password("duiping", user)
    except KeyringError:
        return None
