"""What the parts of the master data are: their lists, their forms, and how they are saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.approval.queries import RequestView, pending_about
from app.audit.queries import AuditRow
from app.audit.search import history
from app.catalog.rules import MasterField
from app.db.workspace import ReadSession, Tx
from app.identity.rules import Permission
from app.wording.words import WORDS
from ui.models.column import Column
from ui.widgets.edit_form import Field
from ui.widgets.editors import ChoiceEditor, Editor, LineEditor, Options, Text

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """How something is saved; `ask` is what has to be agreed to before, in words.

    What is sent to a second person instead gives the number of the request.
    """

    call: Callable[[Tx], int | None]
    ask: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of the master data.

    `values` are those of a row, or of a new one for None; `after` is how a row stands once its
    values were saved, so that saving can be taken back. `kinds` are what the log calls its things.
    """

    name: str
    title: str
    about: str
    columns: Sequence[Column[Any]]
    load: Callable[[ReadSession], Sequence[Any]]
    key: Callable[[Any], str]
    heading: Callable[[Any], str]
    fields: Sequence[Field]
    values: Callable[[Any], Values]
    save: Callable[[Values, Any], Saving]
    after: Callable[[Any, Values], Any]
    kinds: tuple[str, ...]
    order: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    choices: Mapping[str, Callable[[Sequence[Any]], Options]] = field(default_factory=dict)
    preview: Callable[[Values], str] | None = None
    new_title: str = ""
    permission: Permission = Permission.MASTER_DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which rows of a section to list, and in which order."""

    texts: Mapping[str, str]
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows of a section that are listed, and all there are."""

    rows: tuple[Any, ...]
    whole: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happened to a thing, the latest first, and what of it waits for approval."""

    rows: Sequence[AuditRow]
    pending: RequestView | None


def story(session: ReadSession, kinds: Sequence[str], key: str) -> Story:
    """Read what happened to a thing and what waits."""
    waiting = (pending_about(session, kind, key) for kind in kinds)
    return Story(
        rows=history(session, kinds, key),
        pending=next((one for one in waiting if one is not None), None),
    )


def found(session: ReadSession, section: Section, wish: Wish) -> Found:
    """Read a section's rows, those that hold what is typed under the columns."""
    columns = {column.name: column for column in section.columns}
    whole = tuple(section.load(session))
    texts = {name: text.casefold() for name, text in wish.texts.items() if name in columns}
    rows = [
        row
        for row in whole
        if all(text in columns[name].text(row).casefold() for name, text in texts.items())
    ]
    if wish.sort in columns:
        rows.sort(
            key=section.order.get(wish.sort, columns[wish.sort].text), reverse=wish.descending
        )
    return Found(rows=tuple(rows), whole=whole)


def caption(member: MasterField) -> str:
    """Return what a field of the master data is called, not translated yet."""
    return str(WORDS[MasterField][member])


def line(
    member: MasterField,
    text: Text,
    *,
    hint: str = "",
    fixed: bool = False,
    locked: bool = False,
    first: bool = False,
) -> Field:
    """Return a field with a line."""

    def editor() -> Editor:
        return LineEditor(text, hint)

    return Field(
        name=member.value,
        caption=caption(member),
        editor=editor,
        fixed=fixed,
        locked=locked,
        first=first,
    )


def choice(member: MasterField, options: Callable[[], Options], *, fixed: bool = False) -> Field:
    """Return a field with a choice."""

    def editor() -> Editor:
        return ChoiceEditor(options())

    return Field(name=member.value, caption=caption(member), editor=editor, fixed=fixed)


def column(
    name: str, title: str, text: Callable[[Any], str], width: int, *, numeric: bool = False
) -> Column[Any]:
    """Return a column of a section's list."""
    return Column(
        name=name,
        title=title,
        text=text,
        tip=text,
        width=width,
        numeric=numeric,
        filterable=not numeric,
    )
