"""Settings: of this workstation, and those for everybody."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
)

from app.base.i18n import N_, _
from app.catalog.queries import settings
from app.catalog.rules import SETTINGS, SettingName
from app.closing.master import change_setting
from app.identity.rules import Permission
from app.wording.labels import label as label_of
from ui.desk import Undo
from ui.dialogs.entering import language_box
from ui.pages.part import Part, said
from ui.pages.system_anchors import FOLDER, folder_of
from ui.theme import LOOK, Look, wear
from ui.widgets.panels import Card

_LOOKS = {
    Look.SYSTEM: N_("As the system"),
    Look.LIGHT: N_("Light"),
    Look.DARK: N_("Dark"),
}
_WIDTH = 640


class SettingsPart(Part):
    """Language, look and lock."""

    title: ClassVar[str] = N_("Settings")

    def arrange(self) -> None:
        """Make both cards."""
        self._seen: int | None = None
        for card in (self._own_card(), self._common_card()):
            card.setMaximumWidth(_WIDTH)
            self.body.addWidget(card)
        self.body.addStretch()

    def reload(self) -> None:
        """Ask for the settings of the database."""
        self.desk.read(settings).then(self._show, owner=self)

    def entered(self) -> None:
        """Put the keyboard onto the first setting."""
        self.language.setFocus(Qt.FocusReason.OtherFocusReason)

    def _own_card(self) -> Card:
        card = Card(_(N_("This workstation")))
        form = QFormLayout()
        self.language = language_box()
        self.language.activated.connect(
            lambda number: self.desk.language_wanted.emit(str(self.language.itemData(number)))
        )
        self.look = QComboBox()
        self.look.setAccessibleName(_(N_("Look")))
        for look, text in _LOOKS.items():
            self.look.addItem(_(text), look.value)
        chosen = str(self.desk.preferences.value(LOOK, Look.SYSTEM.value))
        self.look.setCurrentIndex(max(self.look.findData(chosen), 0))
        self.look.activated.connect(self._wear)
        self.layouts = QPushButton(_(N_("Standard columns in all tables")))
        self.layouts.clicked.connect(self._forget_layouts)
        form.addRow(_(N_("Language")), _left(self.language))
        form.addRow(_(N_("Look")), _left(self.look))
        form.addRow(_(N_("Tables")), _left(self.layouts))
        form.addRow(_(N_("Anchors of the log")), self._anchor_row())
        card.body.addLayout(form)
        return card

    def _anchor_row(self) -> QVBoxLayout:
        """Show the second folder, and let another one be chosen."""
        self.anchors = said(str(folder_of(self.desk)))
        self.anchors.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.choose_anchors = QPushButton(_(N_("Another folder …")))
        self.choose_anchors.clicked.connect(self._ask_anchors)
        column = QVBoxLayout()
        column.addWidget(self.anchors)
        column.addLayout(_left(self.choose_anchors))
        return column

    def _ask_anchors(self) -> None:
        dialog = QFileDialog(self, _(N_("Folder of the anchors")), self.anchors.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._keep_anchors)
        dialog.open()

    def _keep_anchors(self, folder: str) -> None:
        self.desk.preferences.setValue(FOLDER, folder)
        self.anchors.setText(str(folder_of(self.desk)))

    def _common_card(self) -> Card:
        card = Card(_(N_("Everybody, on every workstation")))
        bounds = SETTINGS[SettingName.IDLE_LOCK_MINUTES]
        may = self.desk.may(Permission.MANAGE_USERS)
        self.idle = QSpinBox()
        self.idle.setRange(bounds.lowest, bounds.highest)
        self.idle.setSuffix(_(N_(" min")))
        title = label_of(SettingName.IDLE_LOCK_MINUTES)
        self.idle.setAccessibleName(title)
        self.idle.setEnabled(may)
        self.save = QPushButton(_(N_("Save")))
        self.save.setEnabled(False)
        self.save.setVisible(may)
        self.save.clicked.connect(self._save)
        self.idle.valueChanged.connect(
            lambda value: self.save.setEnabled(may and self._seen not in (None, value))
        )
        self.idle.lineEdit().returnPressed.connect(self._save)
        form = QFormLayout()
        row = _left(self.idle)
        row.insertWidget(1, self.save)
        form.addRow(title, row)
        card.body.addLayout(form)
        if not may:
            card.body.addWidget(said(_(N_("Administrators can change this."))))
        card.body.addWidget(
            said(
                _(
                    N_(
                        "Each change stands in the audit log. Windows and tolerances of the"
                        " reconciliation stand on the page of the master data."
                    )
                )
            )
        )
        return card

    def _show(self, found: dict[SettingName, int]) -> None:
        value = found[SettingName.IDLE_LOCK_MINUTES]
        changed = self._seen is not None and self.idle.value() != self._seen
        self._seen = value
        if not changed:
            self.idle.setValue(value)
        self.save.setEnabled(self.desk.may(Permission.MANAGE_USERS) and self.idle.value() != value)

    def _save(self) -> None:
        before, value = self._seen, self.idle.value()
        if before is None or value == before or not self.idle.isEnabled():
            return
        text = _(N_("The window locks after {count} minutes")).format(count=value)
        name = SettingName.IDLE_LOCK_MINUTES
        self.desk.write(change_setting, name=name, value=value, seen=before).then(
            lambda _value: self.desk.messages.tell_done(text),
            owner=self,
            failed=self._refused,
            undo=lambda _value: Undo(
                text=text, fn=lambda tx: change_setting(tx, name=name, value=before)
            ),
        )

    def _refused(self, error: Exception) -> None:
        self.desk.messages.failed(error)
        self._seen = None
        self.reload()

    def _wear(self, number: int) -> None:
        look = Look(str(self.look.itemData(number)))
        self.desk.preferences.setValue(LOOK, look.value)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        wear(application, look)

    def _forget_layouts(self) -> None:
        self.desk.preferences.remove("layouts")
        self.desk.rebuild_wanted.emit()
        self.desk.messages.tell_done(_(N_("All tables show their standard columns")))


def _left(widget: QComboBox | QPushButton | QSpinBox) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(widget)
    row.addStretch()
    return row
