"""Papers are drawn in a process of its own: the window keeps its processor, and a stop is at once.

The child gets the papers on its standard input and tells how far it is on its standard output, a
line of JSON each time.
"""

from __future__ import annotations

import json
import queue
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from app.base.bundle import bundled
from app.base.children import command_of
from app.base.progress import Progress
from app.reporting.drawing import Drawn, How
from app.reporting.paper import Missing, Paper, Stamp
from app.reporting.storing import packed

_PART = "app.reporting"
_LOOK_EVERY_S = 0.2
"""So often is asked whether the user stopped it, whatever the child does."""
_GOES_WITHIN_S = 10
_LAST_WORDS = 4_000


class ChildDied(Exception):
    """The drawing process ended without an answer: a defect, with its last words."""


def draw_apart(
    path: Path, papers: Sequence[tuple[Paper, Stamp]], how: How, progress: Progress
) -> Drawn:
    """Write papers into a file in a child process; stopping ends the child.

    Raises:
        Cancelled: The user stopped it.
        OSError: The file cannot be written.
    """
    return _drawn_by(_Child(), path, papers, how, progress)


class Drawers:
    """Keeps a child waiting, so that the next paper need not wait for one to start.

    Safe in threads; whoever has one closes it at the end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: _Child | None = None
        self._closed = False

    def stand_by(self) -> None:
        """Start a child unless one waits already."""
        with self._lock:
            if self._waiting is None and not self._closed:
                self._waiting = _Child()

    def draw(
        self, path: Path, papers: Sequence[tuple[Paper, Stamp]], how: How, progress: Progress
    ) -> Drawn:
        """Do as `draw_apart` does, by the child that waits; then have the next one wait."""
        with self._lock:
            child, self._waiting = self._waiting, None
        if child is not None and child.is_gone:
            child.end()
            child = None
        try:
            return _drawn_by(child or _Child(), path, papers, how, progress)
        finally:
            self.stand_by()

    def close(self) -> None:
        """End the child that waits; none is started any more."""
        with self._lock:
            child, self._waiting, self._closed = self._waiting, None, True
        if child is not None:
            child.end()


class _Child:
    """A drawing process and what it says last."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self.process = _start(self._errors)

    @property
    def is_gone(self) -> bool:
        """Whether it ended by itself while it waited."""
        return self.process.poll() is not None

    def last_words(self) -> str:
        """Return the end of what it wrote on its standard error."""
        self._errors.seek(0)
        return self._errors.read()[-_LAST_WORDS:].decode("utf-8", "replace")

    def end(self) -> None:
        """End it if it still runs, and let go of its pipes."""
        if not self.is_gone:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self._errors):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _drawn_by(
    child: _Child,
    path: Path,
    papers: Sequence[tuple[Paper, Stamp]],
    how: How,
    progress: Progress,
) -> Drawn:
    try:
        progress.advance(0, len(papers))
        contents = [packed(paper)[0] for paper, _stamp in papers]
        request = {
            "path": str(path.absolute()),
            "format": how.format.value,
            "offset": list(how.offset),
            "papers": [
                {"stamp": asdict(stamp), "size": len(content)}
                for (_paper, stamp), content in zip(papers, contents, strict=True)
            ],
        }
        talk = _Talk(child.process)
        try:
            answer = talk.carried_out(request, contents, progress)
        finally:
            code = talk.end()
        if answer is None:
            raise ChildDied(f"exit {code}\n{child.last_words()}")
    finally:
        child.end()
    if "errno" in answer:
        raise OSError(answer["errno"], answer["words"])
    return Drawn(
        pages=tuple(answer["pages"]),
        missing=tuple(Missing(character=one, field=field) for one, field in answer["missing"]),
    )


class _Talk:
    """One request to a child and its answer."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._answered = False

    def carried_out(
        self, request: dict[str, Any], contents: Sequence[bytes], progress: Progress
    ) -> dict[str, Any] | None:
        """Return the answer; None where the child died."""
        # Both pipes have threads of their own: the request may be larger than a pipe holds.
        for work in (self._listen, lambda: self._send(request, contents)):
            thread = threading.Thread(target=work, daemon=True, name="drawing")
            self._threads.append(thread)
            thread.start()
        at = (0, len(contents))
        while True:
            try:
                line = self._lines.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                progress.advance(*at)
                continue
            if line is None or "done" not in line:
                self._answered = True
                return line
            at = (line["done"], line["total"])
            progress.advance(*at)

    def end(self) -> int:
        """Wait for a child that has answered, end one that is not needed, return its exit code."""
        try:
            code = self._child.wait(_GOES_WITHIN_S if self._answered else 0)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        for thread in self._threads:
            thread.join()
        return code

    def _send(self, request: dict[str, Any], contents: Sequence[bytes]) -> None:
        pipe = self._child.stdin
        assert pipe is not None
        # A child that is gone says so by the end of its answers.
        with suppress(OSError, ValueError):
            pipe.write(json.dumps(request, ensure_ascii=False).encode() + b"\n")
            for content in contents:
                pipe.write(content)
            pipe.close()

    def _listen(self) -> None:
        pipe = self._child.stdout
        assert pipe is not None
        # A child that is ended may be cut off in the middle of a line.
        with suppress(ValueError):
            for line in pipe:
                self._lines.put(json.loads(line))
        self._lines.put(None)


def _start(errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program
        command_of(_PART),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=bundled(),
    )
