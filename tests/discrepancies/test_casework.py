"""What people do with discrepancies, and what they say of them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.audit.queries import records, verify_chain
from app.audit.rules import Verb
from app.audit.stale import ChangedByOther
from app.base.attaching import (
    MOST_ATTACHED_BYTES,
    AttachmentDamaged,
    BadAttachment,
    UnknownAttachment,
    media_type,
)
from app.base.errors import DayClosed, NotAllowed, WrongState
from app.db.engine import WRITES
from app.db.workspace import Actor, Workspace
from app.discrepancies.attachments import (
    AttachedAlready,
    AttachmentStays,
    attach,
    attachment_content,
    attachments,
    detach,
)
from app.discrepancies.cases import CaseRow, case_rows
from app.discrepancies.casework import (
    NoteNeeded,
    NotReopened,
    NotToBeAssigned,
    add_note,
    assign_cases,
    explain_cases,
    give_back,
    reopen_case,
    reopen_cases,
    unassign_cases,
)
from app.discrepancies.history import case_history, case_notes
from app.discrepancies.refusals import ReasonNeeded, UnknownAssignee, UnknownDiscrepancy
from app.discrepancies.rules import LONGEST_NOTE, Resolution, Status
from app.identity.service import disable_user
from app.matching.rules import Task
from app.records.model import HeldEntry
from app.upkeep.attached import attachments as sound
from app.wording.history import sentence
from tests.books import DAY, Books, payment, record

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def row(workspace: Workspace, id_: int = 1) -> CaseRow:
    (found,) = workspace.read(case_rows, [id_])
    return found


def held(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(HeldEntry)).one()


def test_many_are_given_to_one(day: Books, clerk: Actor) -> None:
    written = day.workspace.write(clerk, assign_cases, ids=[1, 2, 3], to="Supervisor")

    assert len(written.value.before) == 3
    assert "discrepancy" in written.tables
    assert (row(day.workspace).status, row(day.workspace).assignee) == (
        Status.ASSIGNED,
        "supervisor",
    )
    assert row(day.workspace, 4).assignee == ""
    assert day.workspace.read(verify_chain).ok


def test_what_somebody_has_already_is_left_alone(day: Books, clerk: Actor) -> None:
    day.workspace.write(clerk, assign_cases, ids=[1], to="clerk")
    before = row(day.workspace).version

    written = day.workspace.write(clerk, assign_cases, ids=[1, 2], to="clerk")

    assert list(written.value.before) == [2]
    assert row(day.workspace).version == before


def test_many_are_taken_away_again(day: Books, clerk: Actor) -> None:
    day.workspace.write(clerk, assign_cases, ids=[1, 2], to="clerk")

    written = day.workspace.write(clerk, unassign_cases, ids=[1, 2, 3])

    assert len(written.value.before) == 2
    assert (row(day.workspace).status, row(day.workspace).assignee) == (Status.OPEN, "")


def test_an_assignment_is_taken_back_exactly(day: Books, clerk: Actor, supervisor: Actor) -> None:
    day.workspace.write(clerk, assign_cases, ids=[1], to="checker")
    given = day.workspace.write(clerk, assign_cases, ids=[1, 2, 3], to="clerk").value
    day.workspace.write(supervisor, assign_cases, ids=[3], to="supervisor")

    back = day.workspace.write(clerk, give_back, given=given)

    assert back.value == 2
    assert [row(day.workspace, id_).assignee for id_ in (1, 2, 3)] == ["checker", "", "supervisor"]


def test_several_explanations_are_taken_back_at_once(day: Books, clerk: Actor) -> None:
    day.workspace.write(clerk, explain_cases, ids=[1, 2], reason="x")

    assert day.workspace.write(clerk, reopen_cases, ids=[1, 2], reason="y").value == 2

    assert row(day.workspace, 2).status is Status.OPEN


@pytest.mark.parametrize("name", ["nobody", "auditor", "reader", "administrator"])
def test_only_who_works_on_them_gets_them(day: Books, clerk: Actor, name: str) -> None:
    with pytest.raises(UnknownAssignee):
        day.workspace.write(clerk, assign_cases, ids=[1], to=name)


def test_a_disabled_user_gets_nothing(day: Books, clerk: Actor, administrator: Actor) -> None:
    day.workspace.write(administrator, disable_user, name="checker")

    with pytest.raises(UnknownAssignee):
        day.workspace.write(clerk, assign_cases, ids=[1], to="checker")


def test_one_settled_row_stops_the_whole_assignment(day: Books, clerk: Actor) -> None:
    day.workspace.write(clerk, explain_cases, ids=[2], reason="测试")

    with pytest.raises(NotToBeAssigned):
        day.workspace.write(clerk, assign_cases, ids=[1, 2], to="clerk")

    assert row(day.workspace).assignee == ""


def test_a_stale_row_is_refused_with_who_changed_it(
    day: Books, clerk: Actor, supervisor: Actor
) -> None:
    shown = row(day.workspace).version
    day.workspace.write(supervisor, assign_cases, ids=[1], to="supervisor")

    with pytest.raises(ChangedByOther) as caught:
        day.workspace.write(clerk, assign_cases, ids=[1, 2], to="clerk", seen={1: shown})

    assert caught.value.params["name"] == "supervisor"
    assert row(day.workspace).assignee == "supervisor"
    with pytest.raises(ChangedByOther):
        day.workspace.write(clerk, explain_cases, ids=[1], reason="x", seen={1: shown})


def test_an_unknown_one_is_named(day: Books, clerk: Actor) -> None:
    with pytest.raises(UnknownDiscrepancy, match="99"):
        day.workspace.write(clerk, assign_cases, ids=[1, 99], to="clerk")


@pytest.mark.parametrize("who", ["auditor", "reader", "administrator"])
def test_who_only_looks_changes_nothing(day: Books, people: dict[str, Actor], who: str) -> None:
    for verb, values in (
        (assign_cases, {"ids": [1], "to": "clerk"}),
        (unassign_cases, {"ids": [1]}),
        (explain_cases, {"ids": [1], "reason": "x"}),
        (add_note, {"id_": 1, "text": "x"}),
        (reopen_case, {"id_": 1, "reason": "x"}),
        (attach, {"id_": 1, "name": "a", "content": b"a"}),
        (detach, {"attachment_id": 1}),
    ):
        with pytest.raises(NotAllowed):
            day.workspace.write(people[who], verb, **values)  # type: ignore[arg-type]


def test_notes_are_kept_in_order(day: Books, clerk: Actor, checker: Actor) -> None:
    day.workspace.write(clerk, add_note, id_=1, text="  已致电工行  ")
    day.workspace.write(checker, add_note, id_=1, text="请附截图")

    notes = day.workspace.read(case_notes, 1)

    assert [(note.by, note.text) for note in notes] == [
        ("clerk", "已致电工行"),
        ("checker", "请附截图"),
    ]


@pytest.mark.parametrize("said", ["", "  \n", "字" * (LONGEST_NOTE + 1)])
def test_a_note_says_something(day: Books, clerk: Actor, said: str) -> None:
    with pytest.raises(NoteNeeded):
        day.workspace.write(clerk, add_note, id_=1, text=said)


def test_what_was_explained_opens_again(day: Books, clerk: Actor) -> None:
    day.workspace.write(clerk, assign_cases, ids=[2], to="clerk")
    day.workspace.write(clerk, explain_cases, ids=[2], reason="测试交易")
    before = day.workspace.read(held)

    day.workspace.write(clerk, reopen_case, id_=2, reason="看错了")

    found = row(day.workspace, 2)
    assert (found.status, found.resolution, found.reason) == (
        Status.ASSIGNED,
        Resolution.NONE,
        "",
    )
    assert (before, day.workspace.read(held)) == (2, 0)
    assert [note.text for note in day.workspace.read(case_notes, 2)] == ["测试交易", "看错了"]


def test_reopening_needs_a_reason_and_something_closed(day: Books, clerk: Actor) -> None:
    with pytest.raises(WrongState):
        day.workspace.write(clerk, reopen_case, id_=1, reason="x")
    with pytest.raises(ReasonNeeded):
        day.workspace.write(clerk, reopen_case, id_=1, reason=" ")


def test_what_a_match_settled_is_not_reopened(books: Books, clerk: Actor) -> None:
    books.load("payments", payment(1))
    books.load("icbc", record(2))
    books.reconcile(Task.CHANNEL)
    books.load("icbc2", record(1))
    books.reconcile(Task.CHANNEL)
    gone = books.workspace.read(case_rows, [1, 2])
    settled = [one for one in gone if one.status is Status.RESOLVED]

    for one in settled:
        with pytest.raises(NotReopened):
            books.workspace.write(clerk, reopen_case, id_=one.id, reason="x")


def test_a_closed_day_stays_closed(day: Books, clerk: Actor) -> None:
    day.workspace.write(clerk, explain_cases, ids=[1], reason="x")
    day.close(DAY)

    with pytest.raises(DayClosed):
        day.workspace.write(clerk, reopen_case, id_=1, reason="x")


def test_the_history_tells_everything(day: Books, clerk: Actor, supervisor: Actor) -> None:
    day.workspace.write(supervisor, assign_cases, ids=[1], to="clerk")
    day.workspace.write(clerk, add_note, id_=1, text="查")
    day.workspace.write(clerk, attach, id_=1, name="图.png", content=PNG)
    day.workspace.write(clerk, explain_cases, ids=[1], reason="测试")
    day.workspace.write(clerk, reopen_case, id_=1, reason="再查")

    steps = day.workspace.read(case_history, 1)[::-1]

    assert [(step.verb, step.by) for step in steps] == [
        (Verb.RECONCILED, "clerk"),
        (Verb.ASSIGNED, "supervisor"),
        (Verb.NOTED, "clerk"),
        (Verb.ATTACHED, "clerk"),
        (Verb.EXPLAINED, "clerk"),
        (Verb.REOPENED, "clerk"),
    ]
    assert steps[1].after == {"assignee": "clerk", "status": "assigned"}
    assert [sentence(step) for step in steps] == [
        "found by the run for 2026-03-03",
        "given to clerk",
        "note: 查",
        "attached “图.png”",
        "closed with the reason: 测试",
        "reopened: 再查",
    ]
    with pytest.raises(UnknownDiscrepancy):
        day.workspace.read(case_history, 99)


def test_an_attachment_comes_back_as_it_was(day: Books, clerk: Actor) -> None:
    id_ = day.workspace.write(clerk, attach, id_=1, name="C:\\tmp\\回单.png", content=PNG).value

    (view,) = day.workspace.read(attachments, 1)

    assert (view.name, view.media_type, view.size, view.by) == (
        "回单.png",
        "image/png",
        len(PNG),
        "clerk",
    )
    assert view.is_picture
    assert day.workspace.read(attachment_content, id_) == PNG
    assert day.workspace.read(attachments, 2) == []


@pytest.mark.parametrize("size", [0, MOST_ATTACHED_BYTES + 1])
def test_an_attachment_has_a_size(day: Books, clerk: Actor, size: int) -> None:
    with pytest.raises(BadAttachment):
        day.workspace.write(clerk, attach, id_=1, name="a", content=bytes(size))


def test_the_same_bytes_are_attached_once(day: Books, clerk: Actor) -> None:
    day.workspace.write(clerk, attach, id_=1, name="a.txt", content=b"a")

    with pytest.raises(AttachedAlready, match=r"a\.txt"):
        day.workspace.write(clerk, attach, id_=1, name="b.txt", content=b"a")

    day.workspace.write(clerk, attach, id_=2, name="b.txt", content=b"a")
    with pytest.raises(UnknownDiscrepancy):
        day.workspace.write(clerk, attach, id_=99, name="b.txt", content=b"a")


def test_only_ones_own_attachment_can_be_removed(day: Books, clerk: Actor, checker: Actor) -> None:
    id_ = day.workspace.write(clerk, attach, id_=1, name="a.txt", content=b"a").value
    with pytest.raises(AttachmentStays):
        day.workspace.write(checker, detach, attachment_id=id_)

    day.workspace.write(clerk, detach, attachment_id=id_)

    assert day.workspace.read(attachments, 1) == []
    last = day.workspace.read(records, after=0, limit=10_000)[-1]
    assert (last.verb, last.object_key) == (Verb.DETACHED, "1")
    with pytest.raises(UnknownAttachment):
        day.workspace.write(clerk, detach, attachment_id=id_)


def test_what_was_submitted_keeps_its_attachments(day: Books, clerk: Actor) -> None:
    id_ = day.workspace.write(clerk, attach, id_=1, name="a.txt", content=b"a").value
    _do(day.workspace, "UPDATE discrepancy SET status = 'submitted' WHERE id = 1")

    with pytest.raises(AttachmentStays):
        day.workspace.write(clerk, detach, attachment_id=id_)


def test_a_damaged_attachment_is_found(day: Books, clerk: Actor) -> None:
    id_ = day.workspace.write(clerk, attach, id_=1, name="a.txt", content=b"abc").value
    assert day.workspace.read(sound).ok

    _do(day.workspace, "UPDATE discrepancy_attachment SET sha256 = 'x'")

    assert not day.workspace.read(sound).ok
    with pytest.raises(AttachmentDamaged):
        day.workspace.read(attachment_content, id_)


def test_bytes_that_do_not_unpack_are_damaged(day: Books, clerk: Actor) -> None:
    id_ = day.workspace.write(clerk, attach, id_=1, name="a.txt", content=b"abc").value

    _do(day.workspace, "UPDATE discrepancy_attachment SET size = 2")

    assert not day.workspace.read(sound).ok
    with pytest.raises(AttachmentDamaged):
        day.workspace.read(attachment_content, id_)
    with pytest.raises(UnknownAttachment):
        day.workspace.read(attachment_content, 99)


def test_a_new_run_keeps_what_people_attached(books: Books, clerk: Actor) -> None:
    books.load("payments", payment(1), payment(2))
    books.load("icbc", record(3))
    books.reconcile(Task.CHANNEL)
    books.workspace.write(clerk, attach, id_=1, name="a.txt", content=b"a")

    books.load("more", payment(5))
    books.reconcile(Task.CHANNEL)

    assert len(books.workspace.read(attachments, 1)) == 1


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a", b"%PDF-1.7", "application/pdf"),
        ("a.CSV", b"1,2", "text/csv"),
        ("a.exe", b"MZ", "application/octet-stream"),
        ("a.png", b"no picture", "application/octet-stream"),
    ],
)
def test_bytes_say_what_a_file_is(name: str, content: bytes, kind: str) -> None:
    assert media_type(name, content) == kind


def test_a_long_name_keeps_its_ending(day: Books, clerk: Actor) -> None:
    day.workspace.write(clerk, attach, id_=1, name="回" * 300 + ".png", content=PNG)
    day.workspace.write(clerk, attach, id_=1, name="/\n", content=b"x")

    first, second = day.workspace.read(attachments, 1)

    assert first.name.endswith("….png")
    assert len(first.name) == 120
    assert second.name == "-"


def _do(workspace: Workspace, statement: str) -> None:
    engine = workspace.engine.execution_options(**WRITES)
    with engine.begin() as connection:
        connection.execute(text(statement))
