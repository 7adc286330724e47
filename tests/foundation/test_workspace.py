"""The one door to data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.queries import verify_chain
from app.audit.rules import Verb
from app.audit.service import record
from app.base.errors import UserError
from app.calendar.model import CalendarDay
from app.calendar.queries import working_calendar
from app.catalog.model import Setting
from app.catalog.queries import channels, setting, settings
from app.catalog.rules import SettingName
from app.db.counters import Counter, take
from app.db.locks import alone, together
from app.db.workspace import Actor, Tx, Workspace
from app.upkeep.service import initialise
from tests.conftest import skip_without_wal


class Stopped(UserError):
    template = "stopped"


def fill(tx: Tx, *, name: str, value: int = 1) -> str:
    tx.session.add(Setting(name=name, value=value))
    return name


def fill_and_stop(tx: Tx) -> None:
    fill(tx, name="never")
    tx.session.flush()
    raise Stopped


def setting_names(session: Session) -> set[str]:
    return set(session.scalars(select(Setting.name)))


def test_a_prepared_database_has_the_defaults(workspace: Workspace) -> None:
    assert len(workspace.read(channels)) == 14
    assert workspace.read(settings)[SettingName.TIMING_MINUTES] == 30
    assert 2026 in workspace.read(working_calendar).known_years


def test_a_write_is_saved_and_tells_what_it_touched(workspace: Workspace, clerk: Actor) -> None:
    written = workspace.write(clerk, fill, name="x")

    assert written.value == "x"
    assert written.tables == {"setting"}
    assert "x" in workspace.read(setting_names)


def test_a_failed_write_leaves_nothing(workspace: Workspace, clerk: Actor) -> None:
    with pytest.raises(Stopped):
        workspace.write(clerk, fill_and_stop)

    assert "never" not in workspace.read(setting_names)


def test_a_read_changes_nothing(workspace: Workspace) -> None:
    def change(session: Session) -> None:
        session.add(Setting(name="read", value=1))
        if session.get_bind().dialect.name == "sqlite":
            session.flush()

    workspace.read(change)

    assert "read" not in workspace.read(setting_names)


def test_bulk_statements_are_noticed(workspace: Workspace, clerk: Actor) -> None:
    def work(tx: Tx) -> None:
        tx.session.execute(insert(Setting), [{"name": "b", "value": 1}])
        tx.session.execute(update(Setting).where(Setting.name == "b").values(value=2))
        tx.session.execute(delete(CalendarDay).where(CalendarDay.day == date(2026, 1, 1)))
        tx.session.execute(insert(Counter), [{"name": "c", "value": 1}])
        tx.connection.execute(text("UPDATE setting SET value = 3 WHERE name = 'b'"))
        tx.touch("elsewhere")

    written = workspace.write(clerk, work)

    assert written.tables == {"setting", "calendar_day", "counter", "elsewhere"}


def test_last_steps_run_once_and_after_everything(workspace: Workspace, clerk: Actor) -> None:
    seen: list[str] = []

    def step(tx: Tx) -> None:
        seen.append("step" if "x" in setting_names(tx.session) else "too early")

    def work(tx: Tx) -> None:
        tx.finally_do(step)
        tx.finally_do(step)
        fill(tx, name="x")
        seen.append(tx.command)

    workspace.write(clerk, work)

    assert seen[1:] == ["step"]
    assert seen[0].endswith(".work")


def test_a_write_knows_the_time(workspace: Workspace, clerk: Actor) -> None:
    at = workspace.write(clerk, lambda tx: tx.at).value

    assert at.tzinfo is UTC
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60


def test_the_database_refuses_wrong_rows(workspace: Workspace, clerk: Actor) -> None:
    def work(tx: Tx) -> None:
        tx.connection.execute(text("UPDATE channel SET kind = 'nonsense'"))

    with pytest.raises(IntegrityError):
        workspace.write(clerk, work)


def test_numbers_have_no_gaps(workspace: Workspace, clerk: Actor) -> None:
    def take_and_stop(tx: Tx) -> None:
        take(tx, "voucher", 5)
        raise Stopped

    assert workspace.write(clerk, take, "voucher").value == 1
    assert workspace.write(clerk, take, "voucher", 3).value == 2
    with pytest.raises(Stopped):
        workspace.write(clerk, take_and_stop)
    assert workspace.write(clerk, take, "voucher").value == 5
    assert workspace.write(clerk, take, "other").value == 1
    with pytest.raises(ValueError, match="at least one"):
        workspace.write(clerk, take, "voucher", 0)


def test_named_locks_are_taken(workspace: Workspace, clerk: Actor) -> None:
    def work(tx: Tx) -> int:
        alone(tx, "import")
        together(tx, "days")
        if tx.connection.dialect.name == "sqlite":
            return 2
        held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        return int(tx.session.execute(held).scalar_one())

    assert workspace.write(clerk, work).value == 2


def test_many_writers_leave_no_gap_and_one_chain(workspace: Workspace, clerk: Actor) -> None:
    def work(tx: Tx) -> int:
        first = take(tx, "voucher", 2)
        record(tx, Verb.CREATED, "voucher", str(first))
        return first

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(workspace.write, clerk, work) for _ in range(40)]
        firsts = sorted(job.result().value for job in jobs)

    assert firsts == list(range(1, 80, 2))
    assert workspace.read(verify_chain).ok


def test_a_reading_transaction_sees_one_state(workspace: Workspace, clerk: Actor) -> None:
    def read(session: Session) -> tuple[int, int]:
        before = session.scalars(select(func.count()).select_from(Setting)).one()
        workspace.write(clerk, fill, name="between")
        return before, session.scalars(select(func.count()).select_from(Setting)).one()

    skip_without_wal(str(workspace.engine.url))
    before, after = workspace.read(read)

    assert before == after


def test_a_setting_is_read_by_name(workspace: Workspace) -> None:
    assert workspace.read(setting, SettingName.WRITEOFF_DAYS) == 3


def test_the_first_read_of_a_new_database_works(empty_url: str) -> None:
    done = initialise(empty_url, administrator="admin", password="pw")

    workspace = Workspace.open(empty_url)
    assert done.created
    assert workspace.read(setting_names) == {name.value for name in SettingName}
    workspace.close()


def test_only_one_copy_of_sqlite_is_loaded(tmp_path: Path) -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    program = (
        "import sys\n"
        "from app.upkeep.service import initialise\n"
        "from app.db.workspace import Workspace\n"
        "from app.catalog.queries import channels\n"
        f"url = 'sqlite:///{tmp_path}/one.db'\n"
        "initialise(url, administrator='a', password='b')\n"
        "Workspace.open(url).read(channels)\n"
        "print(*sorted({'sqlite3', 'sqlcipher3'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() in (["sqlcipher3"], ["sqlite3"])
