"""Which encoding a file has: UTF-16 by its mark, strict UTF-8, strict GB18030."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from app.intake.refusal import FileRefused, refuse
from app.intake.rules import Reason, RowProblem

CHUNK = 4 << 20
"""Bytes that are looked at in one go."""

UTF8, GB18030, UTF16LE, UTF16BE = "utf-8", "gb18030", "utf-16-le", "utf-16-be"
LATIN1 = "latin-1"
_NEWLINE = 0x0A
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = {b"\xff\xfe": UTF16LE, b"\xfe\xff": UTF16BE}
_NAMES = {
    "utf-8": UTF8,
    "utf8": UTF8,
    "utf-8-sig": UTF8,
    "gb18030": GB18030,
    "gbk": GB18030,
    "gb2312": GB18030,
    "cp936": GB18030,
    "ansi": GB18030,
    "utf-16": UTF16LE,
    "utf-16-le": UTF16LE,
    "utf-16-be": UTF16BE,
    "latin-1": LATIN1,
    "iso-8859-1": LATIN1,
}
# Four Chinese characters in UTF-8 that no GB18030 text forms by chance.
_UTF8_WORD = re.compile(rb"[\xe3-\xe9](?:[\x80-\xbf]{2}[\xe3-\xe9]){3}[\x80-\xbf]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What one pass over all bytes of a file tells."""

    sha256: str
    size: int
    encoding: str
    head: bytes
    problem: RowProblem | None = None


def known_encoding(name: str) -> str:
    """Return our name of an encoding that the user gave.

    Raises:
        FileRefused: It is not supported.
    """
    found = _NAMES.get(name.strip().lower().replace("_", "-"))
    if found is None:
        raise refuse(Reason.UNKNOWN_ENCODING, encoding=name)
    return found


def examine(
    opened: Callable[[], BinaryIO], *, forced: str | None, is_text: Callable[[bytes], bool]
) -> Examined:
    """Read a stream to its end: its hash, its size, its encoding if it is text."""
    digest = hashlib.sha256()
    size, lines = 0, 1
    head = b""
    text = False
    checker: _Utf8Checker | None = None
    for chunk in _chunks_closing(opened):
        if not head:
            head = chunk
            text = is_text(head)
            checker = _Utf8Checker() if text and _may_be_utf8(head, forced) else None
        digest.update(chunk)
        if checker is not None and checker.problem is None:
            checker.feed(chunk, size, lines)
            lines += int(np.count_nonzero(np.frombuffer(chunk, dtype=np.uint8) == _NEWLINE))
        size += len(chunk)
    encoding, problem = UTF8, None
    if text and head:
        if checker is not None:
            checker.finish(size, lines)
        encoding, problem = _decide(opened, head, forced, checker)
    return Examined(
        sha256=digest.hexdigest(), size=size, encoding=encoding, head=head, problem=problem
    )


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a stream in pieces of at most `CHUNK` bytes, all but the last one full."""
    while chunk := stream.read(CHUNK):
        while len(chunk) < CHUNK and (more := stream.read(CHUNK - len(chunk))):
            chunk += more
        yield chunk


def _chunks_closing(opened: Callable[[], BinaryIO]) -> Iterator[bytes]:
    with opened() as stream:
        yield from chunks_of(stream)


def as_utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the text in UTF-8 without a byte order mark.

    Raises:
        FileRefused: A byte does not belong to the encoding.
    """
    if encoding == UTF8:
        for number, chunk in enumerate(chunks):
            yield chunk.removeprefix(_UTF8_MARK) if number == 0 else chunk
        return
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset, line = 0, 1
    first = True
    for chunk in chunks:
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise FileRefused(_wrong_byte(encoding, error, chunk, offset, line)) from None
        if first:
            text = text.removeprefix("\ufeff")
            first = not text
        offset += len(chunk)
        line += text.count("\n")
        yield text.encode("utf-8", "surrogatepass")
    if decoder.getstate()[0]:
        raise refuse(
            Reason.WRONG_ENCODING, line=line, encoding=encoding, byte="", offset=str(offset)
        )


def as_text(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Yield the text without a byte order mark; what does not belong to it becomes a mark."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    first = True
    for chunk in chunks:
        text = decoder.decode(chunk)
        if first:
            text = text.removeprefix("\ufeff")
            first = not text
        yield text
    yield decoder.decode(b"", final=True)


def _may_be_utf8(head: bytes, forced: str | None) -> bool:
    if forced is not None:
        return forced == UTF8
    return head[:2] not in _UTF16_MARKS


def _decide(
    opened: Callable[[], BinaryIO], head: bytes, forced: str | None, checker: _Utf8Checker | None
) -> tuple[str, RowProblem | None]:
    if checker is not None and checker.problem is None:
        return UTF8, None
    if forced == UTF8 and checker is not None:
        return UTF8, checker.problem
    encoding = forced or _UTF16_MARKS.get(head[:2], GB18030)
    problem = _check_strictly(_chunks_closing(opened), encoding)
    if problem is not None and checker is not None and checker.problem is not None:
        # Neither fits: the encoding that got further is the one that was meant.
        utf8 = checker.problem
        if int(utf8.params["offset"]) > int(problem.params["offset"]):
            return UTF8, utf8
    return encoding, problem


def _check_strictly(chunks: Iterator[bytes], encoding: str) -> RowProblem | None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset, line = 0, 1
    for chunk in chunks:
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return _wrong_byte(encoding, error, chunk, offset, line)
        if encoding == GB18030 and (word := _foreign_word(chunk)) is not None:
            return RowProblem(
                reason=Reason.MIXED_ENCODINGS,
                line=line + chunk.count(b"\n", 0, word),
                params={"offset": str(offset + word)},
            )
        offset += len(chunk)
        line += text.count("\n")
    if rest := decoder.getstate()[0]:
        return _problem(encoding, bytes(rest), offset - len(rest), line)
    return None


def _foreign_word(chunk: bytes) -> int | None:
    if not _may_hold_utf8_word(chunk):
        return None
    for found in _UTF8_WORD.finditer(chunk):
        before = chunk[found.start() - 1] if found.start() else 0
        after = chunk[found.end()] if found.end() < len(chunk) else 0
        run = chunk[found.start() : found.end()]
        if before < 0x80 and (after < 0x80 or 0xE3 <= after <= 0xE9) and _is_utf8(run):  # noqa: PLR2004
            return found.start()
    return None


def _may_hold_utf8_word(chunk: bytes) -> bool:
    """Look for the pattern of one character and the next one's start, faster than `re`."""
    data = np.frombuffer(chunk, dtype=np.uint8)
    leads = (data - 0xE3) <= 0xE9 - 0xE3
    follows = (data - 0x80) <= 0xBF - 0x80
    two = leads[:-6] & follows[1:-5] & follows[2:-4] & leads[3:-3] & follows[4:-2] & follows[5:-1]
    return bool((two & leads[6:]).any())


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wrong_byte(
    encoding: str, error: UnicodeDecodeError, chunk: bytes, offset: int, line: int
) -> RowProblem:
    # The decoder may count from bytes that it kept from the chunk before.
    kept = len(error.object) - len(chunk)
    place = offset - kept + error.start
    newline = b"\n\x00" if encoding == UTF16LE else b"\x00\n" if encoding == UTF16BE else b"\n"
    row = line + error.object.count(newline, 0, error.start)
    return _problem(encoding, error.object[error.start : error.start + 1], place, row)


def _problem(encoding: str, wrong: bytes, offset: int, line: int) -> RowProblem:
    return RowProblem(
        reason=Reason.WRONG_ENCODING,
        line=line,
        params={
            "encoding": encoding.upper(),
            "byte": f"0x{wrong[:1].hex().upper()}",
            "offset": str(offset),
        },
    )


class _Utf8Checker:
    """Checks UTF-8 chunk by chunk, carrying over a character that is cut in two."""

    def __init__(self) -> None:
        self.problem: RowProblem | None = None
        self._rest = b""

    def feed(self, chunk: bytes, offset: int, line: int) -> None:
        data = self._rest + chunk
        offset -= len(self._rest)
        end = len(data) - _cut_character(data)
        if not _valid_utf8(data, end):
            self._locate(data[:end], offset, line)
        self._rest = data[end:]

    def finish(self, size: int, line: int) -> None:
        if self._rest and self.problem is None:
            self.problem = _problem(UTF8, self._rest, size - len(self._rest), line)

    def _locate(self, data: bytes, offset: int, line: int) -> None:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            row = line + data.count(b"\n", 0, error.start)
            wrong = data[error.start : error.start + 1]
            self.problem = _problem(UTF8, wrong, offset + error.start, row)


def _cut_character(data: bytes) -> int:
    """Return how many bytes at the end begin a character without ending it."""
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte < 0x80:  # noqa: PLR2004
            return 0
        if byte >= 0xC0:  # noqa: PLR2004
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4  # noqa: PLR2004
            return back if back < length else 0
    return 0


def _valid_utf8(data: bytes, end: int) -> bool:
    if data.isascii():
        return True
    offsets = pa.py_buffer(np.array([0, end], dtype=np.int32).tobytes())
    whole = pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        whole.cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True
