"""The SQL of the plan: what Ibis compiled is kept for the next start of the program.

To compile the plan of a task takes far longer than to run it over a day of ordinary size. What
is kept belongs to exactly this program and these libraries; anything else is compiled anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeAlias

import ibis
from ibis.expr.types import Table

import app
from app.db.places import cache_folder

Build: TypeAlias = Callable[[], Table]
Fields: TypeAlias = dict[str, str]

_LIBRARIES = ("ibis-framework", "sqlglot", "duckdb")
_NAME = "plans-"


class Plans:
    """The SQL and the columns of expressions, by name."""

    def __init__(self, folder: Callable[[], Path] = cache_folder) -> None:
        self._folder = folder
        self._kept: dict[str, tuple[str, Fields]] | None = None
        self._schemas: dict[str, ibis.Schema] = {}
        self._fresh = False

    def compiled(self, name: str, build: Build) -> tuple[str, ibis.Schema]:
        """Return the SQL and the columns of an expression; it is built only if it is not known."""
        if self._kept is None:
            self._kept = _read(self._file())
        if name not in self._kept:
            expression = build()
            schema = expression.schema()
            fields = {field: str(kind) for field, kind in schema.items()}
            self._kept[name] = str(ibis.to_sql(expression, dialect="duckdb")), fields
            self._schemas[name] = schema
            self._fresh = True
        sql, fields = self._kept[name]
        if name not in self._schemas:
            self._schemas[name] = ibis.schema(fields)
        return sql, self._schemas[name]

    def save(self) -> None:
        """Keep what is new; where it cannot be written it is compiled again another time."""
        if not self._fresh or self._kept is None:
            return
        self._fresh = False
        file = self._file()
        body = json.dumps(_read(file) | self._kept).encode()
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(f".{os.getpid()}")
            partial.write_bytes(_digest(body) + b"\n" + body)
            partial.replace(file)
            for other in file.parent.glob(f"{_NAME}*"):
                if other != file:
                    other.unlink(missing_ok=True)

    def _file(self) -> Path:
        return self._folder() / f"{_NAME}{_fingerprint()}.json"


def _read(file: Path) -> dict[str, tuple[str, Fields]]:
    """Return what an earlier process kept; a file that is not whole counts for nothing."""
    try:
        digest, _line, body = file.read_bytes().partition(b"\n")
    except OSError:
        return {}
    if digest != _digest(body):
        return {}
    return {name: (sql, fields) for name, (sql, fields) in json.loads(body).items()}


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _fingerprint() -> str:
    """Return what tells this program and its libraries from every other."""
    known = hashlib.sha256()
    for part in (*_versions(), *_sources()):
        known.update(f"{part}\n".encode())
    return known.hexdigest()[:24]


def _versions() -> Iterator[str]:
    for name in _LIBRARIES:
        try:
            yield version(name)
        except PackageNotFoundError:
            yield ""


def _sources() -> Iterator[str]:
    """Yield each file of the program with its size and age; a packed program is one file."""
    files = sorted(Path(next(iter(app.__path__))).rglob("*.py")) or [Path(sys.executable)]
    for file in files:
        found = file.stat()
        yield f"{file} {found.st_size} {found.st_mtime_ns}"
