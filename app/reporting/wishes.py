"""What somebody wants printed."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from app.base.i18n import LANGUAGES, language
from app.matching.rules import Task
from app.reporting.paper import Paper
from app.reporting.rules import FORMS, Format, NotOnThisForm, PageForm, ReportKind

_NOT_ABOUT = frozenset({"kind", "format", "form", "language", "offset"})
"""Parts of a wish that say how, not what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A paper, what it is to be about, and how it is written.

    `keys` name batches, orders, vouchers or adjustments by their numbers; `every` takes all of the
    day. The offset moves a print on a form, in 0.1 mm to the right and down.
    """

    kind: ReportKind
    format: Format = Format.PDF
    form: PageForm | None = None
    language: str = ""
    day: date | None = None
    first: date | None = None
    last: date | None = None
    keys: tuple[str, ...] = ()
    every: bool = False
    task: Task | None = None
    channel: str = ""
    account_no: str = ""
    organisation: str = ""
    offset: tuple[int, int] = (0, 0)

    @property
    def sheet(self) -> PageForm:
        """The form to print on.

        Raises:
            NotOnThisForm: The paper has no layout for it.
        """
        allowed = FORMS[self.kind]
        if self.form is not None and self.form not in allowed:
            raise NotOnThisForm(form=self.form.value)
        return self.form or allowed[0]

    @property
    def tongue(self) -> str:
        """The language of the paper."""
        return self.language if self.language in LANGUAGES else language()

    def parameters(self) -> str:
        """Return what the paper is about, as JSON that is always written the same way."""
        said = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value and one.name not in _NOT_ABOUT:
                said[one.name] = _plain(value)
        return json.dumps(said, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A paper that was put together; `subject` names what it is about, whatever its language."""

    subject: str
    paper: Paper


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value
