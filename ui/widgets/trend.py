"""The last thirty days: how much was matched, and what is still open of each day."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from app.base.i18n import N_, _
from app.closing.figures import TREND_DAYS, TrendDay
from ui.formatting import amount, count, day
from ui.theme import Tones, tones

_LEFT = 8
_GAP = 12
_DOT = 2.5
_WHOLE = 1000
_LOWEST = 900
"""The scale of the match rate begins at least so low (per mille), so that 99.9 % looks good."""


class Trend(QWidget):
    """Two small charts over the same days: the match rate above, open amounts below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days: Sequence[TrendDay] = ()
        self.setMinimumHeight(150)
        self.setAccessibleName(_(N_("Trend of the last thirty days")))

    def show_days(self, days: Sequence[TrendDay]) -> None:
        """Show other days, the earliest first."""
        self._days = days[-TREND_DAYS:]
        last = self._days[-1] if self._days else None
        self.setAccessibleDescription(_told(last) if last else "")
        self.update()

    def event(self, event: QEvent) -> bool:
        """Qt: tell the figures of the day under the mouse."""
        if isinstance(event, QHelpEvent) and self._days:
            step = (self.width() - 2 * _LEFT) / len(self._days)
            place = int((event.pos().x() - _LEFT) / step)
            if 0 <= place < len(self._days):
                QToolTip.showText(event.globalPos(), _told(self._days[place]), self)
                return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = tones(self.palette())
        line = self.fontMetrics().height()
        if not self._days:
            painter.setPen(QColor(chosen.muted))
            painter.drawText(
                self.rect(),
                Qt.AlignmentFlag.AlignCenter,
                _(N_("No day was reconciled yet.")),
            )
            return
        half = (self.height() - 3 * line - _GAP) / 2
        upper = QRectF(_LEFT, line, self.width() - 2 * _LEFT, half)
        lower = QRectF(_LEFT, 2 * line + half + _GAP, self.width() - 2 * _LEFT, half)
        self._rates(painter, chosen, upper)
        self._amounts(painter, chosen, lower)
        self._days_below(painter, chosen, lower)

    def _rates(self, painter: QPainter, chosen: Tones, box: QRectF) -> None:
        lowest = min([_LOWEST, *(one.per_mille for one in self._days)])
        last = self._days[-1]
        text = _(N_("Match rate {percent}%")).format(
            percent=f"{last.per_mille // 10}.{last.per_mille % 10}"
        )
        _caption(painter, chosen, box, text)
        painter.setPen(QPen(QColor(chosen.line), 1, Qt.PenStyle.DotLine))
        painter.drawLine(box.topLeft(), box.topRight())
        _scale(painter, chosen, box, (_WHOLE, lowest))
        points = QPolygonF()
        for place, one in enumerate(self._days):
            share = (one.per_mille - lowest) / max(_WHOLE - lowest, 1)
            points.append(QPointF(self._middle(place, box), box.bottom() - share * box.height()))
        painter.setPen(QPen(QColor(chosen.line), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.setPen(QPen(QColor(chosen.accent), 2))
        painter.drawPolyline(points)
        painter.setBrush(QColor(chosen.accent))
        for place in range(points.size()):
            painter.drawEllipse(points.at(place), _DOT, _DOT)

    def _amounts(self, painter: QPainter, chosen: Tones, box: QRectF) -> None:
        most = max(one.open_fen for one in self._days)
        text = _(N_("Still open, whatever the sign: at most {amount} a day")).format(
            amount=amount(most)
        )
        _caption(painter, chosen, box, text)
        wide = max(box.width() / len(self._days) * 0.6, 2)
        wide = min(wide, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(chosen.warn))
        for place, one in enumerate(self._days):
            high = box.height() * (one.open_fen * _WHOLE // most if most else 0) / _WHOLE
            middle = self._middle(place, box)
            painter.drawRect(QRectF(middle - wide / 2, box.bottom() - high, wide, high))
        painter.setPen(QPen(QColor(chosen.line), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())

    def _days_below(self, painter: QPainter, chosen: Tones, box: QRectF) -> None:
        """Write the first and the last day under their places."""
        painter.setPen(QColor(chosen.muted))
        metrics = self.fontMetrics()
        for place in sorted({0, len(self._days) - 1}):
            text = day(self._days[place].day)[5:]
            wide = metrics.horizontalAdvance(text)
            left = min(max(self._middle(place, box) - wide / 2, box.left()), box.right() - wide)
            below = QRectF(left, box.bottom() + 2, wide + 1, metrics.height())
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, text)

    def _middle(self, place: int, box: QRectF) -> int:
        return round(box.left() + box.width() * (2 * place + 1) / (2 * len(self._days)))


def _caption(painter: QPainter, chosen: Tones, box: QRectF, text: str) -> None:
    painter.setPen(QColor(chosen.muted))
    high = painter.fontMetrics().height()
    above = QRectF(box.left(), box.top() - high, box.width(), high)
    painter.drawText(above, Qt.AlignmentFlag.AlignLeft, text)


def _scale(painter: QPainter, chosen: Tones, box: QRectF, ends: tuple[int, int]) -> None:
    """Write at the right what the upper and the lower end stand for, in per mille."""
    painter.setPen(QColor(chosen.muted))
    high = painter.fontMetrics().height()
    for per_mille, top in zip(ends, (box.top() - high, box.bottom() - high), strict=True):
        text = f"{per_mille // 10}%"
        painter.drawText(
            QRectF(box.left(), top, box.width(), high), Qt.AlignmentFlag.AlignRight, text
        )


def _told(one: TrendDay) -> str:
    return _(N_("{day}: {matched} of {entries} matched, {open} open, {amount}")).format(
        day=day(one.day),
        matched=count(one.matched),
        entries=count(one.entries),
        open=count(one.open_count),
        amount=amount(one.open_fen),
    )
