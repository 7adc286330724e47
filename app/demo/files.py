"""Writing the text files of a day: rows in any order, totals, encodings, zips."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from app.base.money import yuan

_ROWS_HELD: Final = 512
"""Rows that are held back so that a file can be put out of order, in bounded memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a delimited file looks apart from its rows."""

    encoding: str = "utf-8"
    newline: str = "\n"
    comment: str = ""
    total: bool = False
    shuffled: bool = False


class TextTable:
    """A delimited file that is written row by row."""

    def __init__(self, path: Path, header: str, look: Look, rng: Random | None = None) -> None:
        self.path = path
        self.count = 0
        self.total_fen = 0
        self._look = look
        self._rng: Random | None = None
        if rng is not None and look.shuffled:
            self._rng = Random(rng.getrandbits(32))  # noqa: S311 - not secret
        self._held: list[str] = []
        self._file = path.open("w", encoding=look.encoding, newline=look.newline)
        if look.comment:
            self._file.write(f"# {look.comment}\n")
        self._file.write(header + "\n")

    def add(self, row: str, amount_fen: int = 0) -> None:
        """Write one row, whose amount counts in the total."""
        self.count += 1
        self.total_fen += amount_fen
        self._held.append(row)
        if len(self._held) >= _ROWS_HELD:
            self._flush()

    def close(self) -> None:
        """Write what is left and the total line."""
        self._flush()
        if self._look.total:
            self._file.write(f"#合计,{self.count},{yuan(self.total_fen)}\n")
        self.footer()
        self._file.close()

    def release(self) -> None:
        """Let go of the file, finished or not."""
        self._file.close()

    def footer(self) -> None:
        """Write the lines after the last row; a layout of its own may have some."""

    def line(self, text: str) -> None:
        """Write a line that is not a row."""
        self._file.write(text + "\n")

    def _flush(self) -> None:
        if self._rng is not None:
            self._rng.shuffle(self._held)
        if self._held:
            self._file.write("\n".join(self._held))
            self._file.write("\n")
            self._held.clear()


class _ChineseName(zipfile.ZipInfo):
    """A member whose name is GBK without the UTF-8 flag, as Chinese programs write it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the library's own name
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def pack(archive: Path, members: Sequence[tuple[str, Path]], made: tuple[int, int, int]) -> None:
    """Move files into a zip with GBK names; the same files give the same bytes."""
    with zipfile.ZipFile(archive, "w") as zipped:
        for name, path in members:
            info = _ChineseName(name, (*made, 6, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.file_size = path.stat().st_size
            with path.open("rb") as source, zipped.open(info, "w") as target:
                while block := source.read(1 << 20):
                    target.write(block)
            path.unlink()
