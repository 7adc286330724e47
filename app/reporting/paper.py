"""What stands on a paper, without how it looks: fields, tables, texts, charts, signatures.

The same paper becomes PDF, XLSX and CSV. Amounts stay fen until they are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from app.reporting.rules import PageForm, ReportKind

Value: TypeAlias = str | int | None
"""Text, or a whole number: fen or a count."""

Row: TypeAlias = tuple[Value, ...]


class Look(StrEnum):
    """How a value is written: as text, yuan, a count, a day (ISO text), or a share (text)."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    DAY = "day"
    SHARE = "share"


class Weight(StrEnum):
    """How loud a text is."""

    PLAIN = "plain"
    STRONG = "strong"
    SMALL = "small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value under a name; a wide one has a line of its own."""

    name: str
    value: Value
    look: Look = Look.TEXT
    wide: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Values under names, so many beside each other."""

    fields: tuple[Field, ...]
    beside: int = 2
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; the width is in characters.

    On paper a merged one shows equal values that follow each other only once on a page.
    """

    title: str
    width: int
    look: Look = Look.TEXT
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A title over several columns."""

    title: str
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns, and totals below.

    `totals` are rows like the others, after the last one. A table with fewer than `least` rows is
    filled up with empty ones that are struck through.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()
    groups: tuple[Group, ...] = ()
    least: int = 0
    is_titled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph."""

    text: str
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The values of a chart that belong together; fen where the chart shows amounts."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars over names; `look` says what the values are."""

    title: str
    names: tuple[str, ...]
    series: tuple[Series, ...]
    look: Look = Look.COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Charts in one row."""

    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A QR code with a text beside it that says what it holds."""

    title: str
    holds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The next block begins a new page."""


Block: TypeAlias = Fields | Table | Text | Beside | Picture | Break


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signs in which part; name and time stand there where a person acted."""

    part: str
    name: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as it will stand on the sheet.

    `subject` names what it is about, `period` the day or days; both as people read them. A dense
    one has smaller letters, so that much stands on a page.
    """

    kind: ReportKind
    title: str
    unit: str
    language: str
    subject: str
    period: str
    blocks: tuple[Block, ...]
    signatures: tuple[Signature, ...] = ()
    notes: tuple[str, ...] = ()
    landscape: bool = False
    dense: bool = False
    form: PageForm = PageForm.A4

    @property
    def table(self) -> Table | None:
        """The table with the most rows, where it has any table."""
        tables = [block for block in self.blocks if isinstance(block, Table)]
        return max(tables, key=lambda one: len(one.rows), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What makes a paper a document: its number, code and copy, who printed it and when.

    `copy` is 0 for the original and counts reprints; `void` says why it does not count any more.
    Without a number it is a draft.
    """

    number: str = ""
    code: str = ""
    copy: int = 0
    at: str = ""
    by: str = ""
    void: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A character that no font has, and the field in which it stands."""

    character: str
    field: str
