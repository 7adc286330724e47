"""Setting a database up, and bringing an older one up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.audit.queries import records, verify_chain
from app.calendar.queries import working_calendar
from app.catalog.queries import channels, ledger_accounts, settings
from app.catalog.rules import SettingName
from app.db.engine import open_engine
from app.db.errors import CannotOpen, OlderSchema
from app.db.migrate import downgrade, is_empty
from app.db.schema import revisions
from app.db.workspace import Workspace
from app.identity.queries import users
from app.identity.rules import BadUserName, Permission
from app.identity.service import login, may
from app.upkeep.files import Initialised
from app.upkeep.rules import (
    AdministratorNeeded,
    BackupFailed,
    ForeignDatabase,
    NoDemonstration,
)
from app.upkeep.service import (
    initialise,
    is_demonstration,
    needs_administrator,
)
from app.upkeep.verify import verify
from tests.foundation.databases import (
    execute,
    left_beside,
    names,
    path_of,
)

HEAD = revisions()[-1]


def test_a_new_database_has_everything_that_ships(empty_url: str) -> None:
    assert needs_administrator(empty_url)

    done = initialise(empty_url, administrator="admin", password="pw")

    assert done == Initialised(revision=HEAD, created=True)
    assert not needs_administrator(empty_url)
    assert names(empty_url) == {"admin": ("administrator",)}
    workspace = Workspace.open(empty_url)
    assert len(workspace.read(channels)) == 14
    assert len(workspace.read(settings)) == len(SettingName)
    assert workspace.read(ledger_accounts)
    assert workspace.read(working_calendar).known_years
    assert not workspace.read(is_demonstration)
    assert workspace.read(verify).ok
    assert may(login(workspace, "admin", "pw"), Permission.MANAGE_USERS)
    assert workspace.read(records)[0].verb == "initialised"
    workspace.close()


def test_setting_up_again_changes_nothing(database_url: str) -> None:
    workspace = Workspace.open(database_url)
    before = workspace.read(verify_chain)

    done = initialise(database_url, administrator="another", password="pw")

    assert done == Initialised(revision=HEAD, created=False)
    assert workspace.read(verify_chain) == before
    assert "another" not in names(database_url)
    workspace.close()


def test_demonstration_users(empty_url: str) -> None:
    for _ in range(2):
        initialise(empty_url, administrator="admin", password="pw", demo_users=True)

    workspace = Workspace.open(empty_url)
    assert workspace.read(is_demonstration)
    assert {row.name: row.roles for row in workspace.read(users)} == {
        "admin": ("administrator",),
        **{role: (role,) for role in ("clerk", "checker", "supervisor", "auditor")},
    }
    assert login(workspace, "checker", "pw").roles == {"checker"}
    workspace.close()


def test_an_administrator_may_have_the_name_of_a_demonstration_user(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    initialise(url, administrator="Clerk", password="pw", demo_users=True)

    assert names(url)["Clerk"] == ("administrator",)
    assert set(names(url)) == {"Clerk", "checker", "supervisor", "auditor"}


def test_a_real_database_gets_no_demonstration_users(empty_url: str) -> None:
    initialise(empty_url, administrator="admin", password="pw")
    with pytest.raises(NoDemonstration):
        initialise(empty_url, password="pw", demo_users=True)

    assert set(names(empty_url)) == {"admin"}


@pytest.mark.parametrize(("name", "password"), [(None, None), ("admin", None), ("", "pw")])
def test_a_new_database_needs_an_administrator(
    tmp_path: Path, name: str | None, password: str | None
) -> None:
    path = tmp_path / "deep" / "new.db"
    with pytest.raises(AdministratorNeeded):
        initialise(f"sqlite:///{path}", administrator=name, password=password)
    with pytest.raises(BadUserName):
        initialise(f"sqlite:///{path}", administrator="a b", password="x")

    assert not path.parent.exists()


def test_the_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "deeper" / "new.db"
    initialise(f"sqlite:///{path}", administrator="admin", password="pw")

    assert path.exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotOpen):
        initialise(f"sqlite:///{tmp_path}/file/x.db", administrator="admin", password="pw")


def test_setting_up_goes_on_after_an_accident(empty_url: str) -> None:
    initialise(empty_url, administrator="admin", password="pw")
    execute(empty_url, "DELETE FROM user_role", "DELETE FROM app_user", "DELETE FROM calendar_year")

    assert needs_administrator(empty_url)
    assert not initialise(empty_url, administrator="second", password="pw").created
    assert names(empty_url) == {"second": ("administrator",)}


def test_the_database_of_another_program_is_left_alone(empty_url: str) -> None:
    execute(empty_url, "CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(ForeignDatabase):
        initialise(empty_url, administrator="admin", password="pw")

    engine = open_engine(empty_url)
    assert is_empty(engine)
    engine.dispose()


def test_an_older_database_is_saved_and_updated(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    downgrade(engine, revisions()[0])
    engine.dispose()
    with pytest.raises(OlderSchema):
        Workspace.open(sqlite_url)

    done = initialise(sqlite_url)

    assert (done.revision, done.created) == (HEAD, False)
    assert done.saved is not None
    with pytest.raises(OlderSchema):
        Workspace.open(f"sqlite:///{done.saved}")
    workspace = Workspace.open(sqlite_url)
    assert workspace.read(verify).ok
    # What the newer version brings along is added after that.
    assert "migrated" in [row.verb for row in workspace.read(records, limit=1000)[-2:]]
    workspace.close()


def test_a_damaged_older_database_is_not_touched(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    downgrade(engine, revisions()[0])
    engine.dispose()
    execute(sqlite_url, "UPDATE audit_record SET actor = 'x' WHERE sequence = 2")
    before = path_of(sqlite_url).read_bytes()
    with pytest.raises(BackupFailed, match="audit_chain"):
        initialise(sqlite_url)

    assert path_of(sqlite_url).read_bytes() == before
    assert left_beside(path_of(sqlite_url)) == set()
