"""The manual says nothing that the program does not do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adjustments.rules import TEMPLATES, AdjustmentKind
from app.base import i18n
from app.base.bundle import bundled
from app.base.manual import CHAPTERS, chapter, chapter_path, chapters
from app.cli.parser import parser
from app.intake.profiles import load_profile
from app.intake.rules import Kind as FileKind
from app.matching.rules import Kind
from app.reporting.papers.gathering import BUILDERS
from app.reporting.rules import ReportKind
from app.wording.labels import label
from app.wording.meanings import first_look, meaning
from docs.screenshots import FACES
from tests.texts import read_catalogue
from ui.actions import ACTIONS
from ui.pages.table import PAGES

OF_DIALOGS = {
    *("Ctrl+1", "Ctrl+9", "Alt+1", "Alt+9"),
    *("Esc", "Ctrl+Tab", "Ctrl+Shift+V", "PgUp", "PgDown"),
}
"""Keys that no table of actions holds: navigation, tabs, adjusting, closing."""

LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEY = re.compile(
    r"(?:(?:Ctrl|Alt|Shift)\+)*(?:[A-Z0-9/]|F\d+|Enter|Esc|Del|Tab|Space|Left|Right|PgUp|PgDown)"
)
QUOTED = {"zh_CN": re.compile("「([^」]+)」"), "en": re.compile("“([^”]+)”")}
PICTURE = re.compile(r"\.\./\.\./\.\./docs/screenshots/([a-z-]+)-(zh_CN|en)-light-1366\.png")

both = pytest.mark.parametrize("language", i18n.LANGUAGES)


@both
def test_each_chapter_stands_in_each_language_and_no_file_is_left_over(language: str) -> None:
    found = {path.stem for path in bundled("resources", "manual", language).glob("*.md")}

    assert found == set(CHAPTERS)
    i18n.use(language)
    assert [one.name for one in chapters()] == list(CHAPTERS)
    assert all(one.title and one.text.startswith(f"# {one.title}\n") for one in chapters())


def test_each_page_of_the_window_has_a_chapter() -> None:
    assert {page.name for page in PAGES} <= set(CHAPTERS)


def test_an_unknown_chapter_is_none() -> None:
    assert chapter("../README") is None


@both
@pytest.mark.parametrize("kind", Kind)
def test_each_kind_of_difference_is_told_with_what_fits_it(kind: Kind, language: str) -> None:
    i18n.use(language)
    row = _row(language, label(kind))
    cells = [cell.strip() for cell in row.strip("|").split("|")]

    fitting = {label(one.kind) for one in TEMPLATES if kind in one.fits}

    assert (cells[1], cells[3]) == (meaning(kind), first_look(kind))
    named = {part for part in re.split(r"[：；、]|: |; |, ", cells[4]) if part}
    assert named & {label(one) for one in AdjustmentKind} == fitting


@both
@pytest.mark.parametrize("kind", AdjustmentKind)
def test_each_kind_of_adjustment_is_told(kind: AdjustmentKind, language: str) -> None:
    i18n.use(language)

    assert label(kind) in _text(language, "discrepancies")


@both
def test_the_commands_exist(language: str) -> None:
    commands = [line for name in CHAPTERS for line in _commands(_text(language, name))]

    assert len(commands) > 30
    for line in commands:
        parser().parse_args(shlex.split(line)[1:])


@both
def test_the_papers_can_be_made(language: str) -> None:
    told = set(re.findall(r"duiping report ([a-z]+)", _text(language, "reports")))

    assert told == set(BUILDERS) == set(ReportKind)


@both
def test_the_keys_exist(language: str) -> None:
    real = set(OF_DIALOGS)
    for action in ACTIONS.values():
        real |= {part.strip() for part in action.keys.split(";")}

    for name in CHAPTERS:
        spans = SPAN.findall(BLOCK.sub("", _text(language, name)))
        assert {span for span in spans if KEY.fullmatch(span)} <= real, name


@both
def test_what_is_quoted_is_a_text_of_the_program(language: str) -> None:
    shown = {
        str(text)
        for message in read_catalogue("zh_CN")
        for text in ([message.string] if language == "zh_CN" else [message.id])
    }

    for name in CHAPTERS:
        for quoted in QUOTED[language].findall(_text(language, name)):
            assert quoted in shown, f"{name}: {quoted}"


@both
def test_links_lead_to_chapters_and_pictures_that_are_taken(language: str) -> None:
    taken = {*FACES, *(page.name for page in PAGES)}
    for name in CHAPTERS:
        for picture, target in LINK.findall(_text(language, name)):
            if picture:
                match = PICTURE.fullmatch(target)
                assert match, target
                assert match[1] in taken
                assert match[2] == language
            else:
                assert target.removesuffix(".md") in CHAPTERS, f"{name}: {target}"


@both
def test_the_example_of_a_layout_can_be_read(language: str, tmp_path: Path) -> None:
    blocks = dict(BLOCK.findall(_text(language, "adding-a-bank")))
    file = tmp_path / "city-bank.toml"
    file.write_text(blocks["toml"], encoding="utf-8")

    profile = load_profile(file)

    assert (profile.name, profile.kind) == ("city-bank", FileKind.ARRIVALS)
    header = set(blocks["csv"].splitlines()[2].split(","))
    assert header >= {"记账日", "客户流水"}
    assert header >= profile.columns()


def _text(language: str, name: str) -> str:
    return chapter_path(language, name).read_text(encoding="utf-8")


def _row(language: str, title: str) -> str:
    rows = [
        line
        for line in _text(language, "discrepancies").splitlines()
        if line.startswith(f"| **{title}** |")
    ]
    assert len(rows) == 1, title
    return rows[0]


def _commands(text: str) -> Iterator[str]:
    """Return what calls the program; with dots it is no whole command."""
    lines = [line for _kind, block in BLOCK.findall(text) for line in block.splitlines()]
    lines += SPAN.findall(BLOCK.sub("", text))
    return (line for line in lines if line.startswith("duiping ") and "…" not in line)
