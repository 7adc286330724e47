"""Libraries that take long to load, loaded when they are first used.

if TYPE_CHECKING:
import polars as pl
else:
pl = Lazily("polars")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazily:
    """Stands for a module until something of it is asked for; safe in threads."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
