"""Help for a page: its chapter of the manual, and its keys."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QKeySequence,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrame,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import N_, _
from app.base.manual import Chapter, chapters
from ui.actions import ACTIONS, Action

_KEYS_WIDTH = 110
_LIST_WIDTH = 250
_SIZE = (1080, 680)
_TABLE_PERCENT = 98
_CHAPTER = re.compile(r"([a-z-]+)\.md(?:#.*)?")
# The pictures show the page that stands behind this dialog, and a packed program has none.
_PICTURE = re.compile(r"^!\[.*\]\(.*\)\n+", re.MULTILINE)


class HelpDialog(QDialog):
    """The manual, opened at a page's chapter; the keys are made from the table of actions.

    `name` is the page's, `about` its sentence, which stands where a page has no chapter.
    """

    def __init__(self, name: str, about: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_(N_("Help: {page}")).format(page=_(title)))
        self.resize(*_SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._chapters = {one.name: one for one in chapters()}
        if name not in self._chapters:
            text = f"# {_(title)}\n\n{_(about)}\n"
            self._chapters = {name: Chapter(name=name, title=_(title), text=text), **self._chapters}
        self.list = QListWidget()
        self.list.setAccessibleName(_(N_("Chapters of the manual")))
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for one in self._chapters.values():
            item = QListWidgetItem(one.title, self.list)
            item.setData(Qt.ItemDataRole.UserRole, one.name)
            item.setToolTip(one.title)
        self.text = QTextBrowser()
        self.text.setAccessibleName(self.windowTitle())
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        self._arrange()
        self.list.currentItemChanged.connect(self._show)
        self.open_chapter(name)

    def open_chapter(self, name: str) -> None:
        """Show another chapter."""
        self.list.setCurrentRow(list(self._chapters).index(name))

    def _arrange(self) -> None:
        middle = QHBoxLayout()
        middle.addWidget(self.list)
        middle.addWidget(self.text, 1)
        body = QVBoxLayout(self)
        body.addLayout(middle, 1)
        buttons = QDialogButtonBox()
        buttons.addButton(_(N_("Close")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        body.addWidget(buttons)
        self.text.setFocus()

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        name = str(item.data(Qt.ItemDataRole.UserRole))
        self.text.setMarkdown(_PICTURE.sub("", self._chapters[name].text))
        for frame in self.text.document().rootFrame().childFrames():
            _narrow(frame)
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        cursor.insertHtml(_keys_of(name))
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _follow(self, url: QUrl) -> None:
        """Go to another chapter; what lies elsewhere opens outside."""
        found = _CHAPTER.fullmatch(url.toString())
        if found and found[1] in self._chapters:
            self.open_chapter(found[1])
        else:
            QDesktopServices.openUrl(url)


def _narrow(frame: QTextFrame) -> None:
    """Leave a table's border its room; at its full width it would scroll sideways."""
    if isinstance(frame, QTextTable):
        format_ = frame.format().toTableFormat()
        format_.setWidth(QTextLength(QTextLength.Type.PercentageLength, _TABLE_PERCENT))
        frame.setFormat(format_)


def _keys_of(name: str) -> str:
    mine = [one for one in ACTIONS.values() if one.page == name]
    everywhere = [one for one in ACTIONS.values() if one.page == "window"]
    parts = []
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
