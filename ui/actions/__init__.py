"""Everything that can be done in the window, declared once: text, keys, icon, permission.

Menus, the Ctrl+K box, buttons and the help of each page are made from these tables.
"""

from __future__ import annotations

from ui.actions.action import Action
from ui.actions.pages import PAGE_ACTIONS
from ui.actions.window import WINDOW_ACTIONS

ACTIONS: dict[str, Action] = {one.name: one for one in (*WINDOW_ACTIONS, *PAGE_ACTIONS)}
"""All actions by name."""

__all__ = ["ACTIONS", "Action"]
