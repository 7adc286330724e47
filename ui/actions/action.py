"""What an action is."""

from __future__ import annotations

from dataclasses import dataclass

from app.identity.rules import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do; `name` is `page.verb`, `text` and `help` are translated where shown.

    `keys` are in Qt's notation, several separated by "; ". Without the permission the action is
    shown disabled and says why. `silent` ones are keys only: they stand in the help, not in menus.
    """

    name: str
    text: str
    keys: str = ""
    icon: str = ""
    permission: Permission | None = None
    help: str = ""
    silent: bool = False

    @property
    def page(self) -> str:
        """The page that the action belongs to; `window` when to all."""
        return self.name.partition(".")[0]
