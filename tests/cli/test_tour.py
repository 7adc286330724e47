"""The tour makes two days, reconciles them, and says whether all that was planted was found."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.cli.tour import main
from app.demo.truth import Shown, Truth

_SHOWN_AFTER = Truth.shown_after
ORDERS = ("--orders", "30", "--lang", "en")


def test_the_tour_finds_all_that_was_planted_and_can_be_taken_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tour"
    with monkeypatch.context() as patch:
        patch.setattr(Truth, "shown_after", _all_but_one)
        wrong = main([str(folder), *ORDERS])
    said_wrong = capsys.readouterr().out
    (folder / "mine").write_text("to stay", encoding="utf-8")

    right = main([str(folder), *ORDERS])

    said = capsys.readouterr().out
    assert (wrong, right) == (5, 0)
    assert "not planted" in said_wrong
    assert "planted faults were found under their kind and key, and nothing else" in said
    assert "export DUIPING_PASSWORD=" in said
    assert (folder / "duiping.db").exists()
    assert (folder / "files" / "truth.json").exists()
    assert (folder / "mine").read_text(encoding="utf-8") == "to stay"


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_a_folder_of_somebody_else_is_left_alone(
    tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "theirs.txt").write_text("theirs", encoding="utf-8")

    code = main([str(tmp_path), "--lang", lang])

    assert code == 4
    assert str(tmp_path) in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.txt"]


def test_a_file_in_place_of_the_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")

    code = main([str(tmp_path / "file"), "--lang", "en"])

    assert code == 4
    assert "cannot be used" in capsys.readouterr().err


def test_too_many_orders_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([str(tmp_path / "tour"), "--orders", "0", "--lang", "en"])

    assert code == 4
    assert "orders" in capsys.readouterr().err


def _all_but_one(truth: Truth, day: date) -> list[Shown]:
    return _SHOWN_AFTER(truth, day)[1:]
