"""ZIP archives: what they may hold, what their members are called, and their streams."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from app.base.lazily import Lazily
from app.intake.inputs import Input
from app.intake.refusal import FileRefused, refuse
from app.intake.rules import Reason

if TYPE_CHECKING:
    import pyzipper
else:
    pyzipper = Lazily("pyzipper")

MEMBERS = 2_000
UNPACKED = 500 << 20
"""Bytes, all members together."""
RATIO = 200

_SMALL = 1 << 20
_END_RECORD = 22 + 65_535
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_UNIX = 3
_IGNORED = re.compile(r"(?:^|/)(?:__MACOSX/|\.|~\$|Thumbs\.db$|desktop\.ini$)")
_OUTSIDE = re.compile(r"^(?:[\\/]|[A-Za-z]:)|(?:^|[\\/])\.\.(?:[\\/]|$)")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an archive."""

    index: int
    name: str
    size: int
    encrypted: bool


class Archive:
    """An archive that was checked: its members can be read by index."""

    def __init__(self, source: Input, password: str | None) -> None:
        self._source = source
        self._password = password
        try:
            self._stream = source.open()
            self._zip = pyzipper.AESZipFile(self._stream)
            entries = self._zip.infolist()
        except (*_BROKEN, pyzipper.BadZipFile, OSError, ValueError, struct.error) as error:
            raise refuse(Reason.BAD_ARCHIVE, detail=_detail(error)) from None
        self._entries = entries
        self.members = self._checked(entries)

    def open(self, member: Member) -> BinaryIO:
        """Return a member's content as a stream.

        Raises:
            FileRefused: A password is needed or wrong, or the archive is damaged.
        """
        entry = self._entries[member.index]
        password = self._password.encode() if self._password else None
        if member.encrypted and password is None:
            raise refuse(Reason.PASSWORD_NEEDED)
        try:
            stream = self._zip.open(entry, pwd=password if member.encrypted else None)
        except RuntimeError:
            raise refuse(Reason.PASSWORD_WRONG) from None
        except (*_BROKEN, pyzipper.BadZipFile, OSError, ValueError) as error:
            raise refuse(Reason.BAD_ARCHIVE, detail=_detail(error)) from None
        return io.BufferedReader(_Guarded(stream, member), 1 << 16)

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()
        self._stream.close()

    def input(self, member: Member) -> Input:
        """Return a member as an input."""
        return Input(
            name=member.name.rpartition("/")[2],
            size=member.size,
            open=lambda: self.open(member),
            inside_archive=True,
        )

    def _checked(self, entries: Sequence[zipfile.ZipInfo]) -> tuple[Member, ...]:
        if len(entries) > MEMBERS:
            raise refuse(Reason.TOO_MANY_MEMBERS, count=len(entries), limit=MEMBERS)
        total = sum(entry.file_size for entry in entries)
        if total > UNPACKED:
            raise refuse(Reason.TOO_LARGE, size=total, limit=UNPACKED)
        members, seen = [], set()
        for index, entry in enumerate(entries):
            name = member_name(entry)
            _check_name(entry, name)
            if entry.is_dir() or _IGNORED.search(name):
                continue
            if name in seen:
                raise refuse(Reason.SAME_MEMBER_NAME, name=name)
            seen.add(name)
            _check_ratio(entry)
            encrypted = bool(entry.flag_bits & _ENCRYPTED)
            members.append(
                Member(index=index, name=name, size=entry.file_size, encrypted=encrypted)
            )
        return tuple(members)


def check_claimed_members(source: Input) -> None:
    """Refuse an archive whose directory claims too many members, before it is read.

    Raises:
        FileRefused: It claims more than are allowed.
    """
    with source.open() as stream:
        stream.seek(max(source.size - _END_RECORD, 0))
        tail = stream.read()
    place = tail.rfind(b"PK\x05\x06")
    if place >= 0 and len(tail) >= place + 12:
        count = int.from_bytes(tail[place + 10 : place + 12], "little")
        if count > MEMBERS:
            raise refuse(Reason.TOO_MANY_MEMBERS, count=count, limit=MEMBERS)


def member_name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name; without the UTF-8 flag it is taken for GB18030."""
    name = entry.orig_filename
    if entry.flag_bits & _UTF8_NAME:
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("gb18030", "utf-8"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _check_name(entry: zipfile.ZipInfo, name: str) -> None:
    if _OUTSIDE.search(name) or "\x00" in name:
        raise refuse(Reason.BAD_MEMBER_NAME, name=name)
    mode = entry.external_attr >> 16
    if entry.create_system == _UNIX and stat.S_ISLNK(mode):
        raise refuse(Reason.LINK_MEMBER, name=name)


def _check_ratio(entry: zipfile.ZipInfo) -> None:
    packed = max(entry.compress_size, 1)
    if entry.file_size > _SMALL and entry.file_size > packed * RATIO:
        raise refuse(Reason.RATIO_TOO_HIGH, ratio=entry.file_size // packed, limit=RATIO)


class _Guarded(io.RawIOBase):
    """A member's stream whose errors are ours and which never yields more than was declared."""

    def __init__(self, stream: BinaryIO, member: Member) -> None:
        super().__init__()
        self._stream = stream
        self._left = member.size
        self._member = member

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, target: object) -> int:
        """Fill the target with what comes next."""
        view = memoryview(target).cast("B")  # type: ignore[arg-type]
        try:
            data = self._stream.read(len(view))
        except (*_BROKEN, pyzipper.BadZipFile, OSError, ValueError, RuntimeError) as error:
            raise self._failure(error) from None
        self._left -= len(data)
        if self._left < 0:
            raise refuse(Reason.BAD_ARCHIVE, detail="size")
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the member."""
        self._stream.close()
        super().close()

    def _failure(self, error: Exception) -> FileRefused:
        if self._member.encrypted and "HMAC" in str(error):
            return refuse(Reason.BAD_ARCHIVE, detail="HMAC")
        # The old cipher tells a wrong password only by what comes out of it.
        if self._member.encrypted:
            return refuse(Reason.PASSWORD_WRONG)
        return refuse(Reason.BAD_ARCHIVE, detail=_detail(error))


def _detail(error: Exception) -> str:
    return str(error)[:80] or type(error).__name__
