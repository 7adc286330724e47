"""Tables of the files that came in, with their bytes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Fen, Id, IdType, Moment, choice
from app.intake.rules import FileStatus, Kind, RejectionState


class SourceFile(Base):
    """One file as it came in; its entries carry the ids `first_id` to `last_id`.

    `first_key` and `last_key` bound the business keys of its rows, so that files whose keys
    cannot meet need not be compared. `total_fen` is the plain sum of its amounts as written,
    `digest_fen` the sum of the entries that were accepted.
    """

    __tablename__ = "source_file"
    __table_args__ = (
        Index(
            "ix_source_file_live_sha256",
            "sha256",
            unique=True,
            sqlite_where=text("status = 'loaded'"),
            postgresql_where=text("status = 'loaded'"),
        ),
        Index("ix_source_file_kind", "kind", "status"),
        CheckConstraint('"rows" = accepted + overlapping', name="rows"),
        CheckConstraint("accepted >= 0 AND overlapping >= 0", name="counts"),
    )

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    profile: Mapped[str] = mapped_column(String(64))
    kind: Mapped[Kind] = mapped_column(choice(Kind, name="kind"))
    encoding: Mapped[str] = mapped_column(String(32))
    status: Mapped[FileStatus] = mapped_column(choice(FileStatus, name="status"))
    rows: Mapped[int]
    accepted: Mapped[int]
    overlapping: Mapped[int]
    total_fen: Mapped[Fen]
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    first_key: Mapped[str] = mapped_column(Text)
    last_key: Mapped[str] = mapped_column(Text)
    digest_fen: Mapped[Fen]
    days: Mapped[str] = mapped_column(Text)
    findings: Mapped[str] = mapped_column(Text)
    totals: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[Moment]
    loaded_by: Mapped[str] = mapped_column(String(64))
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("source_file.id"))


class SourcePart(Base):
    """What a file holds of one business day and one channel or account, as it came in.

    `scope` is the channel, the account or "". A file with a header and no rows has one part
    without rows, if its day can be told; day 0 is not known (yet).
    """

    __tablename__ = "source_part"
    __table_args__ = (Index("ix_source_part_business_on", "business_on"),)

    file_id: Mapped[int] = mapped_column(ForeignKey("source_file.id"), primary_key=True)
    business_on: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    rows: Mapped[int]
    amount_fen: Mapped[Fen]


class RejectedFile(Base):
    """A file that somebody tried to load and that was refused: why, and its lines there.

    `problems` says why, `days` which business days it seems to be about, `lines`
    holds the rows around what is wrong as cells, compressed. `corrected_by` is the file that
    was loaded in its place.
    """

    __tablename__ = "rejected_file"
    __table_args__ = (
        Index("ix_rejected_file_state", "state"),
        Index("ix_rejected_file_tried_at", "tried_at"),
    )

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text, index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    profile: Mapped[str] = mapped_column(String(64))
    kind: Mapped[Kind | None] = mapped_column(choice(Kind, name="kind"))
    encoding: Mapped[str] = mapped_column(String(32))
    state: Mapped[RejectionState] = mapped_column(choice(RejectionState, name="state"))
    problem_count: Mapped[int]
    problems: Mapped[str] = mapped_column(Text)
    days: Mapped[str] = mapped_column(Text)
    lines: Mapped[bytes] = mapped_column(LargeBinary)
    tried_at: Mapped[Moment]
    tried_by: Mapped[str] = mapped_column(String(64))
    corrected_by: Mapped[int | None] = mapped_column(ForeignKey("source_file.id"))


class SourceChunk(Base):
    """A piece of a file's original bytes, compressed with zstandard."""

    __tablename__ = "source_chunk"

    file_id: Mapped[int] = mapped_column(ForeignKey("source_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(IdType(), primary_key=True)
    raw_size: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)
