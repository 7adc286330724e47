"""The reading process: takes requests on its standard input, answers on its standard output.

It runs under limits and may die of a hostile file at any time; its owner then starts
another one. Start it with `python -m app.intake`.
"""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from app.intake import protocol
from app.intake.archives import Archive, check_claimed_members
from app.intake.blocks import LONGEST_LINE
from app.intake.contents import ARCHIVE, package_kind
from app.intake.encodings import UTF8
from app.intake.inputs import Input, file_input, stamp_of
from app.intake.limits import allow_cpu, limit_process
from app.intake.lines import raw_lines
from app.intake.opening import Wishes, open_statement, reopen
from app.intake.profiles import shipped_profiles
from app.intake.protocol import Found, RawChunk, Tag
from app.intake.refusal import FileRefused, refuse
from app.intake.rules import Reason, RowProblem

_LEVEL = 1


def main() -> None:
    """Serve requests until the input ends."""
    inward, outward = _pipes()
    limit_process()
    csv.field_size_limit(LONGEST_LINE)
    protocol.write_json(outward, Tag.READY, {"pid": os.getpid()})
    server = Server(outward)
    while True:
        try:
            tag, body = protocol.read_frame(inward)
        except protocol.BrokenPipe:
            return
        match tag:
            case Tag.REQUEST:
                server.serve(json.loads(body))
            case Tag.RAW:
                server.keep(protocol.raw_chunk(body))
            case _:
                raise AssertionError(tag)


class Server:
    """Answers requests one after another."""

    def __init__(self, outward: BinaryIO) -> None:
        self._out = outward
        self._archive: tuple[tuple[str, str, str | None], Archive] | None = None
        self._kept: list[bytes] = []

    def serve(self, request: dict[str, Any]) -> None:
        """Answer one request; what goes wrong with the file is an answer too."""
        try:
            self._answer(request)
        except FileRefused as error:
            self._refuse(error.problem)
        except MemoryError:
            self._refuse(RowProblem(reason=Reason.OUT_OF_MEMORY))
        except OSError as error:
            detail = error.strerror or type(error).__name__
            self._refuse(RowProblem(reason=Reason.UNREADABLE, params={"detail": detail}))

    def _answer(self, request: dict[str, Any]) -> None:
        match request["do"]:
            case "look":
                self._look(request)
            case "read":
                self._read(request)
            case "lines":
                self._lines(request)
            case "forget":
                self._kept = []
            case "kept":
                protocol.write_json(self._out, Tag.READY, {"size": sum(map(len, self._kept))})
            case other:
                raise AssertionError(other)

    def keep(self, chunk: RawChunk) -> None:
        """Keep the next piece of a file whose lines will be asked for."""
        raw = pa.decompress(chunk.data, decompressed_size=chunk.raw_size, codec="zstd")
        self._kept.append(raw.to_pybytes())

    def _refuse(self, problem: RowProblem) -> None:
        protocol.write_json(self._out, Tag.PROBLEM, protocol.pack_problem(problem))

    def _look(self, request: dict[str, Any]) -> None:
        path = Path(request["path"])
        before = stamp_of(path)
        source = self._input(request)
        allow_cpu(source.size)
        if request["member"] is None and _is_archive(source):
            members = self._archive_of(request).members
            if not members:
                raise refuse(Reason.EMPTY_ARCHIVE)
            listed = [[one.index, one.name] for one in members]
            protocol.write_json(self._out, Tag.MEMBERS, listed)
            return
        outcome = open_statement(source, _wishes(request), shipped_profiles())
        problem = outcome.problem
        if stamp_of(path) != before:
            problem = RowProblem(reason=Reason.STILL_WRITTEN)
        statement = None if problem else outcome.statement
        found = Found(
            label=request["label"],
            path=request["path"],
            member=request["member"],
            sha256=outcome.examined.sha256,
            size=outcome.examined.size,
            stamp=before,
            profile=statement.profile_name if statement else None,
            kind=statement.kind if statement else None,
            encoding=statement.encoding if statement else outcome.examined.encoding,
            error=problem,
        )
        protocol.write_json(self._out, Tag.FOUND, protocol.pack_found(found))

    def _read(self, request: dict[str, Any]) -> None:
        path = Path(request["path"])
        if stamp_of(path) != request["stamp"]:
            raise refuse(Reason.STILL_WRITTEN)
        source = self._input(request)
        allow_cpu(source.size)
        context = protocol.unpack_context(request["context"])
        statement = reopen(source, _wishes(request), request["encoding"], shipped_profiles())
        raw = _RawWriter(self._out)
        protocol.write_json(self._out, Tag.KIND, {"kind": statement.kind})
        for batch in statement.batches(context, raw.take):
            body = batch.serialize()
            protocol.write_frame(self._out, Tag.BATCH, memoryview(body))
        raw.finish()
        if stamp_of(path) != request["stamp"]:
            raise refuse(Reason.STILL_WRITTEN)
        protocol.write_json(self._out, Tag.SUMMARY, protocol.pack_summary(statement.summary()))

    def _lines(self, request: dict[str, Any]) -> None:
        source = self._kept_input(request) if request["path"] is None else self._input(request)
        allow_cpu(source.size)
        found = raw_lines(
            source,
            _wishes(request),
            request["encoding"] or UTF8,
            shipped_profiles(),
            ranges=[(first, last) for first, last in request["ranges"]],
            most_rows=request["most_rows"],
        )
        protocol.write_json(self._out, Tag.LINES, protocol.pack_lines(found))

    def _kept_input(self, request: dict[str, Any]) -> Input:
        self._kept = [b"".join(self._kept)]
        whole = self._kept[0]
        return Input(name=request["label"], size=len(whole), open=lambda: io.BytesIO(whole))

    def _input(self, request: dict[str, Any]) -> Input:
        if request["member"] is None:
            return file_input(Path(request["path"]))
        archive = self._archive_of(request)
        for member in archive.members:
            if member.index == request["member"]:
                return archive.input(member)
        raise refuse(Reason.STILL_WRITTEN)

    def _archive_of(self, request: dict[str, Any]) -> Archive:
        """Return the archive of a request; the last one stays open for its other members."""
        path = Path(request["path"])
        key = (request["path"], stamp_of(path), request["password"])
        if self._archive is None or self._archive[0] != key:
            if self._archive is not None:
                self._archive[1].close()
                self._archive = None
            self._archive = (key, Archive(file_input(path), request["password"]))
        return self._archive[1]


class _RawWriter:
    """Sends the original bytes on, compressed, in pieces of a fixed size."""

    PIECE = 4 << 20

    def __init__(self, outward: BinaryIO) -> None:
        self._out = outward
        self._number = 0
        self._rest = b""

    def take(self, piece: bytes) -> None:
        """Take the next bytes of the file."""
        data = self._rest + piece if self._rest else piece
        start = 0
        while len(data) - start >= self.PIECE:
            self._send(data[start : start + self.PIECE])
            start += self.PIECE
        self._rest = data[start:]

    def finish(self) -> None:
        """Send what is left."""
        if self._rest:
            self._send(self._rest)
            self._rest = b""

    def _send(self, data: bytes) -> None:
        packed = pa.compress(data, codec="zstd", asbytes=True)
        chunk = RawChunk(number=self._number, raw_size=len(data), data=packed)
        protocol.write_raw(self._out, chunk)
        self._number += 1


def _is_archive(source: Input) -> bool:
    with source.open() as stream:
        if not stream.read(4).startswith(b"PK"):
            return False
    check_claimed_members(source)
    return package_kind(source.open) == ARCHIVE


def _wishes(request: dict[str, Any]) -> Wishes:
    return Wishes(
        profile=request["profile"], encoding=request["wish_encoding"], password=request["password"]
    )


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the two pipes for frames; whatever prints goes to standard error."""
    inward = os.fdopen(os.dup(0), "rb")
    outward = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return inward, outward
