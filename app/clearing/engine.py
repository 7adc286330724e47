"""Where the relational plan runs.

The plan names each table that it keeps; under one name it always builds the same expression.
DuckDB therefore compiles an expression once and keeps its SQL (see `plans`), because for a day
of ordinary size compiling takes far longer than running. Any other backend of Ibis works as well.
"""

from __future__ import annotations

from typing import Any, Protocol

import duckdb
import ibis
import pyarrow as pa
from ibis.expr.types import Table

from app.clearing.plans import Build, Plans

_CONFIG: dict[str, Any] = {"threads": 2, "memory_limit": "1GB", "preserve_insertion_order": False}


class Engine(Protocol):
    """What a plan needs of an engine."""

    def load(self, name: str, data: pa.Table) -> Table:
        """Make columns known under a name."""

    def keep(self, name: str, build: Build) -> Table:
        """Run an expression and keep its rows under a name."""

    def name(self, name: str, table: Table) -> Table:
        """Give a kept table a name that does not depend on the way it was made."""

    def fetch(self, name: str, build: Build) -> pa.Table:
        """Run an expression and return its rows."""

    def close(self) -> None:
        """Forget everything."""


class DuckEngine:
    """Runs plans in memory on DuckDB."""

    plans = Plans()

    def __init__(self) -> None:
        self._duck = duckdb.connect(config=_CONFIG)
        self._loaded: list[pa.Table] = []

    def load(self, name: str, data: pa.Table) -> Table:
        """Make columns known under a name; they are not copied."""
        self._loaded.append(data)
        self._duck.register(name, data)
        return ibis.table(ibis.Schema.from_pyarrow(data.schema), name=name)

    def keep(self, name: str, build: Build) -> Table:
        """Run an expression and keep its rows under a name."""
        sql, schema = self.plans.compiled(name, build)
        self._duck.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')
        return ibis.table(schema, name=name)

    def name(self, name: str, table: Table) -> Table:
        """Give a kept table a name that does not depend on the way it was made."""
        self._duck.table(table.get_name()).create_view(name)
        return ibis.table(table.schema(), name=name)

    def fetch(self, name: str, build: Build) -> pa.Table:
        """Run an expression and return its rows."""
        sql, schema = self.plans.compiled(name, build)
        return self._duck.sql(sql).to_arrow_table().cast(schema.to_pyarrow())

    def close(self) -> None:
        """Forget everything but the plans."""
        self._duck.close()
        self._loaded.clear()
        self.plans.save()


class BackendEngine:
    """Runs plans on any backend of Ibis."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def load(self, name: str, data: pa.Table) -> Table:
        """Make columns known under a name."""
        return self._backend.create_table(name, data, overwrite=True)

    def keep(self, name: str, build: Build) -> Table:
        """Run an expression and keep its rows."""
        del name
        return build().cache()

    def name(self, name: str, table: Table) -> Table:
        """Give a kept table a name."""
        del name
        return table

    def fetch(self, name: str, build: Build) -> pa.Table:
        """Run an expression and return its rows."""
        del name
        return build().to_pyarrow()

    def close(self) -> None:
        """Let the backend go."""
        self._backend.disconnect()
