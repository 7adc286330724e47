"""Colours, fonts and icons of the window, light and dark.

Nothing is kept here: the colours follow from the palette in use, so a widget asks
`tones(self.palette())` when it paints and is right in both themes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from app.base.bundle import bundled

FONT_POINTS = 10

_FAMILIES = (
    "Microsoft YaHei UI",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "HarmonyOS Sans SC",
    "WenQuanYi Micro Hei",
)
"""Fonts of the systems that our users have; where none is, ours follows."""

LOOK = "look"
"""Under this name the preferences keep which theme is worn."""

_CHOSEN = "duiping_look"
_MIDDLE = 128
_SIZES = (16, 20)
_SHARPER = (32, 40)
"""For screens with more than one point to the pixel; each size takes time to draw."""

_MODES = (QIcon.Mode.Normal, QIcon.Mode.Disabled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    """The colours of one theme; text on its ground has a contrast of at least 4.5 to 1."""

    window: str
    panel: str
    base: str
    alternate: str
    text: str
    muted: str
    line: str
    edge: str
    accent: str
    on_accent: str
    selected: str
    good: str
    warn: str
    bad: str
    info: str
    marked: str
    hatched: str


LIGHT = Tones(
    window="#f3f5f7",
    panel="#e8ecf0",
    base="#ffffff",
    alternate="#f7f9fb",
    text="#1b242d",
    muted="#55626f",
    line="#c9d1d9",
    edge="#7a8794",
    accent="#0b62a8",
    on_accent="#ffffff",
    selected="#cfe4f7",
    good="#18713a",
    warn="#8f5500",
    bad="#b3261e",
    info="#0b62a8",
    marked="#ffe7b8",
    hatched="#dfe4e9",
)
DARK = Tones(
    window="#1c2126",
    panel="#252b32",
    base="#171b20",
    alternate="#1d2228",
    text="#e4e9ee",
    muted="#a3afbb",
    line="#3b444d",
    edge="#7d8a97",
    accent="#6cb4f0",
    on_accent="#0c1a26",
    selected="#24425c",
    good="#6fce8f",
    warn="#f0b356",
    bad="#ff8f86",
    info="#6cb4f0",
    marked="#54431c",
    hatched="#2f363e",
)


def tones(palette: QPalette) -> Tones:
    """Return the colours that belong to a palette."""
    dark = palette.color(QPalette.ColorRole.Window).lightness() < _MIDDLE
    return DARK if dark else LIGHT


class Look(StrEnum):
    """Which theme is worn."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def dress(application: QApplication, look: Look = Look.SYSTEM) -> None:
    """Give the program its style and fonts, and its colours as `wear` does."""
    application.setStyle("Fusion")
    application.setFont(_font())
    wear(application, look)
    hints = application.styleHints()
    hints.colorSchemeChanged.connect(lambda _scheme: wear(application))


def wear(application: QApplication, look: Look | None = None) -> None:
    """Put a theme on; None keeps the one that was chosen, as the system's theme changes."""
    if look is not None:
        application.setProperty(_CHOSEN, look.value)
    chosen = Look(str(application.property(_CHOSEN)))
    if chosen is Look.SYSTEM:
        dark = application.styleHints().colorScheme() is Qt.ColorScheme.Dark
        chosen = Look.DARK if dark else Look.LIGHT
    tones_ = DARK if chosen is Look.DARK else LIGHT
    application.setPalette(_palette(tones_))
    application.setStyleSheet(_sheet(tones_))


def icon(name: str, sizes: Sequence[int] = ()) -> QIcon:
    """Return one of our icons, drawn in the colour of the text of the theme in use."""
    chosen = tones(QGuiApplication.palette())
    sizes = sizes or _sizes()
    made = QIcon()
    for mode, colour in zip(_MODES, (chosen.text, chosen.muted), strict=True):
        for pixmap in _drawn(name, colour, sizes):
            made.addPixmap(pixmap, mode)
    return made


def _sizes() -> Sequence[int]:
    sharp = any(screen.devicePixelRatio() > 1 for screen in QGuiApplication.screens())
    return (*_SIZES, *_SHARPER) if sharp else _SIZES


def _font() -> QFont:
    number = QFontDatabase.addApplicationFont(str(bundled("resources", "fonts", "hei_gb2312.ttf")))
    font = QFont()
    font.setFamilies([*_FAMILIES, *QFontDatabase.applicationFontFamilies(number)])
    font.setPointSize(FONT_POINTS)
    return font


def _palette(chosen: Tones) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for part, colour in {
        role.Window: chosen.window,
        role.WindowText: chosen.text,
        role.Base: chosen.base,
        role.AlternateBase: chosen.alternate,
        role.Text: chosen.text,
        role.Button: chosen.panel,
        role.ButtonText: chosen.text,
        role.BrightText: chosen.bad,
        role.Highlight: chosen.selected,
        role.HighlightedText: chosen.text,
        role.Link: chosen.accent,
        role.LinkVisited: chosen.accent,
        role.ToolTipBase: chosen.panel,
        role.ToolTipText: chosen.text,
        role.PlaceholderText: chosen.muted,
        role.Accent: chosen.accent,
        role.Mid: chosen.line,
    }.items():
        palette.setColor(part, QColor(colour))
    for part in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, QColor(chosen.muted))
    return palette


def _sheet(chosen: Tones) -> str:
    folder = bundled("resources", "styles")
    template = (folder / "window.qss").read_text(encoding="utf-8")
    template = template.replace("@styles@", folder.as_posix())
    template = template.replace("@on_accent_name@", "light" if chosen is LIGHT else "dark")
    for name in Tones.__slots__:
        template = template.replace(f"@{name}@", getattr(chosen, name))
    return template


def _drawn(name: str, colour: str, sizes: Sequence[int]) -> Iterator[QPixmap]:
    renderer = None
    for size in sizes:
        pixmap, key = QPixmap(), f"duiping {name} {colour} {size}"
        if not QPixmapCache.find(key, pixmap):
            renderer = renderer or QSvgRenderer(
                _source(name).replace(b"currentColor", colour.encode())
            )
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter)
            painter.end()
            QPixmapCache.insert(key, pixmap)
        yield pixmap


@lru_cache(maxsize=128)
def _source(name: str) -> bytes:
    return bundled("resources", "icons", f"{name}.svg").read_bytes()
