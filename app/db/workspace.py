"""The one door to the database for screens and commands.

`read` gives a function a session that is thrown away; `write` gives it a
transaction that is saved whole or not at all, and tells what changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Concatenate, Generic, ParamSpec, TypeAlias, TypeVar

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from app.base.failpoints import reach
from app.db.engine import WRITES, open_engine
from app.db.errors import explaining
from app.db.schema import require_current

P = ParamSpec("P")
R = TypeVar("R")

ReadSession: TypeAlias = Session
"""What a reading function gets."""

_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Options of reading connections on PostgreSQL: one state for all of a read's queries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, in which roles and from where.

    `proved_at` is when he last gave his password; decisions ask for a fresh one.
    """

    user_id: int
    name: str
    roles: frozenset[str]
    machine: str
    proved_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx:
    """What a writing function gets: a session, who acts and when."""

    session: Session
    actor: Actor
    at: datetime
    command: str = ""
    tables: set[str] = field(default_factory=set)
    last_steps: list[Callable[[Tx], None]] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        """The connection of this transaction, for bulk work."""
        return self.session.connection()

    def touch(self, *tables: str) -> None:
        """Say that these tables changed by a way that the session cannot see."""
        self.tables.update(tables)

    def finally_do(self, step: Callable[[Tx], None]) -> None:
        """Run a step at the very end of this transaction, once."""
        if step not in self.last_steps:
            self.last_steps.append(step)


@dataclass(frozen=True, slots=True)
class Written(Generic[R]):
    """The result of a write and the tables it touched."""

    value: R
    tables: frozenset[str] = field(default_factory=frozenset)


class Workspace:
    """An open database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        snapshot = _SNAPSHOT if engine.dialect.name == "postgresql" else {}
        self._reader = engine.execution_options(**snapshot)
        self._writer = engine.execution_options(**WRITES)

    @classmethod
    def open(cls, url: str | URL, *, key: str | None = None) -> Workspace:
        """Open a database that is set up and of this program's version.

        Raises:
            DatabaseProblem: It cannot be opened, is not set up, or is of another version.
        """
        engine = open_engine(url, key=key)
        try:
            with explaining():
                require_current(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @property
    def address(self) -> URL:
        """Where the database is."""
        return self.engine.url

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def read(
        self, fn: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a reading function; whatever it changes is discarded."""
        with explaining(), Session(self._reader) as session:
            return fn(session, *args, **kwargs)

    def write(
        self,
        actor: Actor,
        fn: Callable[Concatenate[Tx, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Written[R]:
        """Run a writing function in one transaction."""
        with explaining(), Session(self._writer) as session, session.begin():
            tx = Tx(session=session, actor=actor, at=datetime.now(UTC), command=_name(fn))
            _collect_tables(session, tx.tables)
            value = fn(tx, *args, **kwargs)
            session.flush()
            for step in tx.last_steps:
                step(tx)
            reach("commit")
        reach("committed")
        return Written(value, frozenset(tx.tables))


def _name(fn: Callable[..., object]) -> str:
    while isinstance(fn, partial):
        fn = fn.func
    module = getattr(fn, "__module__", "").removeprefix("app.").removesuffix(".service")
    return f"{module}.{getattr(fn, '__name__', '')}"


def _collect_tables(session: Session, tables: set[str]) -> None:
    @event.listens_for(session, "before_flush")
    def _flushed(session: Session, _context: UOWTransaction, _objects: object) -> None:
        for row in (*session.new, *session.dirty, *session.deleted):
            tables.add(row.__tablename__)

    @event.listens_for(session, "do_orm_execute")
    def _executed(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            tables.add(state.statement.table.name)  # type: ignore[attr-defined]
