"""The register of prints: which paper was made, by whom, when, and what stood on it."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Day, Id, IdType, Moment, choice
from app.reporting.rules import Format, PageForm, ReportKind


class ReportContent(Base):
    """What stood on papers, so that a reprint shows the same; equal contents are kept once."""

    __tablename__ = "report_content"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ReportIssue(Base):
    """One print of a paper (打印记录): the original, or reprint no. `copy_no`.

    `serial` counts the originals of a kind and day without gaps; `sha256` is that of the file, in
    which further papers may stand. `subject` names what the paper is about, `parameters` what was
    asked for (JSON). A void paper keeps its number.
    """

    __tablename__ = "report_issue"
    __table_args__ = (
        UniqueConstraint("number", "copy_no"),
        Index("ix_report_issue_subject", "kind", "subject"),
        Index("ix_report_issue_issued_at", "issued_at"),
        CheckConstraint("copy_no >= 0", name="copy"),
        CheckConstraint("serial >= 1", name="serial"),
        CheckConstraint(
            "(voided_at IS NULL) = (void_reason = '') AND (voided_at IS NULL) = (voided_by = '')",
            name="void",
        ),
    )

    id: Mapped[Id]
    kind: Mapped[ReportKind] = mapped_column(choice(ReportKind, name="kind"))
    day: Mapped[Day]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(32))
    copy_no: Mapped[int]
    subject: Mapped[str] = mapped_column(Text)
    parameters: Mapped[str] = mapped_column(Text)
    format: Mapped[Format] = mapped_column(choice(Format, name="format"))
    form: Mapped[PageForm] = mapped_column(choice(PageForm, name="form"))
    code: Mapped[str] = mapped_column(String(24), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    content: Mapped[str] = mapped_column(String(64), ForeignKey("report_content.sha256"))
    issued_by_id: Mapped[int] = mapped_column(IdType(), ForeignKey("app_user.id"))
    issued_by: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[Moment]
    void_reason: Mapped[str] = mapped_column(Text)
    voided_by: Mapped[str] = mapped_column(String(64))
    voided_at: Mapped[Moment | None]
