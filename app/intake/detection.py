"""Finding the profile of a table by its content: the header's names and what stands above."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.intake.fields import FIELDS
from app.intake.profiles import FieldSource, Profile, loose
from app.intake.refusal import FileRefused, refuse
from app.intake.rules import Reason

HEADER_WITHIN = 60
"""The header stands in one of the first rows."""

_HEIGHTS = (1, 2)
_ENOUGH_COLUMNS = 3
_ENOUGH_PERCENT = 60
_SEEN_CHARACTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRow:
    """A row near the top: where it begins and ends, and its fields."""

    line: int
    last_line: int
    fields: tuple[str, ...]

    @property
    def text(self) -> str:
        """The row as one line."""
        return ",".join(self.fields).rstrip(",")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose layout is known."""

    profile: Profile
    header: tuple[str, ...]
    header_line: int
    first_line: int
    """The physical line in which the rows begin."""
    preamble: tuple[str, ...]
    delimiter: str = ","
    sheet: str = ""
    sheet_index: int = 0

    def place(self, names: Iterable[str]) -> int | None:
        """Return where the first of these columns stands that is there."""
        known = [loose(name) for name in self.header]
        return next((known.index(loose(name)) for name in names if loose(name) in known), None)

    @property
    def named(self) -> int:
        """The number of columns up to the last one with a name."""
        filled = [index for index, name in enumerate(self.header) if name.strip()]
        return filled[-1] + 1 if filled else 0


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a profile wants of a header, all names without what exports write differently."""

    profile: Profile
    groups: tuple[tuple[str, frozenset[str]], ...]
    """Columns of which one each must be there: how they are called, and all their names."""
    absent: frozenset[str]
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Fit:
    profile: Profile
    row: int
    rows: int
    header: tuple[str, ...]
    score: int


@dataclass(frozen=True, slots=True)
class _Near:
    share: int
    profile: Profile
    missing: tuple[str, ...]


def find_table(rows: Sequence[HeadRow], profiles: Sequence[Profile]) -> Table:
    """Return the table whose header stands among the first rows.

    Raises:
        FileRefused: No profile fits; the reason says what comes nearest.
    """
    shapes = [_shape(profile) for profile in profiles if profile.reader == "table"]
    fits = _fits(rows, shapes)
    if not fits:
        raise _nothing_fits(rows, shapes)
    best = max(fits, key=lambda fit: (fit.score, fit.rows, -fit.row))
    table = _table(rows, best)
    if best.profile.refused is not None:
        raise refuse(best.profile.refused, layout=best.profile.title)
    _check_doubles(table)
    return table


def _shape(profile: Profile) -> _Shape:
    found = _shapes.get(profile.name)
    if found is None or found.profile is not profile:
        groups = [(name,) for name in profile.detection.headers] + _essentials(profile)
        found = _Shape(
            profile,
            tuple((group[0], frozenset(map(loose, group))) for group in groups),
            frozenset(map(loose, profile.detection.absent)),
            frozenset(map(loose, {*profile.columns(), *profile.detection.headers})),
        )
        _shapes[profile.name] = found
    return found


_shapes: dict[str, _Shape] = {}


def _essentials(profile: Profile) -> list[tuple[str, ...]]:
    groups: list[tuple[str, ...]] = []
    for field in FIELDS[profile.kind] if profile.kind else ():
        source = profile.source(field.name)
        if field.needed and not _made_up(source):
            groups.extend(source.essential())
    return groups


def _made_up(source: FieldSource) -> bool:
    return bool(source.synthetic or source.preamble or source.file_name)


def _fits(rows: Sequence[HeadRow], shapes: Sequence[_Shape]) -> list[_Fit]:
    fits = []
    above = ""
    known = frozenset[str]().union(*(shape.known for shape in shapes))
    untold = [shape for shape in shapes if not shape.groups]
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        headers = [_header(rows[index : index + height]) for height in _HEIGHTS]
        names = [frozenset(map(loose, header)) - {""} for header in headers]
        # Most rows are entries and hold no name of any column.
        told = not known.isdisjoint(names[0])
        for shape in shapes if told else untold:
            for height in range(shape.profile.detection.header_rows):
                score = _score(shape, names[height], above)
                if score:
                    fits.append(_Fit(shape.profile, index, height + 1, headers[height], score))
        above += row.text + "\n"
    return fits


def _header(rows: Sequence[HeadRow]) -> tuple[str, ...]:
    """Return the names of a header, which may run over two rows."""
    names = rows[0].fields
    for row in rows[1:]:
        below = (*row.fields, *[""] * (len(names) - len(row.fields)))
        names = tuple(upper + lower for upper, lower in zip(names, below, strict=False))
    return names


def _score(shape: _Shape, names: frozenset[str], above: str) -> int:
    detection = shape.profile.detection
    if len(names) < 2 or not shape.absent.isdisjoint(names):  # noqa: PLR2004 - no table
        return 0
    if any(group.isdisjoint(names) for _name, group in shape.groups):
        return 0
    if detection.preamble and not re.search(detection.preamble, above):
        return 0
    return len(shape.known & names) + bool(detection.preamble)


def _nothing_fits(rows: Sequence[HeadRow], shapes: Sequence[_Shape]) -> FileRefused:
    near = None
    known = frozenset[str]().union(*(shape.known for shape in shapes))
    for row in rows[:HEADER_WITHIN]:
        names = known.intersection(map(loose, row.fields))
        for shape in shapes if len(names) >= _ENOUGH_COLUMNS else ():
            found = _near(shape, names)
            if found is not None and (near is None or found.share > near.share):
                near = found
    if near is not None:
        return refuse(
            Reason.MISSING_COLUMN, column=", ".join(near.missing), profile=near.profile.title
        )
    # Rows with digits may hold personal data; what is wanted is the header.
    texts = (row.text for row in rows if row.text.strip())
    seen = next((text for text in texts if not re.search("[0-9]{3}", text)), "…")
    return refuse(Reason.UNKNOWN_LAYOUT, seen=seen[:_SEEN_CHARACTERS])


def _near(shape: _Shape, names: frozenset[str]) -> _Near | None:
    if shape.profile.kind is None:
        return None
    missing = tuple(name for name, group in shape.groups if group.isdisjoint(names))
    needed = len(shape.groups)
    found = needed - len(missing)
    if not missing or found < _ENOUGH_COLUMNS or found * 100 < _ENOUGH_PERCENT * needed:
        return None
    return _Near(found * 1000 // needed, shape.profile, missing)


def _table(rows: Sequence[HeadRow], fit: _Fit) -> Table:
    last = rows[min(fit.row + fit.rows, len(rows)) - 1]
    return Table(
        profile=fit.profile,
        header=fit.header,
        header_line=rows[fit.row].line,
        first_line=last.last_line + 1,
        preamble=tuple(row.text for row in rows[: fit.row]),
    )


def _check_doubles(table: Table) -> None:
    used = {loose(name) for name in table.profile.columns()}
    seen: set[str] = set()
    for name in table.header:
        key = loose(name)
        if key in seen and key in used:
            raise refuse(Reason.DOUBLE_COLUMN, line=table.header_line, column=name.strip())
        seen.add(key)
