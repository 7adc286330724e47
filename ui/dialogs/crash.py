"""The dialog after a mistake of ours: a reference to name, details to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _
from app.upkeep.defects import Defect

_WIDTH = 560


class CrashDialog(QDialog):
    """Says that something went wrong in the program, that nothing was changed, and the id."""

    def __init__(self, defect: Defect, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_(N_("Something went wrong in the program")))
        self.setMinimumWidth(_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._whole = f"{defect.reference}\n{defect.details}"
        body = QVBoxLayout(self)
        sentence = QLabel(
            _(
                N_(
                    "What you just did was not carried out, and nothing was changed by it. You can"
                    " go on working. Tell whoever looks after the program this reference:"
                )
            )
        )
        sentence.setWordWrap(True)
        reference = QLabel(defect.reference)
        reference.setObjectName("heading")
        reference.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard)
        place = QLabel(_(N_("The log is {log}.")).format(log=defect.log))
        place.setWordWrap(True)
        place.setObjectName("muted")
        self.details = QPlainTextEdit(self._whole)
        self.details.setReadOnly(True)
        self.details.setAccessibleName(_(N_("Details")))
        self.details.hide()
        for part in (sentence, reference, place, self.details):
            body.addWidget(part)
        buttons = QDialogButtonBox()
        show = buttons.addButton(_(N_("Details")), QDialogButtonBox.ButtonRole.ActionRole)
        copy = buttons.addButton(_(N_("Copy details")), QDialogButtonBox.ButtonRole.ActionRole)
        close = buttons.addButton(_(N_("Close")), QDialogButtonBox.ButtonRole.AcceptRole)
        show.clicked.connect(lambda: self.details.setVisible(not self.details.isVisible()))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._whole))
        buttons.accepted.connect(self.accept)
        close.setDefault(True)
        body.addWidget(buttons)
