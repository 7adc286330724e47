"""Who may use the program, and for what."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.audit.queries import AuditRow, records, verify_chain
from app.base.errors import NotAllowed, NotFound
from app.db.engine import WRITES
from app.db.errors import ChangedMeanwhile
from app.db.workspace import Actor, Tx, Workspace
from app.identity import passwords, service
from app.identity.model import AppUser
from app.identity.passwords import fits, hashed, is_outdated
from app.identity.queries import UserRow, user_named, users
from app.identity.rules import (
    FAILURES_ALLOWED,
    PERMISSIONS,
    BadPassword,
    BadUserName,
    LastAdministrator,
    LoginRefused,
    Permission,
    Role,
    RolesConflict,
    UnknownRole,
    UserExists,
    UserState,
    permissions_of,
    roles_of,
)
from app.identity.service import (
    add_user,
    disable_user,
    enable_user,
    login,
    may,
    require,
    set_password,
    system_actor,
)
from tests.conftest import PASSWORD

READERS = {Role.CLERK, Role.CHECKER, Role.SUPERVISOR, Role.AUDITOR, Role.READER}
EVERYBODY_AT_WORK = set(Role) - {Role.READER}

HOLDERS: dict[Permission, set[Role]] = {
    Permission.READ_BUSINESS: READERS,
    Permission.IMPORT: {Role.CLERK},
    Permission.RECONCILE: {Role.CLERK},
    Permission.MATCH: {Role.CLERK},
    Permission.ASSIGN: {Role.CLERK, Role.SUPERVISOR},
    Permission.EXPLAIN: {Role.CLERK},
    Permission.NOTE: {Role.CLERK, Role.CHECKER, Role.SUPERVISOR},
    Permission.ADJUST: {Role.CLERK},
    Permission.CONFIRM_ARRIVAL: {Role.CLERK},
    Permission.PRINT: {Role.CLERK, Role.CHECKER, Role.SUPERVISOR, Role.AUDITOR},
    Permission.APPROVE: {Role.CHECKER},
    Permission.CHECK_ARRIVAL: {Role.CHECKER},
    Permission.CLOSE_DAY: {Role.SUPERVISOR},
    Permission.REOPEN_DAY: {Role.SUPERVISOR},
    Permission.SET_LIMITS: {Role.SUPERVISOR},
    Permission.MASTER_DATA: {Role.SUPERVISOR},
    Permission.SET_UP: {Role.ADMINISTRATOR},
    Permission.UNMASK: {Role.SUPERVISOR, Role.AUDITOR},
    Permission.MANAGE_USERS: {Role.ADMINISTRATOR},
    Permission.BACKUP: {Role.ADMINISTRATOR},
    Permission.READ_AUDIT: {Role.AUDITOR},
    Permission.VERIFY: EVERYBODY_AT_WORK,
}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_roles_and_permissions(role: Role, permission: Permission) -> None:
    actor = Actor(user_id=1, name="li", roles=frozenset({role.value}), machine="m")
    allowed = role in HOLDERS[permission]

    assert may(actor, permission) is allowed
    if allowed:
        require(actor, permission)
    else:
        with pytest.raises(NotAllowed):
            require(actor, permission)


def test_the_auditor_changes_nothing() -> None:
    reading = {
        Permission.READ_BUSINESS,
        Permission.READ_AUDIT,
        Permission.UNMASK,
        Permission.PRINT,
        Permission.VERIFY,
    }

    assert PERMISSIONS[Role.AUDITOR] <= reading
    assert Permission.APPROVE not in PERMISSIONS[Role.ADMINISTRATOR]
    assert Permission.READ_BUSINESS not in PERMISSIONS[Role.ADMINISTRATOR]


def test_roles_add_up() -> None:
    assert permissions_of([]) == frozenset()
    assert permissions_of(["clerk", "auditor"]) == (
        PERMISSIONS[Role.CLERK] | PERMISSIONS[Role.AUDITOR]
    )


@pytest.mark.parametrize(
    ("names", "error"),
    [
        (["administrator", "auditor"], RolesConflict),
        (["auditor", "clerk", "administrator"], RolesConflict),
        (["boss"], UnknownRole),
        (["clerk", ""], UnknownRole),
        ([], UnknownRole),
    ],
)
def test_impossible_roles(names: list[str], error: type[Exception]) -> None:
    with pytest.raises(error):
        roles_of(names)


@pytest.mark.parametrize(
    ("one", "two"), [("administrator", "auditor"), ("auditor", "administrator")]
)
def test_the_database_keeps_administrator_and_auditor_apart(
    workspace: Workspace, one: str, two: str
) -> None:
    writer = workspace.engine.execution_options(**WRITES)
    add = f"INSERT INTO user_role SELECT user_id, '{two}' FROM user_role WHERE role = '{one}'"
    change = f"UPDATE user_role SET role = '{two}' WHERE role = 'reader'"
    with writer.begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO user_role SELECT user_id, '{one}' FROM user_role WHERE role='reader'"
            )
        )
    for statement in (add, change):
        with pytest.raises(IntegrityError), writer.begin() as connection:
            connection.execute(text(statement))


def add_li(tx: Tx, *roles: str) -> int:
    return add_user(tx, name="Li", password="pw", roles=roles or ["clerk"])


def log_of(workspace: Workspace, name: str) -> list[tuple[str, str]]:
    rows: list[AuditRow] = workspace.read(records, limit=10_000)
    return [(row.verb, row.after) for row in rows if row.object_key == name]


def test_a_user_is_added_and_logs_in(workspace: Workspace, administrator: Actor) -> None:
    user_id = workspace.write(administrator, add_li, "clerk", "checker").value

    actor = login(workspace, "Li", "pw", machine="pc")

    assert actor == Actor(
        user_id=user_id, name="Li", roles=frozenset({"clerk", "checker"}), machine="pc"
    )
    assert login(workspace, "lI", "pw").name == "Li"
    found = workspace.read(user_named, "LI")
    assert found is not None
    assert found == UserRow(
        user_id=user_id,
        name="Li",
        roles=("checker", "clerk"),
        state=UserState.ACTIVE,
        created_at=found.created_at,
        password_at=found.created_at,
        locked_until=None,
    )
    assert workspace.read(user_named, "nobody") is None
    assert log_of(workspace, "Li") == [("created", '{"roles":["checker","clerk"]}')]


def test_a_password_is_stored_only_as_argon2id(workspace: Workspace, administrator: Actor) -> None:
    workspace.write(administrator, add_li)
    with workspace.engine.connect() as connection:
        stored = connection.execute(
            text("SELECT password_hash FROM app_user WHERE name = 'Li'")
        ).scalar_one()

    assert stored.startswith("$argon2id$")
    assert "pw" not in str(log_of(workspace, "Li"))


@pytest.mark.parametrize("who", ["clerk", "checker", "supervisor", "auditor", "reader"])
def test_only_an_administrator_manages_users(
    sqlite_workspace: Workspace, people: dict[str, Actor], who: str
) -> None:
    other = "clerk" if who != "clerk" else "checker"
    for fn, arguments in (
        (add_user, {"name": "x", "password": "x", "roles": ["clerk"]}),
        (disable_user, {"name": other}),
        (enable_user, {"name": other}),
        (set_password, {"name": other, "password": "x"}),
    ):
        with pytest.raises(NotAllowed):
            sqlite_workspace.write(people[who], fn, **arguments)  # type: ignore[arg-type]


def test_everybody_changes_his_own_password(sqlite_workspace: Workspace, clerk: Actor) -> None:
    sqlite_workspace.write(clerk, set_password, name="Clerk", password="new")

    assert login(sqlite_workspace, "clerk", "new").user_id == clerk.user_id
    with pytest.raises(LoginRefused):
        login(sqlite_workspace, "clerk", PASSWORD)
    assert log_of(sqlite_workspace, "clerk")[1] == ("changed", '{"password":"changed"}')


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 65, "a\tb", "a\nb", "\x00"])
def test_impossible_names(sqlite_workspace: Workspace, administrator: Actor, name: str) -> None:
    with pytest.raises(BadUserName):
        sqlite_workspace.write(administrator, add_user, name=name, password="x", roles=["clerk"])


@pytest.mark.parametrize("password", ["", "x" * 1025])
def test_impossible_passwords(
    sqlite_workspace: Workspace, administrator: Actor, password: str
) -> None:
    with pytest.raises(BadPassword):
        sqlite_workspace.write(
            administrator, add_user, name="x", password=password, roles=["clerk"]
        )
    with pytest.raises(BadPassword):
        sqlite_workspace.write(administrator, set_password, name="clerk", password=password)


def test_a_name_is_given_once(workspace: Workspace, administrator: Actor) -> None:
    workspace.write(administrator, add_li)
    with pytest.raises(UserExists):
        workspace.write(administrator, add_user, name="LI", password="x", roles=["clerk"])


def test_a_disabled_user_is_out(workspace: Workspace, administrator: Actor) -> None:
    workspace.write(administrator, add_li)
    workspace.write(administrator, disable_user, name="li")
    with pytest.raises(LoginRefused):
        login(workspace, "Li", "pw")

    workspace.write(administrator, enable_user, name="Li")
    assert login(workspace, "Li", "pw").name == "Li"
    assert [verb for verb, _after in log_of(workspace, "Li")] == [
        "created",
        "changed",
        "login_failed",
        "changed",
    ]


def test_unknown_users_cannot_be_changed(sqlite_workspace: Workspace, administrator: Actor) -> None:
    with pytest.raises(NotFound):
        sqlite_workspace.write(administrator, disable_user, name="nobody")


def test_the_last_administrator_stays(workspace: Workspace, administrator: Actor) -> None:
    with pytest.raises(LastAdministrator):
        workspace.write(administrator, disable_user, name="administrator")

    workspace.write(administrator, add_li, "administrator")
    workspace.write(administrator, disable_user, name="administrator")
    states = {row.name: row.state for row in workspace.read(users)}
    assert states["administrator"] is UserState.DISABLED
    with pytest.raises(LastAdministrator):
        workspace.write(administrator, disable_user, name="Li")


def fail(workspace: Workspace, times: int, name: str = "clerk") -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            login(workspace, name, "wrong")


def test_five_failures_lock_for_ten_minutes(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(workspace, FAILURES_ALLOWED)
    with pytest.raises(LoginRefused):
        login(workspace, "clerk", PASSWORD)
    verbs = [verb for verb, _after in log_of(workspace, "clerk")]
    assert verbs.count("login_failed") == 6
    assert verbs.count("locked") == 1

    now = datetime.now(UTC)
    for minutes, free in ((9.9, False), (10.1, True)):
        _travel(monkeypatch, now + timedelta(minutes=minutes))
        if free:
            assert login(workspace, "clerk", PASSWORD).name == "clerk"
        else:
            with pytest.raises(LoginRefused):
                login(workspace, "clerk", PASSWORD)


def test_after_a_lock_five_more_failures_are_needed(
    sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(sqlite_workspace, FAILURES_ALLOWED)
    _travel(monkeypatch, datetime.now(UTC) + timedelta(minutes=11))
    fail(sqlite_workspace, FAILURES_ALLOWED - 1)

    assert login(sqlite_workspace, "clerk", PASSWORD).name == "clerk"


def test_a_right_password_forgets_failures(workspace: Workspace) -> None:
    for _ in range(2):
        fail(workspace, FAILURES_ALLOWED - 1)
        assert login(workspace, "clerk", PASSWORD).name == "clerk"


def test_an_administrator_unlocks(sqlite_workspace: Workspace, administrator: Actor) -> None:
    fail(sqlite_workspace, FAILURES_ALLOWED)
    sqlite_workspace.write(administrator, set_password, name="clerk", password="new")

    assert login(sqlite_workspace, "clerk", "new").name == "clerk"


def test_failures_of_unknown_users_are_recorded_without_what_was_typed(
    workspace: Workspace,
) -> None:
    before = workspace.read(verify_chain).count
    with pytest.raises(LoginRefused):
        login(workspace, "my-password", "x")

    row = workspace.read(records, after=before)[0]
    assert row.verb == "login_failed"
    assert "my-password" not in str(row)
    assert workspace.read(verify_chain).ok


@pytest.mark.usefixtures("real_passwords")
def test_unknown_users_take_the_same_time(
    sqlite_workspace: Workspace, administrator: Actor
) -> None:
    def seconds(name: str) -> int:
        started = time.perf_counter_ns()
        with pytest.raises(LoginRefused):
            login(sqlite_workspace, name, "wrong")
        return time.perf_counter_ns() - started

    sqlite_workspace.write(administrator, add_li)
    known = median(seconds("Li") for _ in range(3))
    unknown = median(seconds(f"nobody{number}") for number in range(3))

    assert 0.3 < unknown / known < 3
    assert not is_outdated(passwords.DECOY)


def test_a_login_without_failures_writes_nothing(sqlite_workspace: Workspace) -> None:
    before = sqlite_workspace.read(verify_chain).count
    login(sqlite_workspace, "clerk", PASSWORD)

    assert sqlite_workspace.read(verify_chain).count == before


def test_odd_characters_are_refused_like_any_other(workspace: Workspace) -> None:
    for name in ("clerk\x00", "clerk\udcff", "", "x" * 10_000):
        with pytest.raises(LoginRefused):
            login(workspace, name, "\udcff")


def test_a_password_may_hold_anything(sqlite_workspace: Workspace, clerk: Actor) -> None:
    for password in ("密码", "\udcff", " ", "\x00"):
        sqlite_workspace.write(clerk, set_password, name="clerk", password=password)
        assert login(sqlite_workspace, "clerk", password).name == "clerk"


def test_two_administrators_cannot_overwrite_each_other(
    workspace: Workspace, administrator: Actor
) -> None:
    def work(tx: Tx) -> None:
        user = tx.session.query(AppUser).filter_by(name="clerk").one()
        tx.connection.execute(text("UPDATE app_user SET version = version + 1"))
        user.state = UserState.DISABLED

    with pytest.raises(ChangedMeanwhile):
        workspace.write(administrator, work)


def test_a_password_changed_meanwhile_does_not_let_in(
    sqlite_workspace: Workspace, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(sqlite_workspace, 1)
    original = passwords.fits

    def meanwhile(stored: str | None, password: str) -> bool:
        right = original(stored, password)
        monkeypatch.setattr(service, "fits", original)
        sqlite_workspace.write(clerk, set_password, name="clerk", password="new")
        fail(sqlite_workspace, 1)
        return right

    monkeypatch.setattr(service, "fits", meanwhile)
    with pytest.raises(LoginRefused):
        login(sqlite_workspace, "clerk", PASSWORD)


@pytest.mark.usefixtures("real_passwords")
def test_hashes() -> None:
    stored = hashed("pw")

    assert fits(stored, "pw")
    assert not fits(stored, "PW")
    assert not fits(stored, "x" * 100_000)
    assert not fits("damaged", "pw")
    assert not fits(None, "pw")
    assert not is_outdated(stored)
    assert "m=65536,t=3,p=4" in stored


def test_the_system_acts_as_administrator() -> None:
    assert may(system_actor(), Permission.MANAGE_USERS)
    assert system_actor("pc").machine == "pc"


def _travel(monkeypatch: pytest.MonkeyPatch, to: datetime) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
            return to

    monkeypatch.setattr("app.db.workspace.datetime", Clock)
