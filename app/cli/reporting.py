"""The command that prints papers and checks printed ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.base.dates import CHINA
from app.base.errors import WrongInput
from app.base.i18n import N_, _, ngettext
from app.cli import balancing
from app.cli.bars import bar
from app.cli.codes import DONE, FAILED
from app.cli.session import Command, Desk
from app.matching.rules import Task
from app.reporting.checking import same_file
from app.reporting.drawing import Press
from app.reporting.making import Outcome, make, reprint
from app.reporting.queries import Checked, check_code, prints_of
from app.reporting.rules import (
    Format,
    MistypedCode,
    PageForm,
    ReportKind,
    UnknownCode,
)
from app.reporting.service import void
from app.reporting.titles import title
from app.reporting.wishes import Wish


class NoPaperNamed(WrongInput):
    """The command does not know what to print."""

    template = N_("Name a paper, or give --check, --reprint or --void.")


class OnlyStatements(WrongInput):
    """Other papers need nobody's approval."""

    template = N_("Only a bank reconciliation statement is submitted for approval.")


class NotSaid(WrongInput):
    """A paper about one thing needs to know which."""

    template = N_("Say which with {options}, or print all of the day with --all.")


_NAMED_BY = {
    ReportKind.ARRIVAL: "--batch, --number",
    ReportKind.RECEIPT: "--order",
    ReportKind.VOUCHER: "--number",
    ReportKind.ADJUSTMENT: "--number",
}


def _report(desk: Desk) -> int:
    options = desk.options
    if options.check:
        return _check(desk)
    if options.void:
        return _void(desk)
    if options.reprint:
        return _reprint(desk)
    if options.name is None:
        raise NoPaperNamed
    if options.submit:
        if ReportKind(options.name) is not ReportKind.STATEMENT:
            raise OnlyStatements
        return balancing.submit(desk)
    return _print(desk)


def _print(desk: Desk) -> int:
    wish = _wish(desk)
    workspace = desk.open()
    actor = desk.enter(workspace)
    target = desk.options.out or _draft(wish.kind, wish.format)
    with bar() as progress:
        done = make(workspace, actor, wish, target, press=Press(progress=progress))
    return _told(desk, done)


def _reprint(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    first = workspace.read(prints_of, options.reprint)[0]
    target = options.out or _draft(first.kind, first.format)
    with bar() as progress:
        done = reprint(
            workspace,
            actor,
            options.reprint,
            target,
            offset=options.offset,
            press=Press(progress=progress),
        )
    return _told(desk, done)


def _void(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    prints = workspace.write(actor, void, number=options.void, reason=options.reason).value
    first = prints[0]
    text = _(N_("{number} is void: {reason}")).format(number=first.number, reason=first.void_reason)
    desk.answer({"number": first.number, "void": True, "reason": first.void_reason}, [text])
    return DONE


def _check(desk: Desk) -> int:
    """A code that is wrong, or of a paper that does not count any more, fails the check."""
    workspace, _actor = desk.reading()
    try:
        found = workspace.read(check_code, desk.options.check)
    except (UnknownCode, MistypedCode) as error:
        desk.answer({"ok": False, "reason": error.user_message()}, [error.user_message()])
        return FAILED
    file = desk.options.file
    same = same_file(file, found.issue) if file else None
    ok = not found.issue.is_void and same is not False
    desk.answer(checked_json(found, ok=ok, same=same), checked_lines(found, same=same))
    return DONE if ok else FAILED


def _wish(desk: Desk) -> Wish:
    options = desk.options
    kind = ReportKind(options.name)
    keys = tuple(dict.fromkeys([*options.batch, *options.order, *options.number]))
    if kind in _NAMED_BY and not keys and not options.all:
        raise NotSaid(options=_NAMED_BY[kind])
    return Wish(
        kind=kind,
        format=Format(options.format or Format.PDF),
        form=PageForm(options.form) if options.form else None,
        language=options.lang or "",
        day=options.date,
        first=options.first,
        last=options.last,
        keys=keys,
        every=options.all,
        task=Task(options.task) if options.task else None,
        channel=options.channel,
        account_no=options.account,
        organisation=options.org,
        offset=options.offset,
    )


def _draft(kind: ReportKind, format_: Format) -> Path:
    return Path(f".{kind.value}.{format_.value}")


def _told(desk: Desk, done: Outcome) -> int:
    if desk.options.out is None:
        done = _named(done)
    for one in done.missing:
        text = _(N_("No font has the character {character} ({code}) in “{field}”."))
        code = f"U+{ord(one.character):04X}"
        desk.say(text.format(character=one.character, code=code, field=one.field))
    desk.answer(printed_json(done), printed_lines(done))
    return DONE


def _named(done: Outcome) -> Outcome:
    """Name a file by the first number that stands in it."""
    first = done.issues[0]
    name = first.number
    if first.copy_no:
        name += f"-{first.copy_no}"
    if len(done.issues) > 1:
        name += f"_{len(done.issues)}"
    file = done.file.replace(done.file.with_name(f"{name}.{first.format.value}"))
    return Outcome(file=file, issues=done.issues, missing=done.missing)


def printed_json(done: Outcome) -> dict[str, Any]:
    """What was printed."""
    first = done.issues[0]
    return {
        "report": first.kind.value,
        "number": first.number,
        "out": str(done.file),
        "pages": done.pages,
        "sha256": first.sha256,
        "copy": first.copy_no,
        "code": first.code,
        "numbers": [one.number for one in done.issues],
        "missing": [{"character": one.character, "field": one.field} for one in done.missing],
    }


def printed_lines(done: Outcome) -> Sequence[str]:
    """What was printed, for a person."""
    first = done.issues[0]
    count = len(done.issues)
    papers = ngettext("{count} paper", "{count} papers", count).format(count=count)
    pages = ngettext("{count} page", "{count} pages", done.pages).format(count=done.pages)
    text = _(N_("{title}: {papers}, {pages}, from {number} on → {file}"))
    if count == 1:
        text = _(N_("{title} {number}: {pages} → {file}"))
    return [
        text.format(
            title=title(first.kind),
            papers=papers,
            pages=pages,
            number=first.number,
            file=done.file,
        )
    ]


def checked_json(found: Checked, *, ok: bool, same: bool | None) -> dict[str, Any]:
    """What stands behind a code."""
    issue = found.issue
    return {
        "ok": ok,
        "report": issue.kind.value,
        "number": issue.number,
        "subject": issue.subject,
        "copy": issue.copy_no,
        "copies": found.copies,
        "at": issue.issued_at.isoformat(),
        "by": issue.issued_by,
        "format": issue.format.value,
        "pages": issue.pages,
        "sha256": issue.sha256,
        "same_file": same,
        "void": issue.is_void,
        "void_reason": issue.void_reason,
    }


def checked_lines(found: Checked, *, same: bool | None) -> Sequence[str]:
    """What stands behind a code, for a person."""
    issue = found.issue
    at = f"{issue.issued_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    text = _(N_("{title} {number}, {about}: printed {at} by {by}, copy {copy} of {copies}"))
    lines = [
        text.format(
            title=title(issue.kind),
            number=issue.number,
            about=found.paper.subject,
            at=at,
            by=issue.issued_by,
            copy=issue.copy_no + 1,
            copies=found.copies,
        )
    ]
    if issue.is_void:
        void_text = _(N_("It is void: {reason} ({by})"))
        lines.append(void_text.format(reason=issue.void_reason, by=issue.voided_by))
    if same is not None:
        words = N_("The file is the one that was made.")
        other = N_("The file is not the one that was made.")
        lines.append(_(words if same else other))
    return lines


COMMANDS: Mapping[str, Command] = {"report": _report}
