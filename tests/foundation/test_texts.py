"""Texts, errors, masking and progress."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base import i18n
from app.base.bundle import bundled
from app.base.errors import BadAmount, NotAllowed, UserError
from app.base.masking import mask_card, mask_household, mask_name, mask_phone
from app.base.progress import Silent


def test_a_user_error_fills_in_its_sentence() -> None:
    error = BadAmount(text="x")

    assert error.user_message() == "“x” is not an amount in yuan with up to two decimals."
    assert str(error) == error.user_message()


def test_a_user_error_may_bring_its_own_sentence() -> None:
    assert UserError("Only {count}.", count=3).user_message() == "Only 3."


def test_a_user_error_crosses_processes() -> None:
    error = pickle.loads(pickle.dumps(NotAllowed(name="li", permission="import")))

    assert isinstance(error, NotAllowed)
    assert error.user_message() == "li is not allowed to do this (import)."
    assert pickle.loads(pickle.dumps(UserError("Only {count}.", count=3))).params == {"count": 3}


def test_without_a_catalogue_texts_are_english() -> None:
    i18n.use("tlh")

    assert i18n.language() == "en"
    assert i18n._("Cancelled. Nothing was changed.") == "Cancelled. Nothing was changed."
    assert i18n._("") == ""
    assert i18n.N_("x") == "x"
    assert i18n.ngettext("{count} file", "{count} files", 2) == "{count} files"
    assert i18n.ngettext("{count} file", "{count} files", 1) == "{count} file"


def test_the_language_can_be_changed_at_any_time() -> None:
    i18n.use("zh_CN")

    assert i18n.language() == "zh_CN"
    assert i18n._("a text that no catalogue has") == "a text that no catalogue has"


def test_bundled_files_stand_beside_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (bundled("resources", "defaults", "channels.csv")).is_file()

    monkeypatch.setattr(sys, "_MEIPASS", "/bundle", raising=False)

    assert bundled("migrations") == Path("/bundle/migrations")


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (mask_name("张三丰"), "张**"),
        (mask_name("李"), "李**"),
        (mask_name("  "), ""),
        (mask_phone("13812345678"), "138****5678"),
        (mask_phone("+8613812345678"), "+86138****5678"),
        (mask_phone("12345"), "*****"),
        (mask_phone(""), ""),
        (mask_card("6222021234561234"), "6222 **** **** 1234"),
        (mask_card("6222 0212 3456 1234 567"), "6222 **** **** 4567"),
        (mask_card("123"), "***"),
        (mask_household("3300001234"), "******1234"),
        (mask_household("1234"), "****"),
        (mask_household(""), ""),
    ],
)
def test_personal_data_is_masked(masked: str, shown: str) -> None:
    assert masked == shown


@given(st.text(alphabet="0123456789", min_size=12, max_size=19))
def test_no_more_than_eight_digits_of_a_card_are_shown(card: str) -> None:
    assert sum(c.isdigit() for c in mask_card(card)) == 8


def test_silent_progress_says_nothing() -> None:
    Silent().advance(1, 2, "note")
