"""Every kind of discrepancy is explained."""

from __future__ import annotations

import pytest

from app.base import i18n
from app.matching.rules import Kind, Task
from app.wording.meanings import first_look, meaning, remedies


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_what_it_means_and_where_to_look(kind: Kind, language: str) -> None:
    i18n.use(language)

    assert meaning(kind)
    assert first_look(kind)


@pytest.mark.parametrize("task", Task)
def test_every_task_has_remedies_for_what_is_alone(task: Task) -> None:
    assert remedies(task, Kind.MISSING_THEIRS)
    assert remedies(Task.CLEARING, Kind.TOTAL_DIFFERS) == ("clearing correction request",)
