"""A clerk with files to load, on both kinds of database."""

from pathlib import Path

import pytest

from app.db.workspace import Actor, Workspace
from tests.books import Books


@pytest.fixture
def books(workspace: Workspace, clerk: Actor, tmp_path: Path) -> Books:
    """Return the clerk's books; the payee of all rows is known."""
    made = Books(workspace=workspace, actor=clerk, folder=tmp_path)
    made.know_payee()
    return made
