"""A day with a few discrepancies, on both kinds of database."""

from pathlib import Path

import pytest

from app.db.workspace import Actor, Workspace
from tests.books import Books
from tests.discrepancies.nursery import fill_day


@pytest.fixture
def books(workspace: Workspace, clerk: Actor, tmp_path: Path) -> Books:
    """Return the clerk's books; the payee of all rows is known."""
    made = Books(workspace=workspace, actor=clerk, folder=tmp_path)
    made.know_payee()
    return made


@pytest.fixture
def day(books: Books) -> Books:
    """Return books in which two payments are missing, one is extra, and one amount differs."""
    fill_day(books.workspace, books.actor)
    return books
