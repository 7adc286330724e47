"""One reading process for all tests that do not harm it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from app.intake.reader import Reader

# The first call of a library imports it, which no example is to be blamed for.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """Return a reader."""
    with Reader() as one:
        yield one
