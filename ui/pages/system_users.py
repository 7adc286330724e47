"""Users and what their roles allow."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt

from app.base.i18n import N_, _
from app.identity.queries import UserRow, users
from app.identity.rules import PERMISSIONS, Permission, Role, UserState
from app.identity.service import disable_user, enable_user, set_roles
from app.wording.labels import label as label_of
from ui.desk import Undo
from ui.dialogs.asking import Ask
from ui.dialogs.users import NewPassword, UserDialog
from ui.formatting import count, moment, now
from ui.models.column import Column
from ui.models.list_table import ListTable
from ui.pages.part import Part, said
from ui.widgets.panels import label
from ui.widgets.states import DONE, FAILED, NONE, WAITING, Look, with_glyph
from ui.widgets.table_view import TableView


class UsersPart(Part):
    """Who may come in, and as what."""

    title: ClassVar[str] = N_("Users")
    permission: ClassVar[Permission | None] = Permission.MANAGE_USERS
    refusal: ClassVar[str] = N_("Administrators manage the users.")
    verbs: ClassVar[tuple[str, ...]] = (
        "system.add_user",
        "system.roles",
        "system.password",
        "system.disable",
        "system.enable",
    )

    def bind(self) -> None:
        """Bind the actions of the part."""
        for name, act in zip(
            self.verbs,
            (self._add, self._ask_roles, self._ask_password, self._ask_disable, self._enable),
            strict=True,
        ):
            self.page.bind(name, act)

    def arrange(self) -> None:
        """Make the list and its buttons."""
        self._wanted = ""
        self.rows = ListTable(_columns(), self)
        self.table = TableView(
            self.rows, name="users", title=N_("Users"), preferences=self.desk.preferences
        )
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.table.picked.connect(self.weigh)
        self.table.opened.connect(lambda _row: self._ask_roles())
        self.total = label("", "muted")
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.total)
        self.body.addLayout(self.buttons(self.verbs))

    def reload(self) -> None:
        """Ask for the users."""
        self.desk.read(users).then(self._show, owner=self)

    def entered(self) -> None:
        """Put the keyboard into the list."""
        (self.table if self.allowed else self).setFocus(Qt.FocusReason.OtherFocusReason)

    def weigh(self) -> None:
        """Say what can be done with the user under the cursor."""
        row = self.current()
        other = row is not None and row.name != self.desk.actor.name
        active = row is not None and row.state is UserState.ACTIVE
        locked = row is not None and _is_locked(row)
        self.page.allow("system.add_user", possible=True)
        self.page.allow("system.roles", possible=row is not None)
        self.page.allow("system.password", possible=row is not None)
        self.page.allow("system.disable", possible=other and active)
        self.page.allow("system.enable", possible=row is not None and (not active or locked))

    def current(self) -> UserRow | None:
        """Return the user under the cursor."""
        number = self.table.current_row() if self.allowed else None
        return None if number is None else self.rows.row(number)

    def memento(self) -> object:
        """Return who is under the cursor."""
        row = self.current()
        return row.name if row else ""

    def restore(self, memento: object) -> None:
        """Put the cursor there again."""
        self._wanted = str(memento)

    def _show(self, found: list[UserRow]) -> None:
        row = self.current()
        wanted = self._wanted or (row.name if row else self.desk.actor.name)
        self._wanted = ""
        self.rows.show_rows(found)
        names = [one.name for one in found]
        self.table.go_to_row(names.index(wanted) if wanted in names else 0)
        active = sum(1 for one in found if one.state is UserState.ACTIVE)
        text = _(N_("{count} users, {active} of them active"))
        self.total.setText(text.format(count=count(len(found)), active=count(active)))

    def _add(self) -> None:
        UserDialog(self.desk, done=self._added, parent=self).open()

    def _added(self, name: str) -> None:
        self._wanted = name
        self.desk.messages.tell_done(_(N_("User {name} was added")).format(name=name))
        self.reload()

    def _ask_roles(self) -> None:
        row = self.current()
        if row is not None:
            UserDialog(
                self.desk,
                name=row.name,
                held=row.roles,
                done=self._changed,
                undo=lambda _value: _undo_roles(row),
                parent=self,
            ).open()

    def _changed(self, name: str) -> None:
        text = _(N_("The roles of {name} hold from the next login on"))
        self.desk.messages.tell_done(text.format(name=name))

    def _ask_password(self) -> None:
        row = self.current()
        if row is not None:
            NewPassword(self.desk, row.name, parent=self).open()

    def _ask_disable(self) -> None:
        row = self.current()
        if row is None:
            return
        text = _(
            N_("{name} will not be able to log in. What {name} did stays in the books and the log.")
        )
        Ask(
            _(N_("Disable")),
            text.format(name=row.name),
            act=_(N_("Disable")),
            done=lambda _reason: self._disable(row.name),
            parent=self,
        ).open()

    def _disable(self, name: str) -> None:
        self.desk.write(disable_user, name=name).then(
            lambda _value: self.desk.messages.tell_done(
                _(N_("{name} was disabled")).format(name=name)
            ),
            owner=self,
            undo=lambda _value: Undo(
                text=_(N_("{name} was disabled")).format(name=name),
                fn=lambda tx: enable_user(tx, name=name),
            ),
        )

    def _enable(self) -> None:
        row = self.current()
        if row is not None:
            self.desk.write(enable_user, name=row.name).then(
                lambda _value: self.desk.messages.tell_done(
                    _(N_("{name} can log in again")).format(name=row.name)
                ),
                owner=self,
            )


class RolesPart(Part):
    """What each role may do."""

    title: ClassVar[str] = N_("Roles")

    def arrange(self) -> None:
        """Make the table of permissions by role."""
        held = _(N_(", ")).join(label_of(Role(role)) for role in sorted(self.desk.actor.roles))
        text = _(
            N_(
                "You are: {roles}. The roles come with the program. Whatever the roles, nobody"
                " approves or checks what they made themselves, and nobody is administrator and"
                " auditor at once."
            )
        )
        self.body.addWidget(said(text.format(roles=held)))
        self.rows = ListTable(_role_columns(), self)
        self.rows.show_rows(list(Permission))
        self.table = TableView(
            self.rows, name="roles", title=N_("Roles"), preferences=self.desk.preferences
        )
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.table.go_to_row(0)
        self.body.addWidget(self.table, 1)

    def entered(self) -> None:
        """Put the keyboard into the table."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)


def _columns() -> list[Column[UserRow]]:
    return [
        Column(name="name", title=N_("Name"), text=lambda row: row.name, width=22, sortable=False),
        Column(
            name="roles",
            title=N_("Roles"),
            text=_roles_text,
            tip=_roles_text,
            width=30,
            sortable=False,
        ),
        Column(
            name="state",
            title=N_("State"),
            text=lambda row: with_glyph(*_state(row)),
            tone=lambda row: _state(row)[0].tone,
            width=26,
            sortable=False,
        ),
        Column(
            name="password",
            title=N_("Password set on"),
            text=lambda row: moment(row.password_at),
            width=19,
            sortable=False,
        ),
        Column(
            name="created",
            title=N_("Added on"),
            text=lambda row: moment(row.created_at),
            width=19,
            sortable=False,
        ),
    ]


def _role_columns() -> list[Column[Permission]]:
    def held(role: Role) -> Column[Permission]:
        return Column(
            name=role.value,
            title=label_of(role),
            text=lambda row: with_glyph(DONE, _(N_("yes"))) if row in PERMISSIONS[role] else "",
            tone=lambda _row: DONE.tone,
            width=12,
            sortable=False,
        )

    what: Column[Permission] = Column(
        name="permission", title=N_("Permission"), text=label_of, width=34, sortable=False
    )
    return [what, *(held(role) for role in Role)]


def _roles_text(row: UserRow) -> str:
    return _(N_(", ")).join(label_of(Role(role)) for role in row.roles)


def _is_locked(row: UserRow) -> bool:
    return row.locked_until is not None and row.locked_until > now()


def _state(row: UserRow) -> tuple[Look, str]:
    if row.state is UserState.DISABLED:
        return FAILED, label_of(row.state)
    if _is_locked(row):
        return WAITING, _(N_("locked until {time}")).format(time=moment(row.locked_until))
    return (DONE if row.roles else NONE), label_of(row.state)


def _undo_roles(row: UserRow) -> Undo:
    return Undo(
        text=_(N_("Roles of {name} changed")).format(name=row.name),
        fn=lambda tx: set_roles(tx, name=row.name, roles=row.roles),
    )
