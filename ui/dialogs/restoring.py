"""Asking whether a verified backup should take the place of the database."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _
from app.upkeep.examining import Examined
from ui.formatting import count, moment
from ui.widgets.panels import label

_WIDTH = 520


class RestoreDialog(QDialog):
    """Says what is in the backup and what would be lost; needs the password again."""

    def __init__(
        self,
        name: str,
        found: Examined,
        *,
        done: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_(N_("Restore a backup")))
        self.setMinimumWidth(_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QVBoxLayout(self)
        for text, role in ((_verified(found), "title"), (_lost(found), "bad"), (_after(), "")):
            sentence = label(text, role)
            sentence.setWordWrap(True)
            body.addWidget(sentence)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        title = _(N_("Password of {name}")).format(name=name)
        self.password.setAccessibleName(title)
        form = QFormLayout()
        form.addRow(title, self.password)
        body.addLayout(form)
        buttons = QDialogButtonBox()
        self.act = buttons.addButton(_(N_("Restore")), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(_(N_("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        body.addWidget(buttons)
        self.act.setDefault(True)
        self.act.setEnabled(False)
        self.password.textChanged.connect(lambda text: self.act.setEnabled(bool(text)))
        self.accepted.connect(lambda: done(self.password.text()))
        self.password.setFocus()


def _verified(found: Examined) -> str:
    text = _(N_("{file} is verified: {count} records in its log, the last of {at}."))
    return text.format(
        file=found.file.name, count=count(found.records), at=moment(found.last_at) or "–"
    )


def _lost(found: Examined) -> str:
    if found.since is None:
        text = _(
            N_(
                "It is not an earlier state of this database: everything here would be replaced."
                " Who can log in then: {people}."
            )
        )
        return text.format(people=_(N_(", ")).join(found.people))
    if not found.since:
        return _(N_("Nothing was recorded since."))
    text = _(N_("{count} records that were made since would no longer be in the database."))
    return text.format(count=count(found.since))


def _after() -> str:
    return _(
        N_(
            "The present database is kept beside it as “…before-restore…”. Nobody else may have"
            " the database open. This window closes, and you log in again."
        )
    )
