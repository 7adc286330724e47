"""The raw lines of a file on record, read from its stored bytes in the reading process."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.closing.day_files import NoSuchFile
from app.db.workspace import Workspace
from app.intake.model import SourceChunk, SourceFile
from app.intake.naming import own_name
from app.intake.protocol import RawChunk
from app.intake.reader import Kept, Reader
from app.intake.rules import RawLines, RowProblem


@dataclass(frozen=True, slots=True)
class _Stored:
    kept: Kept
    chunks: tuple[RawChunk, ...]


class LineViewer:
    """Hands out the lines of one file after the other; safe in threads; close it at the end."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._file: tuple[int, Kept] | None = None
        self._closed = False

    def lines(self, file_id: int, first: int, count: int) -> RawLines | RowProblem:
        """Return so many lines from the first on, as everybody may see them; none once closed.

        Raises:
            NoSuchFile: It is not on record.
        """
        with self._lock:
            if self._closed:
                return RawLines()
            problem = self._hand_over(file_id)
            if problem is not None:
                return problem
            assert self._reader is not None
            assert self._file is not None
            ranges = [(first, first + count - 1)]
            found = self._reader.kept_lines(self._file[1], ranges, most_rows=count)
            if isinstance(found, RowProblem):
                self._file = None
                return found
            return found.masked()

    def close(self) -> None:
        """End the reading process; who asks later, as a job that waited does, starts no other."""
        with self._lock:
            self._closed = True
            if self._reader is not None:
                self._reader.restart()
            self._reader = self._file = None

    def _hand_over(self, file_id: int) -> RowProblem | None:
        if self._reader is None:
            self._reader = Reader()
        if self._file is not None and self._file[0] == file_id:
            return None
        stored = self._workspace.read(_stored, file_id)
        problem = self._reader.keep(stored.chunks)
        self._file = None if problem is not None else (file_id, stored.kept)
        return problem


def _stored(session: Session, file_id: int) -> _Stored:
    row = session.get(SourceFile, file_id)
    if row is None:
        raise NoSuchFile(id=file_id)
    chunks = select(SourceChunk).where(SourceChunk.file_id == file_id)
    return _Stored(
        Kept(label=own_name(row.name), profile=row.profile or None, encoding=row.encoding),
        tuple(
            RawChunk(number=chunk.number, raw_size=chunk.raw_size, data=bytes(chunk.data))
            for chunk in session.scalars(chunks.order_by(SourceChunk.number))
        ),
    )
