"""What the reading process and its owner say to each other over two pipes.

A frame is a type byte, a length of four bytes and a body. Bodies are JSON, Arrow batches
or compressed bytes; nothing is pickled, and no frame may be longer than the bound.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from typing import Any, BinaryIO

from app.intake.context import Context
from app.intake.rules import (
    Finding,
    Kind,
    Notice,
    Personal,
    RawLines,
    RawRow,
    Reason,
    RowProblem,
    Summary,
    Total,
)

LONGEST_FRAME = 256 << 20
_HEAD = struct.Struct("<cI")
_RAW_HEAD = struct.Struct("<IQ")


class Tag(Enum):
    """What a frame holds."""

    REQUEST = b"Q"
    FOUND = b"S"
    MEMBERS = b"M"
    KIND = b"K"
    BATCH = b"B"
    RAW = b"R"
    SUMMARY = b"F"
    LINES = b"L"
    PROBLEM = b"E"
    READY = b"Y"


class BrokenPipe(Exception):
    """The other side is gone or talks nonsense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawChunk:
    """A piece of a file's original bytes, compressed with zstd."""

    number: int
    raw_size: int
    data: bytes


def write_frame(stream: BinaryIO, tag: Tag, *bodies: Any) -> None:
    """Write one frame."""
    length = sum(len(body) for body in bodies)
    stream.write(_HEAD.pack(tag.value, length))
    stream.writelines(bodies)
    stream.flush()


def write_json(stream: BinaryIO, tag: Tag, value: Any) -> None:
    """Write one frame with a JSON body."""
    write_frame(stream, tag, json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def write_raw(stream: BinaryIO, chunk: RawChunk) -> None:
    """Write a piece of the original file."""
    write_frame(stream, Tag.RAW, _RAW_HEAD.pack(chunk.number, chunk.raw_size), chunk.data)


def read_frame(stream: BinaryIO) -> tuple[Tag, bytes]:
    """Read one frame.

    Raises:
        BrokenPipe: The stream ended, or it is no frame.
    """
    head = _exactly(stream, _HEAD.size)
    letter, length = _HEAD.unpack(head)
    if length > LONGEST_FRAME:
        raise BrokenPipe("too long")
    try:
        tag = Tag(letter)
    except ValueError:
        raise BrokenPipe("unknown frame") from None
    return tag, _exactly(stream, length)


def raw_chunk(body: bytes) -> RawChunk:
    """Return the piece of a file that a frame holds."""
    number, raw_size = _RAW_HEAD.unpack_from(body)
    return RawChunk(number=number, raw_size=raw_size, data=body[_RAW_HEAD.size :])


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise BrokenPipe("the stream ended")
    return data


# ---------------------------------------------------------------- values as JSON and back


def pack_problem(problem: RowProblem) -> dict[str, Any]:
    """Return a problem as JSON."""
    return {**asdict(problem), "reason": problem.reason.value, "params": dict(problem.params)}


def unpack_problem(data: Mapping[str, Any]) -> RowProblem:
    """Return a problem from JSON."""
    return RowProblem(**{**data, "reason": Reason(data["reason"])})


def pack_summary(summary: Summary) -> dict[str, Any]:
    """Return a summary as JSON."""
    return {
        **asdict(summary),
        "problems": [pack_problem(one) for one in summary.problems],
        "findings": [
            {"notice": one.notice.value, "line": one.line, "params": dict(one.params)}
            for one in summary.findings
        ],
        "totals": [asdict(one) for one in summary.totals],
    }


def unpack_summary(data: Mapping[str, Any]) -> Summary:
    """Return a summary from JSON."""
    lists = ("business_days", "account_nos", "channels")
    return Summary(
        rows=data["rows"],
        total_fen=data["total_fen"],
        problem_count=data["problem_count"],
        problems=tuple(unpack_problem(one) for one in data["problems"]),
        findings=tuple(
            Finding(notice=Notice(one["notice"]), line=one["line"], params=one["params"])
            for one in data["findings"]
        ),
        totals=tuple(Total(**one) for one in data["totals"]),
        **{key: tuple(data[key]) for key in lists},
    )


def pack_lines(lines: RawLines) -> dict[str, Any]:
    """Return raw lines as JSON."""
    return {
        "header": lines.header,
        "header_line": lines.header_line,
        "places": dict(lines.places),
        "personal": [[place, kind.value] for place, kind in lines.personal.items()],
        "rows": [[row.line, *row.cells] for row in lines.rows],
    }


def unpack_lines(data: Mapping[str, Any]) -> RawLines:
    """Return raw lines from JSON."""
    return RawLines(
        header=tuple(data["header"]),
        header_line=data["header_line"],
        places=data["places"],
        personal={place: Personal(kind) for place, kind in data["personal"]},
        rows=tuple(RawRow(line=line, cells=tuple(cells)) for line, *cells in data["rows"]),
    )


def pack_context(context: Context) -> dict[str, Any]:
    """Return a context as JSON."""
    return {
        "channels": dict(context.channels),
        "payees": sorted(context.payees),
        "today": context.today.isoformat(),
        "password": context.password,
    }


def unpack_context(data: Mapping[str, Any]) -> Context:
    """Return a context from JSON."""
    return Context(
        channels=data["channels"],
        payees=frozenset(data["payees"]),
        today=date.fromisoformat(data["today"]),
        password=data["password"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the reading process found out about one file or member of an archive."""

    label: str
    path: str
    member: int | None
    sha256: str
    size: int
    stamp: str
    """Size and time of change of the file, to see whether it changes."""
    profile: str | None
    kind: Kind | None
    encoding: str
    error: RowProblem | None


def pack_found(found: Found) -> dict[str, Any]:
    """Return a finding about a file as JSON."""
    error = None if found.error is None else pack_problem(found.error)
    return {**asdict(found), "kind": found.kind, "error": error}


def unpack_found(data: Mapping[str, Any]) -> Found:
    """Return a finding about a file from JSON."""
    error = None if data["error"] is None else unpack_problem(data["error"])
    kind = None if data["kind"] is None else Kind(data["kind"])
    return Found(**{**data, "error": error, "kind": kind})
