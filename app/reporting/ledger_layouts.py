"""Layouts in which vouchers are written for ledger systems: data, shipped and the user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.base.bundle import bundled
from app.base.errors import NotFound, UserError
from app.base.i18n import N_
from app.db.places import ledger_layouts_folder

FIELDS = (
    *("payee", "payee_name", "year", "period", "month", "serial", "number", "kind", "date"),
    *("summary", "line", "ledger_code", "ledger_name", "account_no", "channel", "sub_account"),
    *("debit", "credit", "amount", "side", "attachments", "maker", "checker", "posted_at"),
    *("source", "reverses"),
)
"""What a column can hold."""

AMOUNTS = frozenset({"debit", "credit", "amount"})
WHOLE = frozenset({"year", "period", "serial", "line", "attachments"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutColumn:
    """A column: a field of the line, or with "" as field the same text in each row."""

    title: str
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How vouchers are laid out; `date` is how days are written in comma-separated text."""

    name: str
    title: str
    sheet: str
    date: str
    columns: tuple[LayoutColumn, ...]


class UnknownLayout(NotFound):
    """There is no such layout."""

    template = N_("There is no layout “{name}”. Known are: {known}.")


class BadLayout(UserError):
    """A layout cannot be read."""

    template = N_("The layout {file} cannot be used: {problem}.")


def layouts() -> list[Layout]:
    """Return all layouts by name; the user's own take the place of shipped ones.

    Raises:
        BadLayout: One of them cannot be read.
    """
    files = {path.stem: path for folder in _folders() for path in sorted(folder.glob("*.toml"))}
    return [_read(files[name]) for name in sorted(files)]


def layout(name: str) -> Layout:
    """Return a layout by its name.

    Raises:
        UnknownLayout: There is none of that name.
        BadLayout: It cannot be read.
    """
    known = {one.name: one for one in layouts()}
    if name not in known:
        raise UnknownLayout(name=name, known=", ".join(known))
    return known[name]


def _folders() -> list[Path]:
    own = ledger_layouts_folder()
    return [bundled("resources", "ledger_layouts"), *([own] if own.is_dir() else [])]


def _read(path: Path) -> Layout:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        columns = tuple(_column(path, one) for one in said["columns"])
        date = str(said.get("date", "%Y-%m-%d"))
        datetime(2026, 1, 2).strftime(date)  # noqa: DTZ001 - only tried
        return Layout(
            name=path.stem,
            title=str(said.get("title", path.stem)),
            sheet=str(said.get("sheet", "")) or path.stem,
            date=date,
            columns=columns,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadLayout(file=path.name, problem=_told(error)) from error


def _column(path: Path, said: Mapping[str, Any]) -> LayoutColumn:
    field = str(said.get("field", ""))
    if field and field not in FIELDS:
        raise BadLayout(file=path.name, problem=field)
    return LayoutColumn(title=str(said["title"]), field=field, value=str(said.get("value", "")))


def _told(error: Exception) -> str:
    text = str(error).strip("'\".")
    return text or type(error).__name__
