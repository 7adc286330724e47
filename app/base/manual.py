"""The manual's chapters: which there are, in which order, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.base.bundle import bundled
from app.base.i18n import DEFAULT_LANGUAGE, LANGUAGES, language

CHAPTERS = (
    "first-day",
    "board",
    "files",
    "reconcile",
    "discrepancies",
    "adjustments",
    "arrivals",
    "closing",
    "vouchers",
    "reports",
    "mistakes",
    "master",
    "system",
    "backup",
    "postgresql",
    "adding-a-bank",
    "night-jobs",
)
"""In reading order. The chapter of a page of the window bears the page's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter as it is shown: `text` is Markdown and begins with the title as its heading."""

    name: str
    title: str
    text: str


def chapters() -> tuple[Chapter, ...]:
    """Return all chapters in the language in use."""
    return tuple(one for name in CHAPTERS if (one := chapter(name)) is not None)


def chapter(name: str) -> Chapter | None:
    """Return a chapter in the language in use, else in another one, None if there is none."""
    for spoken in dict.fromkeys((language(), DEFAULT_LANGUAGE, *LANGUAGES)):
        path = chapter_path(spoken, name)
        if name in CHAPTERS and path.is_file():
            text = path.read_text(encoding="utf-8")
            title, _line, _rest = text.removeprefix("# ").partition("\n")
            return Chapter(name=name, title=title, text=text)
    return None


def chapter_path(spoken: str, name: str) -> Path:
    """Return where a chapter stands in a language."""
    return bundled("resources", "manual", spoken, f"{name}.md")
