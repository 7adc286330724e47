"""What lets a process of the program start sooner."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from types import ModuleType

_OBJECTS_BETWEEN_COLLECTIONS = 50_000


def start_lean() -> None:
    """Load no more than is needed; to be called before anything large is imported."""
    # Importing makes very many objects that all stay: looking for garbage among them, every 700
    # new ones as is usual, takes a fifth of the start.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    if not any(isinstance(finder, _NoPandas) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NoPandas())


class _NoPandas:
    """Hides pandas: pyarrow imports it where it finds it, which takes longer than most files."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> None:
        """Refuse to find it."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)
