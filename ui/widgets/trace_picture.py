"""The picture of a trace: a column for each ledger, a box for each entry, lines between them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.base.dates import day_of
from app.base.i18n import N_, _
from app.closing.tracing import STAGES, Node, Trace
from app.intake.rules import Kind
from app.wording.labels import label as label_of
from ui.formatting import amount, count
from ui.theme import tones
from ui.widgets.panels import label
from ui.widgets.states import DONE, OPEN

_COLUMN = 162
_GAP = 20
_BEND = 10.0
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class NodeBox(QToolButton):
    """One entry: its key, its amount, and whether it is matched with what is beside it."""

    seen = Signal()
    stepped = Signal(int, int)

    def __init__(self, node: Node, *, matched: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.node = node
        self.setObjectName("node")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedWidth(_COLUMN)
        look = DONE if matched else OPEN
        key = self.fontMetrics().elidedText(node.key, Qt.TextElideMode.ElideMiddle, _COLUMN - 16)
        self.setText("\n".join([key, f"{look.glyph} {amount(node.fen)}", _small(node)]))
        parts = [label_of(node.kind), node.key, amount(node.fen), f"{node.file} : {node.line}"]
        self.setToolTip("\n".join(parts))
        self.setAccessibleName(", ".join(parts))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: arrow keys go to the box beside, above or below."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(*step)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: what has the keyboard is looked at."""
        super().focusInEvent(event)
        self.seen.emit()


class TracePicture(QWidget):
    """Shows a trace; `chosen` carries the entry that is looked at."""

    chosen = Signal(object)

    def __init__(self, found: Trace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace = found
        self.boxes: dict[tuple[Kind, int], NodeBox] = {}
        self._rows: dict[tuple[Kind, int], int] = {}
        self._seen: NodeBox | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 6, 6)
        row.setSpacing(_GAP)
        row.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        for kind in STAGES:
            row.addLayout(self._column(kind))

    def start(self) -> NodeBox:
        """Return the box of the entry that the trace began with."""
        return self.boxes[self._trace.start]

    def current(self) -> Node | None:
        """Return the entry that is looked at."""
        return None if self._seen is None else self._seen.node

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the lines between what belongs together, those of what is looked at last."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, node = tones(self.palette()), self.current()
        here = None if node is None else (node.kind, node.id)
        for near in (False, True):
            for link in self._trace.links:
                if (here in (link.first, link.second)) is not near:
                    continue
                pen = QPen(QColor(chosen.accent if near else chosen.line), 2 if near else 1)
                if link.rule is None:
                    pen.setStyle(Qt.PenStyle.DashLine)
                painter.setPen(pen)
                self._draw(painter, self.boxes[link.first], self.boxes[link.second])
        painter.end()

    def _column(self, kind: Kind) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        title = label(label_of(kind), "title")
        title.setFixedWidth(_COLUMN)
        column.addWidget(title)
        nodes = sorted(self._trace.of(kind), key=self._height)
        for number, node in enumerate(nodes):
            box = NodeBox(node, matched=(node.kind, node.id) in self._trace.matched, parent=self)
            box.seen.connect(lambda box=box: self._see(box))
            box.clicked.connect(lambda _checked=False, box=box: self._see(box))
            box.stepped.connect(self._step)
            self.boxes[node.kind, node.id] = box
            self._rows[node.kind, node.id] = number
            column.addWidget(box)
        more = self._trace.more.get(kind, 0)
        if more:
            text = _(N_("and {count} more")).format(count=count(more))
            column.addWidget(label(text, "muted"))
        if not nodes:
            column.addWidget(label(_(N_("○ nothing")), "muted"))
        return column

    def _height(self, node: Node) -> int:
        """Entries stand beside what they are linked with, as far as that is there already."""
        here = (node.kind, node.id)
        ends = [
            link.second if link.first == here else link.first
            for link in self._trace.links
            if here in (link.first, link.second)
        ]
        return min((self._rows[end] for end in ends if end in self._rows), default=0)

    def _step(self, across: int, down: int) -> None:
        """Go to the nearest box in a direction."""
        if self._seen is None:
            return
        here = self._seen.geometry().center()
        there = []
        for number, box in enumerate(self.boxes.values()):
            way = box.geometry().center() - here
            ahead = way.x() * across + way.y() * down > 0
            if ahead and (across or not way.x()):
                there.append((way.manhattanLength(), number))
        if there:
            box = list(self.boxes.values())[min(there)[1]]
            box.setFocus(Qt.FocusReason.TabFocusReason)

    def _see(self, box: NodeBox) -> None:
        if self._seen is not None:
            self._seen.setChecked(False)
        self._seen = box
        box.setChecked(True)
        self.update()
        self.chosen.emit(box.node)

    def _draw(self, painter: QPainter, first: NodeBox, second: NodeBox) -> None:
        if first.x() > second.x():
            first, second = second, first
        begin = QPointF(first.geometry().topRight() + QPoint(1, first.height() // 2))
        end = QPointF(second.geometry().topLeft() + QPoint(-1, second.height() // 2))
        path = QPainterPath(begin)
        bend = QPointF(_BEND, 0)
        path.cubicTo(begin + bend * 2, end - bend * 2, end)
        painter.drawPath(path)


def _small(node: Node) -> str:
    day = node.entry.value("business_on") or node.entry.value("booked_on")
    parts = [] if not day else [day_of(int(day)).isoformat()]
    if node.confirmation:
        parts.append(f"✓ {node.confirmation}")
    return " ".join(parts)
