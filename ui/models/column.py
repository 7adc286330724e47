"""What a column of a table is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Row]):
    """One column: its name (for sorting and remembering), its title and how a row looks in it.

    `width` counts digits; where it is known what stands in a column, `holds` has the longest texts
    instead (as they are shown). With `room`, also in digits, it grows as far as that where the
    table is wide; with `least` it gives way as far as that where the table is narrow, and its tip
    says what is cut off. `tone` names a colour of `ui.theme.Tones` for a row's text; the text
    itself says the same, so that nobody needs the colour. `ground` names one for what is behind it
    (`hatched` is drawn as a pattern). `mark` stands before the text where it is shown and is not
    copied. `sortable` and `filterable` say what the
    page's query can do. A `hidden` column is shown when somebody chose it, a `spare` one also
    where there is room for it.
    """

    name: str
    title: str
    text: Callable[[Row], str]
    numeric: bool = False
    width: int = 14
    tip: Callable[[Row], str] | None = None
    tone: Callable[[Row], str] | None = None
    ground: Callable[[Row], str] | None = None
    mark: Callable[[Row], str] | None = None
    sortable: bool = True
    filterable: bool = False
    hidden: bool = False
    holds: Sequence[str] = ()
    room: int = 0
    least: int = 0
    spare: bool = False
