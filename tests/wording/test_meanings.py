"""Every kind of discrepancy is explained."""

from __future__ import annotations

import pytest

from app.base import i18n
from app.matching.rules import Kind
from app.wording.meanings import first_look, meaning


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_what_it_means_and_where_to_look(kind: Kind, language: str) -> None:
    i18n.use(language)

    assert meaning(kind)
    assert first_look(kind)
