"""What the audit log says, in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.audit.queries import AuditRow
from app.base import i18n
from app.wording.audit import OBJECTS, changes, field_label, in_short, object_label, thing

_RECORDED = re.compile(
    r"audit\.record\(\s*tx,\s*(?:Verb\.[A-Z_]+|\w+),\s*\"([a-z_]+)\"", re.MULTILINE
)


def record(**fields: str) -> AuditRow:
    values = {
        "roles": "clerk",
        "machine": "here",
        "command": "",
        "verb": "changed",
        "object_type": "user",
        "object_key": "li.si",
        "before": "",
        "after": "",
        "hash": "0",
    } | fields
    return AuditRow(sequence=1, at=datetime(2026, 3, 3, tzinfo=UTC), actor="li.si", **values)


def test_every_kind_of_thing_that_is_recorded_has_a_name() -> None:
    found = set()
    for path in Path("app").rglob("*.py"):
        found |= set(_RECORDED.findall(path.read_text(encoding="utf-8")))

    assert len(found) > 8
    assert found <= set(OBJECTS)


def test_a_file_is_called_by_its_name() -> None:
    named = record(
        object_type="source_file", object_key="a" * 64, after='{"name":"C:\\\\in\\\\对账.csv"}'
    )
    assert thing(named) == "对账.csv"
    assert thing(record()) == "li.si"
    assert object_label("user") == "user"
    assert object_label("something_new") == "something_new"


@pytest.mark.parametrize(
    ("before", "after", "short"),
    [
        ('{"roles":["clerk"],"x":1}', '{"roles":["reader"],"x":1}', "roles clerk → reader"),
        ("", '{"opening_fen":123456,"shipped":true}', "opening balance 1234.56"),
        ("10", "25", "10 → 25"),
        ("", '{"channel":{"matched":3,"discrepancies":{}}}', "Channel reconciliation · matched 3"),
        ("", "", ""),
        ("", "no json", "no json"),
        ("", '{"note":null}', ""),
    ],
)
def test_a_record_says_in_short_what_changed(before: str, after: str, short: str) -> None:
    assert in_short(record(before=before, after=after)).startswith(short)


def test_what_did_not_change_stays_in_the_details() -> None:
    told = changes(record(before='{"a":1,"name":"x"}', after='{"a":2,"name":"x"}'))

    assert [(one.field, one.differs) for one in told] == [("a", True), ("name", False)]


def test_fields_are_called_in_the_language_of_the_user() -> None:
    i18n.use("zh_CN")

    assert field_label("arrival.discrepancies.not_arrived") == "到账核对 · 差异 · 未到账"
