"""Texts in the user's language.

`_` translates where a text is shown, `N_` only marks a constant for translation.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from app.base.bundle import bundled

LANGUAGES = ("zh_CN", "en")
"""The languages the program speaks; the texts in the source are English."""

DEFAULT_LANGUAGE = "zh_CN"


class _Catalogue:
    """The catalogue in use, loaded when the first text is shown."""

    def __init__(self) -> None:
        self.language = DEFAULT_LANGUAGE
        self._texts: dict[str, _gettext.NullTranslations] = {}

    def use(self, language: str) -> None:
        self.language = language

    def texts(self) -> _gettext.NullTranslations:
        language = _spoken.get() or self.language
        if language not in self._texts:
            self._texts[language] = _gettext.translation(
                "duiping",
                localedir=str(bundled("resources", "locale")),
                languages=[language],
                fallback=True,
            )
        return self._texts[language]


_catalogue = _Catalogue()
_spoken: ContextVar[str] = ContextVar("language", default="")


def use(language: str) -> None:
    """Show texts in this language from now on; an unknown one means English."""
    _catalogue.use(language if language in LANGUAGES else "en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use another language in this thread for a while: a paper need not speak the window's."""
    token = _spoken.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """Return the language in use."""
    return _spoken.get() or _catalogue.language


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a constant for translation and return it unchanged."""
    return message


def _(message: str) -> str:
    """Return the translation of a text."""
    return _catalogue.texts().gettext(message) if message else ""


gettext = _


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the translation that fits a count."""
    return _catalogue.texts().ngettext(singular, plural, count)


_members: dict[tuple[type[StrEnum], str], str] = {}


def name_members(names: Mapping[StrEnum, str]) -> None:
    """Say what members of enums are called where a message names them."""
    _members.update({(type(member), member.value): name for member, name in names.items()})


def member_name(member: StrEnum) -> str:
    """Return what a member is called; its value where nobody has said."""
    return _(_members.get((type(member), member.value), member.value))
