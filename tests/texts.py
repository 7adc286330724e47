"""The translations: collecting the texts of the source, updating and compiling the catalogues.

`python3 start.py texts` runs this file; `test_repository.py` asks it whether all is up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "resources" / "locale"
LANGUAGES = ("zh_CN",)
"""English needs no catalogue: it is the language of the source."""

SOURCES = ("app", "ui")
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
SINCE = datetime(2026, 11, 22, tzinfo=UTC)
"""Fixed, so that an unchanged catalogue stays the same file."""

Id = str | tuple[str, str]


def source_texts(root: Path = ROOT) -> Iterator[Id]:
    """Collect the texts of the source, each once per place where it stands."""
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            for _line, text, _notes, _context in extract_from_file("python", path, KEYWORDS):
                yield (text[0], text[1]) if isinstance(text, tuple) else text


def template() -> Catalog:
    """Return the texts of the source as a catalogue without translations."""
    catalogue = _empty(None)
    for text in source_texts():
        catalogue.add(text)
    return catalogue


def catalogue_path(language: str) -> Path:
    """Return where the translations into a language stand."""
    return LOCALE / language / "LC_MESSAGES" / "duiping.po"


def read_catalogue(language: str) -> Catalog:
    """Return the translations into a language; an empty catalogue when there are none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="duiping")


def messages(catalogue: Catalog) -> list[Message]:
    """Return the texts of a catalogue without its header."""
    return [message for message in catalogue if message.id]


def update(language: str) -> int:
    """Bring a language's catalogue up to date, compile it, and return how many texts lack."""
    old = read_catalogue(language)
    new = _empty(language)
    for message in template():
        if message.id:
            known = old.get(message.id)
            new.add(message.id, string=known.string if known else None)
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=100, no_location=True, sort_output=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, new)
    return sum(1 for message in messages(new) if not _translated(message))


def _translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings)


def _empty(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        domain="duiping",
        header_comment="# The texts of Duiping.",
        project="duiping",
        creation_date=SINCE,
        revision_date=SINCE,
        last_translator="Duiping",
        language_team="Duiping",
        fuzzy=False,
    )


if __name__ == "__main__":
    for name in LANGUAGES:
        sys.stdout.write(f"{name}: {update(name)} texts without a translation\n")
