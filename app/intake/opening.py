"""From bytes to a statement whose profile is known."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from app.intake.camt import open_camt
from app.intake.contents import ARCHIVE, WORKBOOK, Content, content_of, package_kind
from app.intake.context import Context
from app.intake.encodings import GB18030, LATIN1, Examined, examine, known_encoding
from app.intake.inputs import Input
from app.intake.profiles import Profile, find_profile
from app.intake.refusal import FileRefused, refuse
from app.intake.rules import Kind, Reason, RowProblem, Summary
from app.intake.swift import is_western, open_swift
from app.intake.tables import open_text
from app.intake.workbooks import open_workbook


class Statement(Protocol):
    """A file that can be read."""

    encoding: str

    @property
    def profile_name(self) -> str:
        """The name of the profile."""

    @property
    def kind(self) -> Kind | None:
        """What its rows are."""

    def batches(self, context: Context, raw: Callable[[bytes], None]) -> Iterator[pa.RecordBatch]:
        """Yield the rows; each piece of the original goes to `raw` as it is read."""

    def summary(self) -> Summary:
        """Return the sums, after all batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user said about a file."""

    profile: str | None = None
    encoding: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What opening a file gave: its hash in any case, and a statement or a problem."""

    examined: Examined
    statement: Statement | None = None
    problem: RowProblem | None = None


def open_statement(source: Input, wishes: Wishes, profiles: Sequence[Profile]) -> Outcome:
    """Look through a file and find out how to read it."""
    forced = None if wishes.encoding is None else known_encoding(wishes.encoding)
    examined = examine(source.open, forced=forced, is_text=_is_text)
    try:
        statement = _open(source, wishes, examined, _wished(profiles, wishes.profile))
    except FileRefused as error:
        return Outcome(examined=examined, problem=error.problem)
    return Outcome(examined=examined, statement=statement)


def reopen(source: Input, wishes: Wishes, encoding: str, profiles: Sequence[Profile]) -> Statement:
    """Open a file that was looked through before.

    Raises:
        FileRefused: It cannot be read.
    """
    with source.open() as stream:
        head = stream.read(4 << 20)
    examined = Examined(sha256="", size=source.size, encoding=encoding, head=head)
    return _open(source, wishes, examined, _wished(profiles, wishes.profile))


def _open(
    source: Input, wishes: Wishes, examined: Examined, profiles: Sequence[Profile]
) -> Statement:
    if not examined.head:
        raise refuse(Reason.EMPTY_FILE)
    content = content_of(examined.head)
    match content:
        case Content.TEXT:
            return _open_text(source, wishes, examined, profiles)
        case Content.ZIP | Content.OLE:
            return _open_package(source, wishes, examined, profiles)
        case Content.SWIFT:
            return _open_swift(source, wishes, examined)
        case Content.XML:
            return _open_xml(source, wishes)
        case _:
            raise refuse(Reason.NOT_A_STATEMENT, format=content.value)


def _open_package(
    source: Input, wishes: Wishes, examined: Examined, profiles: Sequence[Profile]
) -> Statement:
    data = source.data()
    if examined.head.startswith(b"PK"):
        kind = package_kind(lambda: io.BytesIO(data))
        if kind == ARCHIVE:
            raise refuse(Reason.TOO_DEEP)
        if kind != WORKBOOK:
            raise refuse(Reason.NOT_A_STATEMENT, format=kind)
    return open_workbook(source, data, wishes.password, profiles)


def _open_swift(source: Input, wishes: Wishes, examined: Examined) -> Statement:
    encoding = examined.encoding
    if encoding == GB18030 and wishes.encoding is None and is_western(source.data()):
        encoding = LATIN1
    elif examined.problem is not None:
        raise FileRefused(examined.problem)
    return _of_profile(open_swift(source, encoding), wishes)


def _open_xml(source: Input, wishes: Wishes) -> Statement:
    return _of_profile(open_camt(source), wishes)


def _of_profile(statement: Statement, wishes: Wishes) -> Statement:
    if wishes.profile not in {None, statement.profile_name}:
        raise refuse(Reason.OTHER_PROFILE, profile=wishes.profile)
    return statement


def _open_text(
    source: Input, wishes: Wishes, examined: Examined, profiles: Sequence[Profile]
) -> Statement:
    try:
        statement = open_text(source, examined.encoding, examined.head, profiles)
    except FileRefused as error:
        if wishes.profile and error.problem.reason is Reason.UNKNOWN_LAYOUT:
            raise refuse(Reason.OTHER_PROFILE, profile=wishes.profile) from None
        # Bytes that are in no encoding explain a layout that nobody knows.
        if examined.problem is not None and error.problem.reason is Reason.UNKNOWN_LAYOUT:
            raise FileRefused(examined.problem) from None
        raise
    if examined.problem is not None:
        raise FileRefused(examined.problem)
    return statement


def _is_text(head: bytes) -> bool:
    return content_of(head) in {Content.TEXT, Content.SWIFT}


def _wished(profiles: Sequence[Profile], name: str | None) -> Sequence[Profile]:
    if name is None:
        return profiles
    found = find_profile(profiles, name)
    if found is None:
        raise refuse(Reason.UNKNOWN_PROFILE, profile=name)
    return [found]
