"""A reconciled day of batches, on both kinds of database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from app.arrivals.queries import ArrivalFilter, ExpectedArrival, expected_arrivals
from app.arrivals.service import Confirmed, check, confirm, unconfirm
from app.db.workspace import Actor, Tx, Workspace
from app.matching.rules import Task
from tests.books import DAY, Books, Row, arrival, batch, bill_line, clearing_line, payment


@pytest.fixture
def books(
    workspace: Workspace,
    clerk: Actor,
    tmp_path: Path,
) -> Books:
    """Return the clerk's books; the payee of all rows is known."""
    made = Books(workspace=workspace, actor=clerk, folder=tmp_path)
    made.know_payee()
    return made


@pytest.fixture
def other_clerk(people: dict[str, Actor]) -> Actor:
    """Another person with the clerk's role: the auditor's account under another hat."""
    return replace(people["auditor"], name="wang", roles=frozenset({"clerk"}))


def cleared(books: Books, *numbers: int) -> None:
    """Load payments, bills and a batch of one line for each number."""
    books.load("payments", *(payment(number) for number in numbers))
    books.load("bills", *(bill_line(number) for number in numbers))
    books.load("batches", *(batch(number) for number in numbers))
    books.load("lines", *(clearing_line(number) for number in numbers))
    books.reconcile(Task.CLEARING)


def arrived(books: Books, *rows: Row, name: str = "bank") -> None:
    """Load bank lines and reconcile them."""
    books.load(name, *rows)
    books.reconcile(Task.ARRIVAL)


def clean(books: Books, *numbers: int) -> None:
    """Load batches that arrived to the fen and of which nothing differs."""
    cleared(books, *numbers)
    arrived(books, *(arrival(number) for number in numbers))


def expected(books: Books, *batch_nos: str) -> dict[str, ExpectedArrival]:
    """Return the batches of the day, or those named, by batch no."""
    wanted = ArrivalFilter(batch_nos=batch_nos) if batch_nos else ArrivalFilter(day=DAY)
    return {one.batch_no: one for one in books.workspace.read(expected_arrivals, wanted)}


def confirmed(books: Books, *batch_nos: str, by: Actor | None = None) -> list[Confirmed]:
    return books.workspace.write(by or books.actor, confirm, batch_nos=batch_nos).value


def checked(books: Books, by: Actor, *batch_nos: str) -> list[Confirmed]:
    return books.workspace.write(by, check, batch_nos=batch_nos).value


def taken_back(books: Books, by: Actor, batch_no: str) -> list[Confirmed]:
    return books.workspace.write(by, unconfirm, batch_nos=[batch_no], reason="too early").value


def raw(books: Books, statement: str) -> Callable[[], object]:
    """Do something to the database that no service would do."""

    def step(tx: Tx) -> None:
        tx.session.execute(text(statement))

    return lambda: books.workspace.write(books.actor, step)
