"""The page of the master data: lists with a form beside them, and the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app.approval.queries import RequestView
from app.audit.stale import ChangedByOther
from app.base.errors import UserError
from app.base.i18n import N_, _
from app.calendar.service import know_year
from app.closing.deciding import withdraw_request
from app.identity.rules import Permission
from ui.desk import Desk, Target, Undo
from ui.dialogs.asking import Ask
from ui.formatting import now
from ui.pages.master_drafts import NEW, Draft, Drafts, Memento
from ui.pages.master_import import import_master
from ui.pages.page import Page
from ui.widgets.calendar_panel import CalendarPanel, YearFound, year_found
from ui.widgets.edit_form import Shown, not_saved
from ui.widgets.master_channels import channels, fees
from ui.widgets.master_numbers import DayRow, days, ledger, settings, toggled
from ui.widgets.master_payees import accounts, organisations
from ui.widgets.master_sections import Found, Saving, Section, Story, Values, found, story
from ui.widgets.master_side import MasterSide
from ui.widgets.section_list import SectionList

_SIZES = (800, 450)
_HISTORY_AFTER_MS = 60


class MasterPage(Page):
    """Organisations, accounts, channels, fee rules, calendar, tolerances, chart of accounts."""

    name: ClassVar[str] = "master"
    tables: ClassVar[frozenset[str]] = frozenset(
        {
            "organisation",
            "bank_account",
            "channel",
            "calendar_day",
            "calendar_year",
            "setting",
            "ledger_account",
            "approval_request",
        }
    )
    about: ClassVar[str] = N_(
        "What all days have in common. Choose a line and change it in the form beside it; what "
        "is typed stays until it is saved or discarded. What decides about money is sent to a "
        "second person for approval. Every change is logged. Organisations and channels can "
        "also be loaded from the templates."
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._sections: Sequence[Section] = (
            organisations(),
            accounts(),
            channels(),
            fees(),
            days(),
            settings(),
            ledger(),
        )
        self._drafts: Drafts = {}
        self._keys: dict[str, str] = {}
        self._base: Any = None
        self._key = ""
        self._pending: RequestView | None = None
        self._new = False
        self._asked = 0
        self._known_year = True
        self._listing = False
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_HISTORY_AFTER_MS)
        self._wait.timeout.connect(self._ask_history)
        self._make_parts()
        self._bind()
        self._arrange()
        self._choose()

    # ------------------------------------------------------------ what every page does

    def reload(self) -> None:
        """Ask for the list of the part that is shown, or for the year."""
        self._asked += 1
        if self._is_calendar:
            year = self.calendar.grid.current.year
            self.desk.read(year_found, year).then(partial(self._year_came, self._asked), owner=self)
        else:
            part = self.section
            self.desk.read(found, part, self._list.wish).then(
                partial(self._listed, self._asked), owner=self
            )

    def go(self, target: Target) -> None:
        """Show one thing: the part by `scope`, the thing by its key."""
        names = [one.name for one in self._sections]
        if target.scope in names:
            self._keys[target.scope] = target.key
            self.tabs.setCurrentIndex(names.index(target.scope))
            self.reload()

    def memento(self) -> object:
        """Return the part, the things and what was typed and not saved."""
        return Memento(
            place=self.tabs.currentIndex(),
            keys=self._keys,
            drafts=self._drafts,
            day=self.calendar.grid.current,
        )

    def restore(self, memento: object) -> None:
        """Take them up."""
        if isinstance(memento, Memento):
            self._keys, self._drafts = memento.keys, memento.drafts
            if memento.day is not None:
                self.calendar.grid.go(memento.day)
            self.tabs.setCurrentIndex(memento.place)

    def entered(self) -> None:
        """Put the keyboard into the list."""
        target = self.calendar if self._is_calendar else self._list
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------ parts

    @property
    def section(self) -> Section:
        """The part that is shown."""
        return self._sections[max(self.tabs.currentIndex(), 0)]

    @property
    def _list(self) -> SectionList:
        """The list of the part that is shown, made when it is first asked for."""
        part = self.section
        if part.name not in self.lists:
            drafted = partial(self._is_drafted, part.name)
            made = SectionList(part, drafted, self.desk.preferences)
            made.picked.connect(self._picked)
            made.opened.connect(self._edit)
            made.wanted.connect(self.reload)
            self.lists[part.name] = made
            self.faces.addWidget(made)
        return self.lists[part.name]

    @property
    def _is_calendar(self) -> bool:
        return not self.section.columns

    def _bind(self) -> None:
        self.bind("master.new", self._begin_new)
        self.bind("master.edit", self._edit)
        self.bind("master.save", self._save)
        self.bind("master.discard", self._discard)
        self.bind("master.withdraw", self._withdraw)
        self.bind("master.import", self._choose_files)
        self.bind("master.year", self._know_year)
        self.bind("master.filter", self._focus_filter)
        self.bind("master.list", self._back)
        self.bind("master.next", lambda: self._step(1))
        self.bind("master.previous", lambda: self._step(-1))

    def _make_parts(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(_(N_("Parts of the master data")))
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.faces = QStackedWidget()
        self.lists: dict[str, SectionList] = {}
        self.calendar = CalendarPanel()
        self.faces.addWidget(self.calendar)
        self.calendar.grid.go(self.desk.day or now().date())
        for one in self._sections:
            self.tabs.addTab(_(one.title))
        grid = self.calendar.grid
        grid.picked.connect(self._picked)
        grid.opened.connect(self._edit)
        grid.toggled.connect(self._toggle_day)
        grid.year_wanted.connect(lambda _year: self.reload())
        self.side = MasterSide(self.desk.preferences)
        self.side.form.edited.connect(self._edited)
        self.side.form.entered.connect(self._save)
        self.tabs.currentChanged.connect(lambda _place: self._choose())

    def _arrange(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.faces)
        split.addWidget(self.side)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 1)
        split.setSizes(_SIZES)
        split.setChildrenCollapsible(False)
        below = QHBoxLayout()
        for name in ("new", "save", "discard", "withdraw", "import"):
            below.addWidget(self.button(f"master.{name}"))
        self._year_button = self.button("master.year")
        self.calendar.top.insertWidget(self.calendar.top.count() - 1, self._year_button)
        below.addStretch(1)
        body = QVBoxLayout(self)
        body.setContentsMargins(10, 6, 10, 8)
        body.addWidget(self.tabs)
        body.addWidget(split, 1)
        body.addLayout(below)

    # ------------------------------------------------------------ showing

    def _choose(self) -> None:
        self._new = False
        self._base = None
        self.faces.setCurrentWidget(self.calendar if self._is_calendar else self._list)
        self.side.form.use(self.section.fields)
        self._show_form()
        self.refresh()
        if self.isVisible():
            self.entered()

    def _step(self, step: int) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + step) % self.tabs.count())

    def _listed(self, asked: int, came: Found) -> None:
        if asked != self._asked:
            return
        for name, options in self.section.choices.items():
            self.side.form.offer(name, options(came.whole))
        # The selection goes and comes while the rows change; the form stays as it is.
        self._listing = True
        self._list.show_found(came, self._keys.get(self.section.name, ""))
        self._listing = False
        self._show_form()

    def _year_came(self, asked: int, came: YearFound) -> None:
        if asked == self._asked:
            self._known_year = came.known
            self.calendar.show_year(came)
            self._show_form()

    def _picked(self) -> None:
        if not self._listing:
            self._new = False
            self._show_form()

    def _row(self) -> Any:
        return self.calendar.row() if self._is_calendar else self._list.row()

    def _show_form(self) -> None:
        part, form = self.section, self.side.form
        row = None if self._new else self._row()
        if row is None and not self._new:
            self._key, self._base = "", None
            form.show_nothing(_(N_("Nothing is chosen")))
            self._show_story("", Story(rows=(), pending=None))
        else:
            self._pending = None
            self._key = NEW if self._new else part.key(row)
            self._keys[part.name] = self._keys.get(part.name, "") if self._new else self._key
            draft = self._drafts.get((part.name, self._key))
            self._base = row if draft is None or draft.base is None else draft.base
            form.show_values(
                Shown(
                    title=self._heading(),
                    values=part.values(self._base),
                    changes=draft.changes if draft else {},
                    there=not self._new,
                    allowed=self._allowed,
                )
            )
            self._wait.start()
        self._show_note()
        self._weigh()

    def _heading(self) -> str:
        title = _(self.section.new_title) if self._new else self.section.heading(self._base)
        return not_saved(title) if self._is_drafted(self.section.name, self._key) else title

    def _show_note(self) -> None:
        """Say what the part is about, what the form would do, and who may change it."""
        lines = [_(self.section.about)]
        if self.section.preview is not None and self._key:
            values = self.side.form.understood()
            lines += [] if values is None else [self.section.preview(values)]
        if not self._allowed:
            lines.append(_(N_("▲ You can look at this; a supervisor can change it.")))
        self.side.form.note.setText("\n".join(lines))

    def _ask_history(self) -> None:
        key = self._key
        self.desk.read(story, self.section.kinds, key).then(
            partial(self._show_story, key), owner=self
        )

    def _show_story(self, key: str, came: Story) -> None:
        if key == self._key:
            self._pending = came.pending
            self.side.show_history(came.rows)
            self.side.show_pending(came.pending)
            self._weigh()

    @property
    def _allowed(self) -> bool:
        return self.desk.may(self.section.permission)

    @property
    def _may_load(self) -> bool:
        return self.desk.may(Permission.MASTER_DATA) or self.desk.may(Permission.IMPORT)

    def _weigh(self) -> None:
        drafted = self._is_drafted(self.section.name, self._key)
        self.allow("master.new", possible=bool(self.section.new_title) and self._allowed)
        self.allow("master.save", possible=drafted and self._allowed)
        self.allow("master.discard", possible=drafted)
        mine = self._pending is not None and self._pending.maker_id == self.desk.actor.user_id
        self.allow("master.withdraw", possible=mine)
        self.allow("master.import", possible=self._may_load)
        unknown = self._is_calendar and not self._known_year
        self.allow("master.year", possible=unknown and self._allowed)
        self._year_button.setVisible(unknown)
        self.allow("master.filter", possible=not self._is_calendar)

    # ------------------------------------------------------------ editing

    def _begin_new(self) -> None:
        self._new = True
        self._listing = True
        self._list.leave_row()
        self._listing = False
        self._show_form()
        self.side.form.focus_first()

    def _back(self) -> None:
        """Go back to the list, and from something new to the row with the cursor."""
        if self._new:
            self._list.choose_row()
            self._picked()
        self.entered()

    def _edit(self) -> None:
        if not self._allowed:
            self.desk.warn(_(N_("Your role does not allow this.")))
        elif self._key:
            self.side.form.focus_first()

    def _edited(self) -> None:
        changes = self.side.form.changes()
        place = (self.section.name, self._key)
        if changes:
            self._drafts[place] = Draft(changes=changes, base=self._base)
        else:
            self._drafts.pop(place, None)
        self.side.form.title.setText(self._heading())
        if not self._is_calendar:
            self._list.show_marks()
        self._show_note()
        self._weigh()

    def _discard(self) -> None:
        self._drafts.pop((self.section.name, self._key), None)
        self._picked()
        self.entered()

    def _save(self) -> None:
        if not self._is_drafted(self.section.name, self._key):
            self.entered()
            return
        values = self.side.form.values()
        if values is None:
            return
        try:
            saving = self.section.save(values, self._base)
        except UserError as error:
            self.side.form.refuse(error)
            return
        self._confirm(saving, values, self._base)

    def _withdraw(self) -> None:
        if self._pending is not None:
            text = _(N_("Withdrawn: {what}")).format(what=self.section.heading(self._base))
            self.desk.write(withdraw_request, request_id=self._pending.id).then(
                lambda _value: self.desk.messages.tell_done(text), owner=self
            )

    def _toggle_day(self) -> None:
        row = self.calendar.row()
        if not self._allowed:
            self.desk.warn(_(N_("Your role does not allow this.")))
        elif isinstance(row, DayRow):
            values = toggled(row)
            self._confirm(self.section.save(values, row), values, row)

    def _confirm(self, saving: Saving, values: Values, base: Any) -> None:
        if saving.ask:
            title = _(N_("Save"))
            run = partial(self._run, saving, values, base)
            Ask(
                title, saving.ask, act=title, done=lambda _reason: run(), parent=self.window()
            ).open()
        else:
            self._run(saving, values, base)

    def _run(self, saving: Saving, values: Values, base: Any) -> None:
        part, key = self.section, self._key
        what = str(values.get("code", "")) if base is None else part.heading(base)
        undo = None
        if base is not None:
            back = part.save(part.values(base), part.after(base, values))
            undo = Undo(text=_(N_("Changed: {what}")).format(what=what), fn=back.call)
        done = partial(self._saved, part.name, key, what, undo)
        failed = partial(self._not_saved, part.name, key)
        self.desk.write(saving.call).then(done, failed=failed, owner=self)

    def _saved(
        self, part: str, key: str, what: str, undo: Undo | None, request: int | None
    ) -> None:
        self._drafts.pop((part, key), None)
        if key == NEW:
            self._keys[part] = what
            self._new = False
            text = _(N_("Saved: {what}"))
        elif request is None:
            text = _(N_("Saved: {what}"))
        else:
            text = _(N_("Sent for approval: {what}. It stays as it is until somebody agrees."))
            back = partial(withdraw_request, request_id=request)
            undo = Undo(text=_(N_("Sent for approval: {what}")).format(what=what), fn=back)
        if undo is not None:
            self.desk.remember_undo(undo)
        self.desk.messages.tell_done(text.format(what=what))
        self.reload()
        if part == self.section.name:
            self.entered()

    def _not_saved(self, part: str, key: str, error: Exception) -> None:
        self.desk.messages.failed(error)
        place = (part, key)
        if isinstance(error, ChangedByOther) and place in self._drafts:
            # What was typed stays, over what the other one left.
            self._drafts[place] = Draft(changes=self._drafts[place].changes, base=None)
            self.reload()
        elif isinstance(error, UserError) and part == self.section.name and key == self._key:
            self.side.form.refuse(error)

    def _is_drafted(self, part: str, key: str) -> bool:
        return (part, key) in self._drafts

    # ------------------------------------------------------------ what else can be done

    def take(self, paths: Sequence[Path]) -> None:
        """Load templates."""
        if paths:
            import_master(self.desk, paths, owner=self, done=self.reload)

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, _(N_("Templates to load")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.take([Path(name) for name in names]))
        dialog.open()

    def _know_year(self) -> None:
        year = self.calendar.grid.current.year
        text = _(N_("Are all holidays of {year} and the weekends worked for them entered?"))
        title = _(N_("The year is entered"))

        def act(_reason: str) -> None:
            self.desk.write(know_year, year=year).then(lambda _value: self.reload(), owner=self)

        Ask(title, text.format(year=year), act=title, done=act, parent=self.window()).open()

    def _focus_filter(self) -> None:
        if not self._is_calendar:
            self._list.focus_filter()
