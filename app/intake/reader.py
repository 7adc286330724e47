"""The door to files from outside: they are read in a limited child process.

The child may die of what it reads. That is an answer like any other: the file could not be
read, for this reason; the next file gets a new child.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from app.base.bundle import bundled
from app.base.children import command_of
from app.intake import protocol
from app.intake.context import Context
from app.intake.fields import schema_of
from app.intake.protocol import BrokenPipe, Found, RawChunk, Tag
from app.intake.rules import Kind, RawLines, Reason, RowProblem, Summary

STALL_SECONDS = 120
"""So long the child may work on a file without a sign of life."""

_IGNORED = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file, or one member of an archive, and what it was found to be."""

    label: str
    """The path as it was given; members stand behind their archive."""
    path: Path
    member: int | None
    sha256: str
    size: int
    stamp: str
    profile: str | None
    kind: Kind | None
    encoding: str
    error: RowProblem | None
    wish: str | None = None
    """The encoding that the user asked for."""
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file on record whose bytes were handed over, and how it was read."""

    label: str
    """Its own name, without folders."""
    profile: str | None
    encoding: str
    password: str | None = None


class Reading:
    """The rows of one file and its original bytes, as they come."""

    def __init__(self, reader: Reader, source: Source, context: Context) -> None:
        self.source = source
        self._reader = reader
        self._context = context
        self._summary: Summary | None = None

    @property
    def summary(self) -> Summary:
        """The sums and problems, once everything has been read."""
        assert self._summary is not None, "read to the end first"
        return self._summary

    def __iter__(self) -> Iterator[pa.RecordBatch | RawChunk]:
        """Yield batches of rows and pieces of the original file, interleaved."""
        if self.source.error is not None:
            self._fail(self.source.error)
            return
        finished = False
        try:
            yield from self._frames()
            finished = True
        finally:
            if not finished:
                self._reader.restart()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches of rows alone."""
        return (item for item in self if not isinstance(item, RawChunk))

    def _frames(self) -> Iterator[pa.RecordBatch | RawChunk]:
        schema: pa.Schema | None = None
        for tag, body in self._reader.ask(_read_request(self.source, self._context)):
            match tag:
                case Tag.KIND:
                    schema = schema_of(Kind(json.loads(body)["kind"]))
                case Tag.BATCH:
                    assert schema is not None
                    yield pa.ipc.read_record_batch(pa.py_buffer(body), schema)
                case Tag.RAW:
                    yield protocol.raw_chunk(body)
                case Tag.PROBLEM:
                    self._fail(protocol.unpack_problem(json.loads(body)))
                case Tag.SUMMARY:
                    self._summary = protocol.unpack_summary(json.loads(body))
                case _:
                    pass

    def _fail(self, problem: RowProblem) -> None:
        self._summary = Summary(problems=(problem,), problem_count=1)


class Reader:
    """Owns one reading process and starts it anew when it dies."""

    def __init__(self, *, stall_seconds: int = STALL_SECONDS) -> None:
        self._stall_seconds = stall_seconds
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.restart()

    def sources(
        self,
        path: Path,
        *,
        profile: str | None = None,
        encoding: str | None = None,
        password: str | None = None,
    ) -> list[Source]:
        """Return what a file, an archive or a folder holds, in order of name.

        What cannot be read stands among them with its error.
        """
        wishes = {"profile": profile, "wish_encoding": encoding, "password": password}
        found: list[Source] = []
        for file in files_in(path):
            found.extend(self._look(file, wishes))
        if path.is_dir():
            # Beside statements in a folder there may be notes of programs; nobody meant them.
            return [one for one in found if not is_note(one)]
        return found

    def read(self, source: Source, context: Context) -> Reading:
        """Return the reading of one source; iterate over it."""
        return Reading(self, source, context)

    def lines(
        self, source: Source, ranges: Sequence[tuple[int, int]], *, most_rows: int
    ) -> RawLines | RowProblem:
        """Return rows of a file as they stand, or why even they cannot be told apart."""
        request = {
            **_read_wishes(source), "do": "lines", "ranges": list(ranges), "most_rows": most_rows,
        }  # fmt: skip
        return self._asked_lines(request)

    def keep(self, chunks: Iterable[RawChunk]) -> RowProblem | None:
        """Hand over the bytes of a file on record, whose lines will be asked for."""
        child = self._running()
        assert child.stdin is not None
        size = 0
        try:
            protocol.write_json(child.stdin, Tag.REQUEST, {"do": "forget"})  # type: ignore[arg-type]
            for chunk in chunks:
                protocol.write_raw(child.stdin, chunk)  # type: ignore[arg-type]
                size += chunk.raw_size
        except OSError:
            return self._obituary(timed_out=False)
        for tag, body in self.ask({"do": "kept"}):
            if tag is Tag.PROBLEM:
                return protocol.unpack_problem(json.loads(body))
            if json.loads(body)["size"] != size:
                return RowProblem(reason=Reason.OUT_OF_MEMORY)
        return None

    def kept_lines(
        self, wishes: Kept, ranges: Sequence[tuple[int, int]], *, most_rows: int
    ) -> RawLines | RowProblem:
        """Return rows of the file that was handed over."""
        request = {
            **asdict(wishes), "do": "lines", "path": None, "member": None, "ranges": list(ranges),
            "most_rows": most_rows, "wish_encoding": wishes.encoding or None,
        }  # fmt: skip
        return self._asked_lines(request)

    def _asked_lines(self, request: dict[str, Any]) -> RawLines | RowProblem:
        answer: RawLines | RowProblem = RawLines()
        for tag, body in self.ask(request):
            match tag:
                case Tag.LINES:
                    answer = protocol.unpack_lines(json.loads(body))
                case Tag.PROBLEM:
                    answer = protocol.unpack_problem(json.loads(body))
                case _:
                    pass
        return answer

    def ask(self, request: dict[str, Any]) -> Iterator[tuple[Tag, bytes]]:
        """Send a request and yield the frames of its answer, the last one included."""
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        clock = _Clock(child, self._stall_seconds)
        try:
            protocol.write_json(child.stdin, Tag.REQUEST, request)  # type: ignore[arg-type]
            while True:
                with clock:
                    tag, body = protocol.read_frame(child.stdout)  # type: ignore[arg-type]
                yield tag, body
                if tag in _LAST:
                    return
        except (BrokenPipe, OSError):
            problem = self._obituary(timed_out=clock.rang)
            yield Tag.PROBLEM, json.dumps(protocol.pack_problem(problem)).encode()

    def restart(self) -> None:
        """End the child; the next request starts another one."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue

    def _look(self, path: Path, wishes: dict[str, str | None]) -> list[Source]:
        """Look at a file; an archive gives its members."""
        answer = self._look_at(path, None, str(path), wishes)
        if isinstance(answer, Source):
            return [answer]
        found = []
        for member, name in answer:
            one = self._look_at(path, member, f"{path}/{name}", wishes)
            assert isinstance(one, Source)
            found.append(one)
        if any(one.error is None for one in found):
            # The exports of some channels come with a summary beside the details.
            return [one for one in found if not _is_summary(one)]
        return found

    def _look_at(
        self, path: Path, member: int | None, label: str, wishes: dict[str, str | None]
    ) -> Source | list[tuple[int, str]]:
        request = {
            "do": "look", "path": str(path.absolute()), "label": label, "member": member, **wishes,
        }  # fmt: skip
        answer: Source | list[tuple[int, str]] | None = None
        for tag, body in self.ask(request):
            match tag:
                case Tag.FOUND:
                    answer = _source(protocol.unpack_found(json.loads(body)), wishes)
                case Tag.MEMBERS:
                    answer = [(index, name) for index, name in json.loads(body)]
                case Tag.PROBLEM:
                    problem = protocol.unpack_problem(json.loads(body))
                    answer = _broken(path, member, label, problem)
                case _:
                    pass
        assert answer is not None, "an answer always ends"
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.restart()
            self._child = _start()
            assert self._child.stdout is not None
            protocol.read_frame(self._child.stdout)  # type: ignore[arg-type]
        return self._child

    def _obituary(self, *, timed_out: bool) -> RowProblem:
        """Say of what the child died."""
        child = self._child
        code = 0 if child is None else child.wait()
        self.restart()
        if timed_out or code == -_SIGNALS.get("SIGXCPU", 0):
            return RowProblem(reason=Reason.OUT_OF_TIME)
        if code in _MEMORY_DEATHS:
            return RowProblem(reason=Reason.OUT_OF_MEMORY)
        return RowProblem(reason=Reason.CRASHED, params={"detail": _death(code)})


class _Clock:
    """Kills a child that stays silent for too long; runs only while we wait for it."""

    def __init__(self, child: subprocess.Popen[bytes], seconds: int) -> None:
        self._child = child
        self._seconds = seconds
        self._timer: threading.Timer | None = None
        self.rang = False

    def __enter__(self) -> None:
        self._timer = threading.Timer(self._seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *_details: object) -> None:
        assert self._timer is not None
        self._timer.cancel()

    def _ring(self) -> None:
        self.rang = True
        self._child.kill()


_LAST = frozenset({Tag.FOUND, Tag.MEMBERS, Tag.LINES, Tag.READY, Tag.SUMMARY, Tag.PROBLEM})
_SIGNALS = {one.name: int(one) for one in signal.Signals}
# Libraries that cannot get memory abort.
_MEMORY_DEATHS = frozenset({-_SIGNALS.get("SIGABRT", 6)})


def _start() -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.Popen(  # noqa: S603 - our own program
        command_of("app.intake"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What a library prints about a hostile file is of use to developers only.
        stderr=None if os.environ.get("DUIPING_READER_STDERR") else subprocess.DEVNULL,
        cwd=bundled(),
        env=environment,
        bufsize=1 << 20,
    )


def files_in(path: Path) -> list[Path]:
    """Return the files of a folder in order of name; a file is its own only one."""
    if not path.is_dir():
        return [path]
    return sorted(
        one
        for one in path.rglob("*")
        if one.is_file()
        and not any(part.startswith((".", "~$")) for part in one.relative_to(path).parts)
        and one.name.lower() not in _IGNORED
    )


def _source(found: Found, wishes: dict[str, str | None]) -> Source:
    return Source(
        label=found.label,
        path=Path(found.path),
        member=found.member,
        sha256=found.sha256,
        size=found.size,
        stamp=found.stamp,
        profile=found.profile,
        kind=found.kind,
        encoding=found.encoding,
        error=found.error,
        wish=wishes["wish_encoding"],
        password=wishes["password"],
    )


def is_note(source: Source) -> bool:
    """Tell whether this is what a program noted down for itself."""
    error = source.error
    return (
        error is not None
        and error.reason is Reason.NOT_A_STATEMENT
        and error.params.get("format") == "JSON"
    )


def _is_summary(source: Source) -> bool:
    return source.error is not None and source.error.reason is Reason.SUMMARY_ONLY


def _broken(path: Path, member: int | None, label: str, problem: RowProblem) -> Source:
    return Source(
        label=label, path=path, member=member, sha256="", size=0, stamp="", profile=None,
        kind=None, encoding="", error=problem,
    )  # fmt: skip


def _read_request(source: Source, context: Context) -> dict[str, Any]:
    return {
        **_read_wishes(source),
        "do": "read",
        "password": source.password or context.password,
        "context": protocol.pack_context(context),
    }


def _read_wishes(source: Source) -> dict[str, Any]:
    return {
        "path": str(source.path),
        "label": source.label,
        "member": source.member,
        "stamp": source.stamp,
        "profile": source.profile,
        "encoding": source.encoding,
        "wish_encoding": source.wish,
        "password": source.password,
    }


def _death(code: int) -> str:
    names = {number: name for name, number in _SIGNALS.items()}
    return names.get(-code, f"exit {code}")
