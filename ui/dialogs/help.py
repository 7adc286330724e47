"""Help for a page: what it is for, and its keys."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app.base.i18n import N_, _
from ui.actions import ACTIONS, Action

_KEYS_WIDTH = 110


class HelpDialog(QDialog):
    """Made from the page's own sentence and the table of actions, so it is never out of date.

    `name` is the page's, `about` its sentence.
    """

    def __init__(self, name: str, about: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_(N_("Help: {page}")).format(page=_(title)))
        self.setMinimumSize(620, 480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QVBoxLayout(self)
        self.text = QTextBrowser()
        self.text.setAccessibleName(self.windowTitle())
        self.text.setHtml(_written(name, about, title))
        body.addWidget(self.text)
        buttons = QDialogButtonBox()
        buttons.addButton(_(N_("Close")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        body.addWidget(buttons)


def _written(name: str, about: str, title: str) -> str:
    mine = [one for one in ACTIONS.values() if one.page == name]
    everywhere = [one for one in ACTIONS.values() if one.page == "window"]
    parts = [f"<h2>{escape(_(title))}</h2>", f"<p>{escape(_(about))}</p>"]
    for heading, actions in ((N_("On this page"), mine), (N_("On every page"), everywhere)):
        if actions:
            parts.append(f"<h3>{escape(_(heading))}</h3><table cellpadding='4'>")
            parts += [_line(one) for one in actions]
            parts.append("</table>")
    return "".join(parts)


def _line(action: Action) -> str:
    parts = [part.strip() for part in action.keys.split(";") if part.strip()]
    # The two keys that are both called Enter are one to whoever reads.
    told = dict.fromkeys(part.replace("Return", "Enter") for part in parts)
    keys = ", ".join(
        QKeySequence(part).toString(QKeySequence.SequenceFormat.NativeText) for part in told
    )
    help_ = f"<br/>{escape(_(action.help))}" if action.help else ""
    what = f"{escape(_(action.text))}{help_}"
    return f"<tr><td width='{_KEYS_WIDTH}'><b>{escape(keys)}</b></td><td>{what}</td></tr>"
