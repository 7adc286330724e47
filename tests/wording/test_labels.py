"""Everything that people see has a name, in the language that they chose."""

from enum import StrEnum

import pytest

from app.base import i18n
from app.base.errors import NotAllowed
from app.discrepancies.refusals import UnknownKey
from app.identity.rules import Permission
from app.intake.rules import Kind as FileKind
from app.matching.rules import Side, Task
from app.upkeep.verify import CHECKS as VERIFIED
from app.wording.labels import CHECKS, LABELS, label


@pytest.mark.parametrize("kind", LABELS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_member_has_a_name(kind: type[StrEnum]) -> None:
    assert set(LABELS[kind]) == set(kind)


def test_every_check_has_a_name() -> None:
    assert {check.name for check in VERIFIED} <= set(CHECKS)


def test_members_with_equal_values_have_their_own_names() -> None:
    assert Task.CHANNEL == FileKind.CHANNEL  # type: ignore[comparison-overlap]

    assert label(Task.CHANNEL) == "Channel reconciliation"
    assert label(FileKind.CHANNEL) == "Channel records"


def test_errors_name_members_in_the_language_of_the_user() -> None:
    i18n.use("zh_CN")

    assert "导入文件" in NotAllowed(name="li", permission=Permission.IMPORT).user_message()
    assert "我方" in UnknownKey(key="Z1", side=Side.OURS).user_message()


def test_the_log_keeps_the_codes() -> None:
    assert "import" in str(NotAllowed(name="li", permission=Permission.IMPORT))
