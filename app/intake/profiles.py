"""Statement profiles: what a layout looks like and where its fields stand.

A profile is a TOML file under `resources/profiles`. A new bank is a new file there and
no new code; the README of the folder explains the keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from app.base.bundle import bundled
from app.intake.fields import FIELDS
from app.intake.rules import Kind, Reason


class Sign(StrEnum):
    """How a column tells money in from money out."""

    WRITTEN = "written"
    """The sign in the file is ours."""
    TYPE = "type"
    """Positive in the file; rows of the refund type turn negative."""
    TYPE_ANY = "type-any"
    """Either sign in the file; rows of the refund type are turned."""
    REFUND_NEGATIVE = "refund-negative"
    """Refunds are negative here, however the file writes them."""
    FILE = "file"
    """Fees: the file's own habit decides (see `fees_are_expenses`)."""


class ProfileError(ValueError):
    """A profile contradicts itself; a defect of the profile, not of a statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSource:
    """Where a canonical field comes from."""

    columns: tuple[str, ...] = ()
    """Names in the header, the first one present is used."""
    refund_columns: tuple[str, ...] = ()
    """Used instead on rows of the refund type, or with money going out."""
    join: tuple[tuple[str, ...], ...] = ()
    """Several columns, the filled ones joined by a space."""
    value: str = ""
    """A constant."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the file writes, and what it means here."""
    otherwise: str = ""
    """What any text means that is not among the values."""
    default: str = ""
    """Stands for an empty or absent field."""
    empty: tuple[str, ...] = ()
    """Texts that mean that the field is empty."""
    sign: Sign = Sign.WRITTEN
    income: tuple[str, ...] = ()
    expense: tuple[str, ...] = ()
    expense_negative: bool = False
    direction: tuple[str, ...] = ()
    money_in: tuple[str, ...] = ()
    money_out: tuple[str, ...] = ()
    preamble: str = ""
    """A pattern whose group holds the value, looked for above the header."""
    file_name: str = ""
    """A pattern whose group holds the value, looked for in the file's name."""
    synthetic: bool = False
    """Where the file gives none, the row's content makes one."""
    optional: bool = False
    """The column may be absent although the field is needed."""

    def names(self) -> Iterable[tuple[str, ...]]:
        """Return every group of alternative column names."""
        single = (
            self.columns,
            self.refund_columns,
            self.income,
            self.expense,
            self.direction,
        )
        return [group for group in (*single, *self.join) if group]

    def essential(self) -> Iterable[tuple[str, ...]]:
        """Return the groups of which one column each must be there."""
        if self.optional or self.value:
            return []
        single = (self.columns, self.income, self.expense, self.direction)
        return [group for group in (*single, *self.join[:1]) if group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A sum or count over the rows, to hold against a stated total."""

    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    title: str = ""
    """What a person calls it."""
    side: str = ""
    """Only rows of this type (`pay`, `refund`) or direction (`in`, `out`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalLine:
    """A line with totals: a pattern with named groups, or named cells in two lines."""

    pattern: re.Pattern[str] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    must: bool = False
    preamble: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What the content must show."""

    headers: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    preamble: str = ""
    delimiter: str = ""
    header_rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One layout of statements."""

    name: str
    title: str
    kind: Kind | None
    formats: tuple[str, ...] = ("csv", "xlsx", "xls")
    detection: Detection = Detection()
    fields: Mapping[str, FieldSource] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    totals: tuple[TotalLine, ...] = ()
    skip: tuple[re.Pattern[str], ...] = ()
    end: tuple[re.Pattern[str], ...] = ()
    strip: str = ""
    overflow: Mapping[str, re.Pattern[str]] | None = None
    """Surplus fields belong to the last column, if these columns look as they should."""
    short_rows: bool = False
    refused: Reason | None = None
    reader: str = "table"

    def source(self, name: str) -> FieldSource:
        """Return where a field comes from; one that the layout lacks comes from nowhere."""
        return self.fields.get(name, _NOWHERE)

    def columns(self) -> set[str]:
        """Return every column name that the profile can use."""
        used = {
            name for source in self.fields.values() for group in source.names() for name in group
        }
        for measure in self.measures.values():
            used |= {*measure.plus, *measure.minus}
        return used


_NOWHERE = FieldSource()


def loose(name: str) -> str:
    """Return a column name without what different exports write differently."""
    return _loose(name)


@lru_cache(maxsize=10_000)
def _loose(name: str) -> str:
    import unicodedata  # noqa: PLC0415 - only the reading process needs it

    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"[\s`\ufeff\u200b]+", "", plain).casefold()
    bilingual = re.fullmatch(r"([^\[\]]+)\[[^\[\]]*\]", plain)
    return bilingual[1] if bilingual else plain


@cache
def shipped_profiles() -> tuple[Profile, ...]:
    """Return the profiles that come with the program, in order of name."""
    folder = bundled("resources", "profiles")
    return tuple(load_profile(path) for path in sorted(folder.glob("*.toml")))


def find_profile(profiles: Sequence[Profile], name: str) -> Profile | None:
    """Return the profile of that name."""
    return next((profile for profile in profiles if profile.name == name), None)


def column_of(profile_name: str | None, field_name: str) -> str:
    """Return what a shipped profile calls the column of a field; "" where it has none."""
    profile = find_profile(shipped_profiles(), profile_name or "")
    columns = profile.source(field_name).columns if profile is not None else ()
    return columns[0] if columns else ""


def load_profile(path: Path) -> Profile:
    """Read one profile.

    Raises:
        ProfileError: It uses a key or a field that does not exist.
    """
    with path.open("rb") as file:
        data = tomllib.load(file)
    return _Loader(path.stem, data).profile()


class _Loader:
    """Turns the TOML of one profile into values, complaining about what it does not know."""

    def __init__(self, name: str, data: dict[str, Any]) -> None:
        self.name = name
        self.data = data

    def profile(self) -> Profile:
        data = dict(self.data)
        kind = Kind(data.pop("kind")) if "kind" in data else None
        refused = Reason(data.pop("refused")) if "refused" in data else None
        given: dict[str, Any] = {
            "formats": tuple(data.pop("formats", ("csv", "xlsx", "xls"))),
            "detection": self._detection(data.pop("detect", {})),
            "fields": {
                key: self._source(key, value) for key, value in data.pop("fields", {}).items()
            },
            "measures": {
                key: self._measure(value) for key, value in data.pop("measures", {}).items()
            },
            "totals": tuple(self._total(value) for value in data.pop("totals", [])),
            "skip": _patterns(data.pop("skip", [])),
            "end": _patterns(data.pop("end", [])),
        }
        if "overflow" in data:
            proof = data.pop("overflow")
            given["overflow"] = {name: re.compile(pattern) for name, pattern in proof.items()}
        title = data.pop("title")
        self._only(data, {"strip", "short_rows", "reader"})
        profile = Profile(name=self.name, title=title, kind=kind, refused=refused, **given, **data)
        self._check(profile)
        return profile

    def _detection(self, data: dict[str, Any]) -> Detection:
        self._only(data, {"headers", "absent", "preamble", "delimiter", "header_rows"})
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
        }
        return Detection(**given)

    def _source(self, field_name: str, value: Any) -> FieldSource:
        if not isinstance(value, dict):
            raise ProfileError(f"{self.name}: the field {field_name} is no table")
        data = dict(value)
        self._only(data, set(FieldSource.__dataclass_fields__))
        given: dict[str, Any] = {}
        for key, item in data.items():
            match key:
                case "join":
                    given[key] = tuple(_names(names) for names in item)
                case "sign":
                    given[key] = Sign(item)
                case _ if isinstance(item, list):
                    given[key] = tuple(item)
                case _:
                    given[key] = item
        return FieldSource(**given)

    def _measure(self, value: dict[str, Any]) -> Measure:
        self._only(value, {"title", "plus", "minus", "side"})
        return Measure(
            title=value.get("title", ""),
            plus=tuple(value.get("plus", ())),
            minus=tuple(value.get("minus", ())),
            side=value.get("side", ""),
        )

    def _total(self, value: dict[str, Any]) -> TotalLine:
        self._only(value, {"pattern", "names", "must", "preamble"})
        pattern = value.get("pattern")
        return TotalLine(
            pattern=re.compile(pattern) if pattern else None,
            names=value.get("names", {}),
            must=value.get("must", False),
            preamble=value.get("preamble", False),
        )

    def _only(self, data: Mapping[str, Any], allowed: set[str]) -> None:
        if unknown := set(data) - allowed:
            raise ProfileError(f"{self.name}: unknown keys {sorted(unknown)}")

    def _check(self, profile: Profile) -> None:
        if profile.kind is None:
            if profile.refused is None:
                raise ProfileError(f"{self.name}: neither kind nor refused")
            return
        known = {field.name: field for field in FIELDS[profile.kind]}
        if unknown := set(profile.fields) - set(known):
            raise ProfileError(f"{self.name}: unknown fields {sorted(unknown)}")
        named = {name for total in profile.totals for name in _measured(total)}
        if unknown := named - set(profile.measures):
            raise ProfileError(f"{self.name}: unknown measures {sorted(unknown)}")


def _measured(total: TotalLine) -> Iterable[str]:
    groups = total.pattern.groupindex if total.pattern else {}
    return [*groups, *total.names.values()]


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _patterns(values: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(value) for value in values)
