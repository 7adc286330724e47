"""What is attached to a thing: a list, a preview, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageWriter, QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.base.attaching import MOST_ATTACHED_BYTES, AttachmentView, BadAttachment
from app.base.i18n import N_, _
from app.db.files import replacing
from app.db.workspace import ReadSession
from app.identity.rules import Permission
from ui.desk import Desk
from ui.formatting import moment

_LARGEST = QSize(1600, 1200)
_KIB = 1024
_LINES = 3

Reader = Callable[[ReadSession, int], bytes]
"""Returns the bytes of an attachment by its id."""


class AttachmentList(QWidget):
    """Shows what is attached; Enter saves it to a file, Delete removes one's own.

    `removed` carries the id of what is to be removed.
    """

    removed = Signal(int, str)

    def __init__(self, desk: Desk, read: Reader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._content = read
        self._picture = QPixmap()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 6, 0, 0)
        self.list = QListWidget()
        self.list.setAccessibleName(_(N_("Attachments")))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(lambda *_: self._chosen())
        self.list.itemActivated.connect(lambda _item: self._ask_where())
        body.addWidget(self.list)
        self.preview = QLabel()
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName(_(N_("Preview")))
        self.preview.setMinimumSize(40, 40)  # the picture fits in, it does not push
        self.preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.preview.setWordWrap(True)
        body.addWidget(self.preview, 1)
        body.addLayout(self._buttons())
        QShortcut(
            QKeySequence(Qt.Key.Key_Delete),
            self.list,
            self._remove,
            context=Qt.ShortcutContext.WidgetShortcut,
        )
        self.show_attachments(())

    def show_attachments(self, found: Sequence[AttachmentView]) -> None:
        """Show what is attached."""
        self.list.clear()
        for one in found:
            text = f"{one.name}  ·  {_size(one.size)}  ·  {one.by}  ·  {moment(one.at)}"
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, one)
            item.setToolTip(f"{one.name}\nSHA-256 {one.sha256}")
            self.list.addItem(item)
        self.list.setVisible(bool(found))
        shown = min(len(found), _LINES) * max(self.list.sizeHintForRow(0), 0)
        self.list.setFixedHeight(shown + 2 * self.list.frameWidth())
        self.list.setCurrentRow(len(found) - 1)
        if not found:
            self._show_text(_(N_("Nothing is attached. Ctrl+V pastes a picture, F adds a file.")))
        self._weigh()

    def current(self) -> AttachmentView | None:
        """Return the attachment with the cursor."""
        if self.list.currentRow() < 0:
            return None
        found: AttachmentView = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        return found

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: fit the picture in."""
        super().resizeEvent(event)
        self._fit()

    def save_to(self, one: AttachmentView, path: Path) -> None:
        """Save an attachment to a file."""
        self._desk.read(_save, self._content, one.id, path).then(
            lambda saved: self._desk.messages.tell_done(_(N_("Saved: {file}")).format(file=saved)),
            owner=self,
        )

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.save = QPushButton(_(N_("Save to a file  Enter")))
        self.save.clicked.connect(self._ask_where)
        self.remove = QPushButton(_(N_("Remove  Del")))
        self.remove.clicked.connect(self._remove)
        for button in (self.save, self.remove):
            row.addWidget(button)
        row.addStretch()
        return row

    def _chosen(self) -> None:
        self._picture = QPixmap()
        self._weigh()
        one = self.current()
        if one is None:
            return
        if one.is_picture:
            self._show_text(_(N_("Loading …")))
            self._desk.read(_decoded, self._content, one.id).then(
                partial(self._show_picture, one.id), owner=self
            )
        else:
            self._show_text(_(N_("{name}: no preview.")).format(name=one.name))

    def _show_picture(self, id_: int, image: QImage) -> None:
        one = self.current()
        if one is None or one.id != id_:
            return
        if image.isNull():
            self._show_text(_(N_("{name}: no preview.")).format(name=one.name))
            return
        self._picture = QPixmap.fromImage(image)
        self._fit()

    def _fit(self) -> None:
        if not self._picture.isNull():
            room = self.preview.size().boundedTo(self._picture.size())
            self.preview.setPixmap(
                self._picture.scaled(
                    room,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )

    def _show_text(self, text: str) -> None:
        self.preview.setText(text)

    def _weigh(self) -> None:
        one = self.current()
        mine = one is not None and one.by == self._desk.actor.name
        self.save.setVisible(one is not None)
        self.remove.setVisible(mine and self._desk.may(Permission.NOTE))

    def _remove(self) -> None:
        one = self.current()
        if one is not None and not self.remove.isHidden():
            self.removed.emit(one.id, one.name)

    def _ask_where(self) -> None:
        one = self.current()
        if one is None:
            return
        dialog = QFileDialog(self, _(N_("Save to a file")), one.name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda path: self.save_to(one, Path(path)))
        dialog.open()


def png_bytes(image: QImage) -> bytes:
    """Return a picture as PNG; for a worker thread."""
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(held.data())


def content_of(path: Path) -> bytes:
    """Return the bytes of a file that is to be attached; for a worker thread.

    Raises:
        BadAttachment: It is too large.
    """
    if path.stat().st_size > MOST_ATTACHED_BYTES:
        raise BadAttachment(name=path.name, most=MOST_ATTACHED_BYTES >> 20)
    return path.read_bytes()


def _decoded(session: ReadSession, read: Reader, id_: int) -> QImage:
    image = QImage.fromData(read(session, id_))
    if image.width() > _LARGEST.width() or image.height() > _LARGEST.height():
        image = image.scaled(
            _LARGEST,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    return image


def _save(session: ReadSession, read: Reader, id_: int, path: Path) -> str:
    content = read(session, id_)
    with replacing(path) as draft:
        draft.write_bytes(content)
    return path.name


def _size(size: int) -> str:
    if size < _KIB:
        return f"{size} B"
    if size < _KIB * _KIB:
        return f"{-(-size // _KIB)} KB"
    tenths = size * 10 // (_KIB * _KIB)
    return f"{tenths // 10}.{tenths % 10} MB"
