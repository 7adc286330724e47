"""Anchors of the audit log, its export, and the script that checks both without the program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import keyring
import pytest
from sqlalchemy import text

from app.audit.queries import records, verify_chain
from app.audit.search import AuditFilter
from app.base.dates import CHINA
from app.base.errors import Cancelled, NotAllowed
from app.catalog.rules import SettingName
from app.catalog.service import apply_setting
from app.db.engine import WRITES
from app.db.errors import CannotOpen
from app.db.workspace import Actor, Workspace
from app.upkeep.anchors import (
    FOLDER,
    Anchored,
    BesideTheDatabase,
    anchor,
    anchor_folder,
    anchors,
    anchors_hold,
    files_hold,
)
from app.upkeep.exporting import Exported, export_log
from app.upkeep.signing import KEY_FILE, PASSPHRASE, WrongPassphrase
from app.upkeep.verify import verify
from tests.texts import ROOT

SCRIPT = ROOT / "resources" / "verify_audit.py"
SECRET = "a passphrase of the anchors"
Lines = list[dict[str, Any]]


class Ring:
    """A keyring: a real one would be one for every test, because they are found by their class."""

    def __init__(self, patch: pytest.MonkeyPatch, priority: int) -> None:
        self.priority = priority
        self.kept: dict[tuple[str, str], str] = {}
        patch.setattr(keyring, "get_keyring", lambda: self)
        patch.setattr(keyring, "get_password", lambda *key: self.kept.get(key))
        patch.setattr(keyring, "set_password", self._set)

    def _set(self, service: str, name: str, password: str) -> None:
        self.kept[service, name] = password


@pytest.fixture(autouse=True)
def plain_ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    """Let only a keyring be there that is a plain file."""
    monkeypatch.delenv(PASSPHRASE, raising=False)
    return Ring(monkeypatch, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A database whose log is anchored in another folder."""

    workspace: Workspace
    supervisor: Actor
    auditor: Actor
    folder: Path

    def change(self, *values: int) -> None:
        for value in values:
            self.workspace.write(
                self.supervisor, apply_setting, name=SettingName.TIMING_MINUTES, value=value
            )

    def anchor(self, passphrase: str | None = SECRET) -> Anchored:
        return anchor(self.workspace, self.supervisor, folder=self.folder, passphrase=passphrase)

    def export(self, wanted: AuditFilter | None = None) -> Exported:
        target = self.folder.parent / "log.jsonl"
        return export_log(self.workspace, self.auditor, target, wanted=wanted)

    def problems(self) -> str:
        return self.workspace.read(files_hold, self.folder).detail


@pytest.fixture
def kept(workspace: Workspace, supervisor: Actor, auditor: Actor, tmp_path: Path) -> Kept:
    folder = tmp_path / "second"
    made = Kept(workspace=workspace, supervisor=supervisor, auditor=auditor, folder=folder)
    made.change(41, 42)
    return made


def script(*paths: Path, flags: tuple[str, ...] = ()) -> tuple[int, str]:
    """Run the script as its readers do, without the program."""
    done = subprocess.run(
        [sys.executable, *flags, str(SCRIPT), *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        cwd=SCRIPT.parent,
        timeout=60,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def rewritten(path: Path, change: Callable[[Lines], None]) -> Path:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    change(lines)
    text_ = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines)
    path.write_text(text_, encoding="utf-8")
    return path


def test_an_anchor_stands_in_the_database_and_in_the_second_folder(kept: Kept) -> None:
    end = kept.workspace.read(verify_chain).count

    made = kept.anchor()

    assert (made.anchor.sequence, made.signed) == (end, True)
    assert kept.workspace.read(anchors) == [made.anchor]
    assert json.loads(made.file.read_text(encoding="utf-8"))["hash"] == made.anchor.hash
    last = kept.workspace.read(records, after=end)[-1]
    assert (last.verb, last.object_type, last.object_key) == ("anchored", "audit_log", str(end))
    assert kept.workspace.read(anchors_hold).ok
    assert kept.workspace.read(files_hold, kept.folder).ok
    checked = kept.workspace.read(verify, anchors=kept.folder)
    assert checked.ok
    assert checked.checks[-1].name == "anchor_files"


def test_the_signing_key_is_never_a_plain_file(kept: Kept) -> None:
    kept.anchor()

    text_ = (kept.folder / KEY_FILE).read_text()
    assert "ENCRYPTED PRIVATE KEY" in text_
    with pytest.raises(WrongPassphrase):
        kept.anchor("another one")
    assert kept.anchor().anchor.public_key == kept.workspace.read(anchors)[0].public_key


def test_without_keyring_and_passphrase_it_is_not_signed(kept: Kept, plain_ring: Ring) -> None:
    made = kept.anchor(None)

    assert not made.signed
    assert not plain_ring.kept
    assert [path.suffix for path in kept.folder.iterdir()] == [".json"]
    assert kept.workspace.read(anchors_hold).ok


def test_the_keyring_of_the_system_keeps_the_key(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Ring(monkeypatch, 5)

    first, second = kept.anchor(None), kept.anchor(None)

    assert first.signed
    assert first.anchor.public_key == second.anchor.public_key
    assert len(ring.kept) == 1
    assert not (kept.folder / KEY_FILE).exists()


def test_anchors_do_not_stand_beside_the_database(
    sqlite_workspace: Workspace,
    supervisor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(BesideTheDatabase):
        anchor(sqlite_workspace, supervisor, folder=tmp_path)

    monkeypatch.delenv(FOLDER)
    url = f"sqlite:///{tmp_path / 'duiping.db'}"
    assert anchor_folder(url).parent.name == "duiping-anchors"
    assert anchor_folder(url) != anchor_folder("sqlite:///elsewhere/duiping.db")
    assert anchor_folder(url, "chosen") == Path("chosen")


@pytest.mark.parametrize("who", ["clerk", "checker", "auditor", "reader"])
def test_others_make_no_anchors(kept: Kept, people: dict[str, Actor], who: str) -> None:
    with pytest.raises(NotAllowed):
        anchor(kept.workspace, people[who], folder=kept.folder)

    assert not kept.folder.exists()


def test_anchors_that_could_not_be_written_are_written_later(kept: Kept) -> None:
    kept.folder.write_text("in the way")
    with pytest.raises(CannotOpen):
        kept.anchor(None)
    kept.folder.unlink()

    kept.anchor(None)

    assert len(list(kept.folder.glob("anchor-*.json"))) == 2


def break_open(workspace: Workspace, *statements: str) -> None:
    """Do what nobody is allowed to: change the log itself."""
    with workspace.engine.execution_options(**WRITES).begin() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.scalars(
                text(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE"
                    " 'audit%'"
                )
            ).all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE audit_record DISABLE TRIGGER USER"))
            connection.execute(text("ALTER TABLE audit_head DISABLE TRIGGER USER"))
            connection.execute(text("ALTER TABLE audit_anchor DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


CUT = (
    "DELETE FROM audit_record WHERE sequence >= {sequence}",
    (
        "UPDATE audit_head SET sequence = {before}, hash = (SELECT hash FROM audit_record"
        " WHERE sequence = {before})"
    ),
)


def cut(kept: Kept, sequence: int) -> None:
    _cut_open(kept.workspace, sequence)


def cut_from(url: str, sequence: int) -> None:
    """Take the end of the log away, as somebody with the file in his hands could."""
    workspace = Workspace.open(url)
    _cut_open(workspace, sequence)
    workspace.close()


def _cut_open(workspace: Workspace, sequence: int) -> None:
    values = {"sequence": sequence, "before": sequence - 1}
    break_open(workspace, *(one.format(**values) for one in CUT))


def test_a_cut_tail_is_found_by_its_anchor(kept: Kept) -> None:
    made = kept.anchor()
    cut(kept, made.anchor.sequence)
    assert kept.workspace.read(verify_chain).ok  # the chain alone does not show it

    found = kept.workspace.read(anchors_hold)

    assert not found.ok
    assert f"record {made.anchor.sequence} is missing, the end of the log was cut" in found.detail
    assert "the end of the log was cut" in kept.problems()


def test_a_log_that_was_written_anew_is_found_by_its_anchor(kept: Kept) -> None:
    made = kept.anchor()
    cut(kept, made.anchor.sequence)
    break_open(kept.workspace, "DELETE FROM audit_anchor")
    kept.change(50, 51)
    assert kept.workspace.read(verify_chain).ok
    assert kept.workspace.read(anchors_hold).ok  # who rewrites the log rewrites its anchors

    assert f"up to record {made.anchor.sequence} was written anew" in kept.problems()


@pytest.mark.parametrize("field", ["day", "sequence", "totals_hash", "signature"])
def test_an_anchor_that_was_changed_is_found(kept: Kept, field: str) -> None:
    made = kept.anchor()
    said = json.loads(made.file.read_text(encoding="utf-8"))
    changed = {"day": "2020-01-01", "sequence": 0, "totals_hash": "1" * 64, "signature": "00" * 64}
    made.file.write_text(json.dumps(said | {field: changed[field]}))

    assert "the signature is wrong" in kept.problems()
    assert script(kept.export().file, kept.folder)[0] == 1


def test_what_is_no_anchor_is_named(kept: Kept) -> None:
    made = kept.anchor()
    made.file.write_text("{}")

    assert f"{made.file.name} is not an anchor" in kept.problems()


# ---------------------------------------------------------------- the export and the script


def test_a_whole_log_checks_without_the_program(kept: Kept) -> None:
    kept.anchor()
    done = kept.export()

    code, said = script(done.file, kept.folder)

    assert (code, done.whole) == (0, True), said
    assert f"{done.records} records" in said
    assert "1 anchors hold, 0 of them without" in said
    last = kept.workspace.read(records, after=done.records)[-1]
    assert (last.verb, last.object_key) == ("printed", "log.jsonl")


def test_the_script_needs_nothing_but_python(kept: Kept) -> None:
    kept.anchor()

    code, said = script(kept.export().file, kept.folder, flags=("-S", "-I"))

    assert code == 0, said
    assert "signature not checked" in said


def _change(lines: Lines) -> None:
    lines[3]["after"] = '{"x":1}'


def _drop(lines: Lines) -> None:
    del lines[3]


def _swap(lines: Lines) -> None:
    lines[3], lines[4] = lines[4], lines[3]


def _cut(lines: Lines) -> None:
    del lines[-1]


def _cut_with_its_head(lines: Lines) -> None:
    lines.pop()
    lines[0] |= {
        "records": lines[-1]["sequence"],
        "end": lines[-1]["sequence"],
        "end_hash": lines[-1]["hash"],
    }


def _cut_far_with_its_head(lines: Lines) -> None:
    del lines[-3:]
    lines.append({})
    _cut_with_its_head(lines)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_change, "record 3 was changed"),
        (_drop, "record 3 is missing"),
        (_swap, "record 3 is missing"),
        (_cut, "records were exported"),
        (_cut_far_with_its_head, "the end of the log was cut"),
    ],
)
def test_the_script_finds_and_names_what_was_done_to_a_log(
    kept: Kept, change: Callable[[Lines], None], told: str
) -> None:
    kept.anchor()
    path = rewritten(kept.export().file, change)

    code, said = script(path, kept.folder)

    assert code == 1
    assert told in said


def test_the_script_finds_a_forged_log(kept: Kept) -> None:
    made = kept.anchor()
    cut(kept, made.anchor.sequence)
    kept.change(50, 51)

    code, said = script(kept.export().file, kept.folder)

    assert code == 1
    assert "was written anew" in said


def test_an_excerpt_says_that_it_is_one(kept: Kept) -> None:
    day = datetime.now(UTC).astimezone(CHINA).date()
    done = kept.export(AuditFilter(person="supervisor", first=day - timedelta(days=1)))

    code, said = script(done.file)

    assert (code, done.records, done.whole) == (0, 2, False)
    assert "excerpt" in said
    assert script(rewritten(done.file, lambda lines: lines[1].update(actor="x")))[0] == 1


def test_what_is_no_log_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n")

    assert script(path)[0] == 1
    assert script(tmp_path / "missing")[0] == 2
    assert script()[0] == 2


def test_an_export_that_is_stopped_leaves_nothing(kept: Kept, tmp_path: Path) -> None:
    class Stopping:
        def advance(self, done: int, total: int, note: str = "") -> None:
            raise Cancelled

    target = tmp_path / "log.jsonl"
    with pytest.raises(Cancelled):
        export_log(kept.workspace, kept.auditor, target, progress=Stopping())

    assert not target.exists()
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize("who", ["clerk", "checker", "supervisor", "administrator", "reader"])
def test_only_auditors_export_the_log(
    kept: Kept, people: dict[str, Actor], tmp_path: Path, who: str
) -> None:
    with pytest.raises(NotAllowed):
        export_log(kept.workspace, people[who], tmp_path / "log.jsonl")
