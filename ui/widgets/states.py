"""Glyphs beside the names of states, so that nobody needs the colour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """A glyph and the name of a colour of the theme."""

    glyph: str
    tone: str


DONE = Look("✓", "good")
OPEN = Look("●", "bad")
WAITING = Look("◐", "warn")
MISSING = Look("○", "bad")
NONE = Look("–", "muted")
WARNING = Look("▲", "warn")
FAILED = Look("✗", "bad")
RUNNING = Look("◆", "info")


def with_glyph(look: Look, text: str) -> str:
    """Return a state's text behind its glyph."""
    return f"{look.glyph} {text}"
