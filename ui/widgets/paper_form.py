"""What a paper is to be about and how it is written; only what fits the paper is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QSettings, QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.base.dates import parse_day
from app.base.i18n import LANGUAGES, N_, _
from app.matching.rules import Task
from app.reporting.offering import ASKS, Asks, Choices, PeriodNeeded
from app.reporting.rules import FORMS, MOST_OFFSET, ONE_EACH, Format, PageForm, ReportKind
from app.reporting.titles import title
from app.reporting.wishes import Wish
from app.wording.labels import label as label_of
from ui.formatting import day as day_text
from ui.widgets.panels import label

_WAIT_MS = 350
_LINES = 3
_TENTHS = 10
_STEP_TENTHS = 5
_SPLIT = re.compile(r"[\s,;，；、]+")
_NATIVE = {"zh_CN": "中文", "en": "English"}
_NUMBERED = {
    ReportKind.ARRIVAL: N_("Batches or confirmations"),
    ReportKind.RECEIPT: N_("Orders"),
    ReportKind.STATEMENT: N_("Statements"),
    ReportKind.VOUCHER: N_("Vouchers"),
    ReportKind.ADJUSTMENT: N_("Adjustments"),
}
_OFFSET = "reports/offset/{form}"
_ONE_DAY, _PERIOD = "day", "period"


class PaperForm(QWidget):
    """`changed` says, a moment after something was chosen or typed, that another is wished."""

    changed = Signal()

    def __init__(self, preferences: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.kind = ReportKind.SUMMARY
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self.changed)
        self._make_fields()
        self._arrange()
        self.show_kind(self.kind)

    # ------------------------------------------------------------ what is chosen

    def wish(self) -> Wish:
        """Return what is wished.

        Raises:
            BadDate: What was typed is no day.
            PeriodNeeded: A period was wanted and no day of it was said.
        """
        asked = ASKS[self.kind]
        keys = tuple(dict.fromkeys(_words(self.numbers.toPlainText())))
        named = keys if Asks.NUMBERS in asked else ()
        day, first, last = self._time(asked)
        return Wish(
            kind=self.kind,
            format=Format(self.format.currentData()),
            form=PageForm(self.form.currentData()),
            language=str(self.language.currentData()),
            day=day,
            first=first,
            last=last,
            keys=named,
            every=self.kind in ONE_EACH and not named,
            task=self._task() if Asks.TASK in asked else None,
            channel=_data(self.channel) if Asks.CHANNEL in asked else "",
            account_no=_data(self.account) if Asks.ACCOUNT in asked else "",
            organisation=_data(self.organisation) if Asks.ORGANISATION in asked else "",
            offset=self.offset(),
        )

    def offset(self) -> tuple[int, int]:
        """Return by how much the print is moved, in 0.1 mm to the right and down."""
        if len(FORMS[self.kind]) == 1:
            return 0, 0
        return round(self.right.value() * _TENTHS), round(self.down.value() * _TENTHS)

    def _time(self, asked: frozenset[Asks]) -> tuple[date | None, date | None, date | None]:
        if Asks.PERIOD in asked and _data(self.time) == _PERIOD:
            first, last = _parsed(self.first), _parsed(self.last)
            if first is None and last is None:
                raise PeriodNeeded
            return None, first, last
        return (_parsed(self.day) if Asks.DAY in asked else None), None, None

    def _task(self) -> Task | None:
        value = _data(self.task)
        return Task(value) if value else None

    # ------------------------------------------------------------ what the page says

    def show_kind(self, kind: ReportKind) -> None:
        """Ask for what fits another paper; numbers of the one before are not its own."""
        if kind is not self.kind:
            self.show_numbers("")
        self.kind = kind
        asked = ASKS[kind]
        shown: Mapping[QWidget, bool] = {
            self.time: {Asks.DAY, Asks.PERIOD} <= asked,
            self.task: Asks.TASK in asked,
            self.channel: Asks.CHANNEL in asked,
            self.account: Asks.ACCOUNT in asked,
            self.organisation: Asks.ORGANISATION in asked,
            self.numbers: Asks.NUMBERS in asked,
            self.form: len(FORMS[kind]) > 1,
            self._offsets: len(FORMS[kind]) > 1,
        }
        for part, visible in shown.items():
            self._rows.setRowVisible(part, visible)
        caption = self._rows.labelForField(self.numbers)
        name = _(_NUMBERED.get(kind, N_("Numbers")))
        caption.setText(name)  # type: ignore[attr-defined]
        self.numbers.setAccessibleName(name)
        with QSignalBlocker(self.form):
            _offer(self.form, [(one.value, title(one)) for one in FORMS[kind]])
        self._show_time()
        self._show_offset()

    def show_day(self, day: date | None) -> None:
        """Ask for the day that the window works on."""
        for line in (self.day, self.first, self.last):
            with QSignalBlocker(line):
                line.setText(day_text(day))

    def show_organisation(self, code: str) -> None:
        """Ask for the organisation that the window works on."""
        with QSignalBlocker(self.organisation):
            self.organisation.setCurrentIndex(max(self.organisation.findData(code), 0))

    def offer(self, found: Choices) -> None:
        """Offer channels, accounts and organisations; what is chosen stays chosen."""
        accounts = [(number, f"{bank} {number}".strip()) for number, bank in found.accounts]
        for box, every, choices in (
            (self.channel, N_("All channels"), list(found.channels)),
            (self.account, N_("All accounts"), accounts),
            (self.organisation, N_("All organisations"), list(found.organisations)),
        ):
            with QSignalBlocker(box):
                _offer(box, [("", _(every)), *choices])

    def show_numbers(self, text: str) -> None:
        """Name things by their numbers."""
        with QSignalBlocker(self.numbers):
            self.numbers.setPlainText(text)

    def memento(self) -> dict[str, Any]:
        """Return what is chosen and typed."""
        return {
            **{name: _data(box) for name, box in self._boxes().items()},
            **{name: line.text() for name, line in self._lines().items()},
            "numbers": self.numbers.toPlainText(),
        }

    def restore(self, memento: Mapping[str, Any]) -> None:
        """Choose and type it again."""
        for name, box in self._boxes().items():
            with QSignalBlocker(box):
                value = memento[name]
                if value and box.findData(value) < 0:
                    box.addItem(value, value)
                box.setCurrentIndex(max(box.findData(value), 0))
        for name, line in self._lines().items():
            with QSignalBlocker(line):
                line.setText(memento[name])
        self.show_numbers(memento["numbers"])
        self._show_time()
        self._show_offset()

    # ------------------------------------------------------------ parts

    def _make_fields(self) -> None:
        self.time = self._box([(_ONE_DAY, _(N_("One day"))), (_PERIOD, _(N_("A period")))])
        self.day, self.first, self.last = (self._day() for _number in range(3))
        tasks = [(task.value, label_of(task)) for task in Task]
        self.task = self._box([("", _(N_("All tasks"))), *tasks])
        self.channel = self._box([("", _(N_("All channels")))])
        self.account = self._box([("", _(N_("All accounts")))])
        self.organisation = self._box([("", _(N_("All organisations")))])
        self.numbers = QPlainTextEdit()
        self.numbers.setTabChangesFocus(True)
        self.numbers.setPlaceholderText(_(N_("All of the day; or numbers with spaces between")))
        self.numbers.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + 12)
        self.numbers.textChanged.connect(self._wait.start)
        tongues = [(one, _NATIVE[one]) for one in LANGUAGES]
        self.language = self._box([("", _(N_("As the window"))), *tongues])
        self.form = self._box([])
        self.form.currentIndexChanged.connect(lambda _number: self._show_offset())
        self.right, self.down = self._millimetres("→ "), self._millimetres("↓ ")
        self.format = self._box([(one.value, title(one)) for one in Format])

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 6, 0)
        self._rows = QFormLayout()
        column.addLayout(self._rows)
        column.addStretch()
        self._rows.setVerticalSpacing(5)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._period = _beside(self.first, label("–", "muted"), self.last)
        self._offsets = _beside(self.right, self.down)
        for name, part in (
            (N_("Time"), self.time),
            (N_("Business date"), self.day),
            (N_("From – to"), self._period),
            (N_("Task"), self.task),
            (N_("Channel"), self.channel),
            (N_("Bank account"), self.account),
            (N_("Organisation"), self.organisation),
            (N_("Numbers"), self.numbers),
            (N_("Language"), self.language),
            (N_("Sheet"), self.form),
            (N_("Move by"), self._offsets),
            (N_("Save as"), self.format),
        ):
            part.setAccessibleName(_(name))
            self._rows.addRow(_(name), part)
        self.first.setAccessibleName(_(N_("First day")))
        self.last.setAccessibleName(_(N_("Last day")))
        self.right.setAccessibleName(_(N_("To the right, in mm")))
        self.down.setAccessibleName(_(N_("Down, in mm")))
        self.time.currentIndexChanged.connect(lambda _number: self._show_time())

    def _boxes(self) -> dict[str, QComboBox]:
        return {
            "time": self.time,
            "task": self.task,
            "channel": self.channel,
            "account": self.account,
            "organisation": self.organisation,
            "language": self.language,
            "form": self.form,
            "format": self.format,
        }

    def _lines(self) -> dict[str, QLineEdit]:
        return {"day": self.day, "first": self.first, "last": self.last}

    def _show_time(self) -> None:
        asked = ASKS[self.kind]
        period = Asks.PERIOD in asked and _data(self.time) == _PERIOD
        self._rows.setRowVisible(self.day, Asks.DAY in asked and not period)
        self._rows.setRowVisible(self._period, period)

    def _show_offset(self) -> None:
        """Each form has its own: how far a printer is off is a matter of printer and sheet."""
        if not _data(self.form):
            return
        stored = stored_offset(self._preferences, PageForm(_data(self.form)))
        for box, tenths in zip((self.right, self.down), stored, strict=True):
            with QSignalBlocker(box):
                box.setValue(tenths / _TENTHS)

    def _moved(self) -> None:
        right, down = self.offset()
        place = _OFFSET.format(form=_data(self.form))
        self._preferences.setValue(place, f"{right} {down}")
        self._wait.start()

    def _box(self, choices: Sequence[tuple[str, str]]) -> QComboBox:
        box = QComboBox()
        box.setMaxVisibleItems(24)
        box.setMinimumContentsLength(12)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        _offer(box, choices)
        box.currentIndexChanged.connect(lambda _number: self._wait.start())
        return box

    def _day(self) -> QLineEdit:
        line = QLineEdit()
        line.setToolTip("2026-03-01, 20260301")
        line.textChanged.connect(lambda _text: self._wait.start())
        return line

    def _millimetres(self, arrow: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setDecimals(1)
        box.setSingleStep(_STEP_TENTHS / _TENTHS)
        box.setRange(-MOST_OFFSET // _TENTHS, MOST_OFFSET // _TENTHS)
        box.setPrefix(arrow)
        box.setSuffix(" mm")
        box.valueChanged.connect(lambda _value: self._moved())
        return box


def stored_offset(preferences: QSettings, form: PageForm) -> tuple[int, int]:
    """Return by how much prints on a form are moved, in 0.1 mm to the right and down."""
    stored = str(preferences.value(_OFFSET.format(form=form.value), "0 0"))
    right, _space, down = stored.partition(" ")
    return int(right), int(down)


def _beside(*parts: QWidget) -> QWidget:
    row = QWidget()
    body = QHBoxLayout(row)
    body.setContentsMargins(0, 0, 0, 0)
    body.setSpacing(5)
    for part in parts:
        body.addWidget(part, 0 if part.objectName() == "muted" else 1)
    return row


def _words(text: str) -> list[str]:
    return [word for word in _SPLIT.split(text) if word]


def _data(box: QComboBox) -> str:
    return str(box.currentData() or "")


def _parsed(line: QLineEdit) -> date | None:
    return parse_day(line.text()) if line.text().strip() else None


def _offer(box: QComboBox, choices: Sequence[tuple[str, str]]) -> None:
    chosen = box.currentData()
    box.clear()
    for value, text in choices:
        box.addItem(text, value)
    box.setCurrentIndex(max(box.findData(chosen), 0))
