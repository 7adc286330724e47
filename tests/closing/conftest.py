"""A clerk with files to load, on both kinds of database."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.db.workspace import Actor, Workspace
from tests.books import Books
from tests.closing.desk import Close


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
def desk(books: Books, checker: Actor, supervisor: Actor) -> Close:
    """Return the books with a checker and a supervisor."""
    return Close(books=books, checker=checker, supervisor=supervisor)
