"""Which entries a run takes: of its days or in the pool, and not matched by a person."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db.bulk import AnySelect
from app.matching.extent import Extent
from app.matching.model import Match
from app.matching.rules import Side, Task

Column = InstrumentedAttribute[int] | ColumnElement[int]


class Taken:
    """Limits queries to what a run takes.

    Conditions that cannot exclude anything are left out: they would cost a look-up for each row.
    """

    def __init__(self, session: Session, task: Task, extent: Extent) -> None:
        self._session = session
        self._task = task
        self._extent = extent

    def of(
        self,
        side: Side,
        query: AnySelect,
        id_: Column,
        day: Column,
        besides: ColumnElement[bool] | None = None,
    ) -> AnySelect:
        """Limit a query to the entries of one side; `besides` are taken as well."""
        pool = self._pool(side)
        taken = self._of_days(day)
        if besides is not None:
            taken = or_(taken, besides)
        if self._any(pool):
            taken = or_(taken, id_.in_(pool))
        return self._not_by_hand(side, query.where(taken), id_)

    def beside(
        self,
        side: Side,
        query: AnySelect,
        columns: tuple[Column, Column, Column],
        files: tuple[Collection[int], Collection[int]],
    ) -> AnySelect | None:
        """Limit a query to what is not among the days of certain files, None if that is nothing.

        `columns` are id, file and day; `files` are those whose days are taken elsewhere, and the
        ranges of ids of all others.
        """
        id_, file, day = columns
        read, others = files
        pool = self._pool(side)
        taken = []
        if others:
            taken.append(and_(self._of_days(day), file.in_(sorted(others))))
        if self._any(pool):
            there = and_(self._of_days(day), file.in_(sorted(read)))
            taken.append(and_(id_.in_(pool), ~there))
        if not taken:
            return None
        return self._not_by_hand(side, query.where(or_(*taken)), id_)

    def by_hand(self, side: Side) -> list[int]:
        """Return the entries of a side that people matched."""
        return list(self._session.scalars(self._matched(side)))

    def _pool(self, side: Side) -> AnySelect:
        return self._extent.pool_ours if side is Side.OURS else self._extent.pool_theirs

    def _of_days(self, day: Column) -> ColumnElement[bool]:
        if self._extent.first == self._extent.last:
            return day == self._extent.last
        return day.between(self._extent.first, self._extent.last)

    def _not_by_hand(self, side: Side, query: AnySelect, id_: Column) -> AnySelect:
        by_hand = self._matched(side)
        return query.where(id_.not_in(by_hand)) if self._any(by_hand) else query

    def _matched(self, side: Side) -> AnySelect:
        matched = Match.ours_id if side is Side.OURS else Match.theirs_id
        return select(matched).where(
            Match.task == self._task, Match.run_id.is_(None), matched.is_not(None)
        )

    def _any(self, query: AnySelect) -> bool:
        return self._session.execute(query.limit(1)).first() is not None
