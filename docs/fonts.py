"""Makes the fonts of the papers from Debian's Noto CJK and LXGW WenKai: `python docs/fonts.py`.

Run by hand, seldom. It needs fontTools and the Debian packages fonts-noto-cjk and
fonts-lxgw-wenkai; `song_gb2312.ttf` and `hei_gb2312.ttf` stand in resources/fonts already.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

FONTS = Path(__file__).resolve().parents[1] / "resources" / "fonts"
SERIF = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
KAI = Path("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf")

UNITS = 1000
TOLERANCE = 3
"""How far a curve may lie from the original, in thousandths of the font's size."""

DIGIT_WIDTH = 560
YEN, WIDE_YEN = 0xA5, 0xFFE5
WANTED = (
    (0x00A0, 0x0250),
    (0x2000, 0x2C00),
    (0x3400, 0xA000),
    (0xFF00, 0xFFA0),
    (0x20000, 0x30000),
)
"""Everything but Hangul."""

LICENCE = "SIL Open Font License, Version 1.1: see OFL.txt"
NAMES = {
    "familyName": "Duiping Rare Song",
    "styleName": "Regular",
    "uniqueFontIdentifier": "Duiping Rare Song 1",
    "fullName": "Duiping Rare Song",
    "psName": "DuipingRareSong",
    "version": "Version 1.000",
    "licenseDescription": LICENCE,
    "licenseInfoURL": "https://scripts.sil.org/OFL",
}


def main() -> None:
    """Make `song_rare.ttf`, and mend the digits and the sign of the yuan in the other two."""
    song = TTFont(FONTS / "song_gb2312.ttf")
    hei = TTFont(FONTS / "hei_gb2312.ttf")
    make_tabular(song)
    for font in (song, hei):
        touch_digits(font)
    song.save(FONTS / "song_gb2312.ttf")
    hei.save(FONTS / "hei_gb2312.ttf")
    serif = next(
        font
        for font in TTCollection(SERIF).fonts
        if font["name"].getDebugName(1) == "Noto Serif CJK SC"
    )
    count = make_rare((serif, TTFont(KAI)), set(song.getBestCmap()), FONTS / "song_rare.ttf")
    sys.stdout.write(f"{count} characters\n")


def make_tabular(font: Any) -> None:
    """Give all digits one width, so that columns of figures stand below each other."""
    metrics, glyphs, names = font["hmtx"], font["glyf"], font.getBestCmap()
    for code in range(ord("0"), ord("9") + 1):
        name = names[code]
        width, bearing = metrics[name]
        shift = (DIGIT_WIDTH - width) // 2
        glyph = glyphs[name]
        glyph.coordinates.translate((shift, 0))
        glyph.recalcBounds(glyphs)
        metrics[name] = (DIGIT_WIDTH, bearing + shift)


def touch_digits(font: Any) -> None:
    """Draw the full-width sign of the yuan as the narrow one: it has to touch the digits."""
    for table in font["cmap"].tables:
        if WIDE_YEN in table.cmap and YEN in table.cmap:
            table.cmap[WIDE_YEN] = table.cmap[YEN]


def make_rare(sources: Iterable[Any], there: set[int], path: Path) -> int:
    """Make a font of what the sources have and `there` lacks; the first source goes first."""
    glyphs, metrics, names = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": (UNITS, 0)}, {}
    for font in sources:
        outlines, widths = font.getGlyphSet(), font["hmtx"]
        for code, name in sorted(font.getBestCmap().items()):
            if code in there or code in names or not _is_wanted(code):
                continue
            own = f"u{code:04X}"
            pen = TTGlyphPen(None)
            outlines[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction="CFF " in font))
            glyphs[own], names[code] = pen.glyph(), own
            metrics[own] = (widths[name][0], 0)
    build(glyphs, metrics, names, path)
    return len(names)


def build(glyphs: Any, metrics: Any, names: Any, path: Path) -> None:
    """Write a font file."""
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(names)
    builder.setupGlyf(glyphs)
    table = builder.font["glyf"]
    left = {name: (width, getattr(table[name], "xMin", 0)) for name, (width, _) in metrics.items()}
    builder.setupHorizontalMetrics(left)
    builder.setupHorizontalHeader(ascent=1151, descent=-286)
    builder.setupNameTable(NAMES)
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=1151, usWinDescent=286)
    builder.setupPost(keepGlyphNames=False)
    builder.save(path)


def _is_wanted(code: int) -> bool:
    return any(first <= code < last for first, last in WANTED)


if __name__ == "__main__":
    main()
