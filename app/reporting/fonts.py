"""The fonts of the papers: which one has which character, and how wide it is.

A text is set in its own font; characters that it lacks come from the next one. Each is checked
before a paper is drawn, so nothing is ever left blank.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

from reportlab.pdfbase import pdfmetrics, ttfonts

from app.base.bundle import bundled
from app.reporting.paper import Field, Missing, Paper, Signature, Table

_Part = TypeVar("_Part")

_EM = 1_000
_INVISIBLE = frozenset(
    {0x00AD, 0x034F, 0x061C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)}
    | {*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
)
"""Characters without a shape of their own: joiners, marks of direction, variation selectors."""
_SPACES = frozenset({*range(0x20), *range(0x7F, 0xA1), 0x2028, 0x2029, 0x202F})
"""What is set as a space: control characters, ends of lines, spaces that do not break."""


class Face(StrEnum):
    """A font of the papers."""

    SONG = "song_gb2312"
    HEI = "hei_gb2312"
    RARE = "song_rare"


_NEXT = {Face.SONG: (Face.SONG, Face.HEI, Face.RARE), Face.HEI: (Face.HEI, Face.SONG, Face.RARE)}
"""Which font helps out which one."""


@cache
def loaded(face: Face) -> ttfonts.TTFont:
    """Return a font, read when it is first needed."""
    vars(ttfonts)["makeToUnicodeCMap"] = _to_unicode
    font = ttfonts.TTFont(face.value, str(bundled("resources", "fonts", f"{face.value}.ttf")))
    pdfmetrics.registerFont(font)
    return font


@cache
def characters(face: Face) -> frozenset[int]:
    """Return the code points that a font has a shape for."""
    return frozenset(loaded(face).face.charToGlyph)


@cache
def widths(face: Face) -> dict[int, int]:
    """Return the width of each character of a font in thousandths of its size."""
    return {code: round(width) for code, width in loaded(face).face.charWidths.items()}


def runs(text: str, face: Face) -> list[tuple[Face, str]]:
    """Split a text into pieces of one font each."""
    own = characters(face)
    codes = [ord(char) for char in text]
    if own.issuperset(codes):
        return [(face, text)] if text else []
    found: list[tuple[Face, str]] = []
    for char, code in zip(text, codes, strict=True):
        one = face if code in own else _helper(code, face)
        if found and found[-1][0] is one:
            found[-1] = (one, found[-1][1] + char)
        else:
            found.append((one, char))
    return found


def width(text: str, face: Face) -> int:
    """Return how wide a text is, in thousandths of the font's size."""
    own = widths(face)
    try:
        return sum([own[ord(char)] for char in text])
    except KeyError:
        pieces = runs(text, face)
        return sum(widths(one).get(ord(char), _EM) for one, piece in pieces for char in piece)


def presentable(paper: Paper) -> tuple[Paper, list[Missing]]:
    """Return a paper of which every character can be set, and what could not.

    A character that no font has stands there as its number, such as [U+1F600]; control characters
    are spaces, and what has no shape is left out.
    """
    missing: dict[Missing, None] = {}
    if not _strange(_texts(paper)):
        return paper, []
    cleaned = _cleaned(paper, paper.title, missing)
    return cleaned, list(missing)


def _helper(code: int, face: Face) -> Face:
    return next((one for one in _NEXT[face][1:] if code in characters(one)), face)


def _strange(texts: Iterable[str]) -> set[str]:
    """Characters that the usual font lacks or that have no shape."""
    usual = characters(Face.SONG)
    found = {char for char in set().union(*texts) if ord(char) not in usual or char < " "}
    return found - {"\n"}


def _texts(part: object) -> Iterable[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Table):
        yield from (
            cell for rows in (part.rows, part.totals) for row in rows for cell in _words(row)
        )
        yield from (column.title for column in part.columns)
        yield from (part.name, *(group.title for group in part.groups))
    elif isinstance(part, tuple):
        for one in part:
            yield from _texts(one)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _texts(getattr(part, field.name))


def _words(row: tuple[object, ...]) -> list[str]:
    return [cell for cell in row if isinstance(cell, str)]


def _cleaned(part: _Part, name: str, missing: dict[Missing, None]) -> _Part:
    """Clean all texts of a part; `name` says in which field they stand."""
    found: Any = part
    if isinstance(part, StrEnum):
        return part
    if isinstance(part, str):
        found = _set(part, name, missing)
    elif isinstance(part, Table):
        found = _cleaned_table(part, missing)
    elif isinstance(part, tuple):
        found = tuple(_cleaned(one, name, missing) for one in part)
    elif is_dataclass(part) and not isinstance(part, type):
        own = _name_of(part) or name
        values = {
            field.name: _cleaned(getattr(part, field.name), own, missing) for field in fields(part)
        }
        found = replace(part, **values)
    return cast("_Part", found)


def _name_of(part: object) -> str:
    match part:
        case Field(name=name) | Signature(part=name):
            return name
        case _:
            return ""


def _cleaned_table(table: Table, missing: dict[Missing, None]) -> Table:
    titles = [column.title for column in table.columns]

    def row(cells: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            _set(cell, title, missing) if isinstance(cell, str) else cell
            for cell, title in zip(cells, titles, strict=True)
        )

    return replace(table, rows=tuple(map(row, table.rows)), totals=tuple(map(row, table.totals)))


def _set(text: str, field: str, missing: dict[Missing, None]) -> str:
    if not _strange([text]):
        return text
    return "".join(_one(char, field, missing) for char in text)


def _one(char: str, field: str, missing: dict[Missing, None]) -> str:
    code = ord(char)
    if char == "\n":
        return char
    if code in _INVISIBLE:
        return ""
    if code in _SPACES:
        return " "
    if any(code in characters(face) for face in Face):
        return char
    missing[Missing(character=char, field=field)] = None
    return f"[U+{code:04X}]"


def _to_unicode(name: str, subset: list[int]) -> str:
    """Say which characters the codes of a font mean, also beyond the first 65,536.

    reportlab writes only four digits, and such names would be copied wrong from the PDF.
    """
    lines = [
        f"<{place:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>"
        for place, code in enumerate(subset)
    ]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            f"<00> <{len(subset) - 1:02X}>",
            "endcodespacerange",
            *(
                line
                for block in blocks
                for line in (f"{len(block)} beginbfchar", *block, "endbfchar")
            ),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )
