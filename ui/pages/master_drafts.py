"""What was typed into the forms of the master data and not saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

NEW = "\n"
"""The key of what is not there yet; no code holds a line break."""

Drafts = dict[tuple[str, str], "Draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was typed into a form and not saved; `base` is the row as it was shown then."""

    changes: Mapping[str, Any]
    base: Any


@dataclass(slots=True)
class Memento:
    """Where the page was, and what was typed and not saved."""

    place: int = 0
    keys: dict[str, str] = field(default_factory=dict)
    drafts: Drafts = field(default_factory=dict)
    day: date | None = None
