"""What was compiled once is not compiled again, and nothing else is taken for it."""

from __future__ import annotations

from pathlib import Path

import ibis
import pytest
from ibis.expr.types import Table

import app
from app.clearing import plans
from app.clearing.plans import Plans

ENTRIES = ibis.table({"id": "!int64", "key": "string", "fen": "int64"}, name="entries")


def wanted() -> Table:
    return ENTRIES.group_by("key").aggregate(
        fen=ENTRIES.fen.sum(), mean=ENTRIES.fen.cast("decimal(18, 2)").mean(), last=ENTRIES.id.max()
    )


def never() -> Table:
    raise AssertionError("it is compiled again")


@pytest.fixture
def kept(tmp_path: Path) -> Plans:
    """Return plans that an earlier start of the program kept."""
    made = Plans(lambda: tmp_path / "cache")
    made.compiled("sums", wanted)
    made.save()
    return made


def test_another_start_takes_what_is_kept(kept: Plans, tmp_path: Path) -> None:
    sql, schema = Plans(lambda: tmp_path / "cache").compiled("sums", never)

    assert (sql, schema) == kept.compiled("sums", never)
    assert schema == wanted().schema()


def test_two_starts_keep_what_each_compiled(kept: Plans, tmp_path: Path) -> None:
    other = Plans(lambda: tmp_path / "cache")
    other.compiled("more", lambda: ENTRIES.limit(1))
    kept.compiled("most", lambda: ENTRIES.limit(2))

    other.save()
    kept.save()

    again = Plans(lambda: tmp_path / "cache")
    assert "LIMIT 1" in again.compiled("more", never)[0]
    assert "LIMIT 2" in again.compiled("most", never)[0]


@pytest.mark.parametrize("place", [0, 70, -3])
@pytest.mark.usefixtures("kept")
def test_a_damaged_file_counts_for_nothing(tmp_path: Path, place: int) -> None:
    (file,) = (tmp_path / "cache").iterdir()
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)

    with pytest.raises(AssertionError):
        Plans(lambda: tmp_path / "cache").compiled("sums", never)


@pytest.mark.usefixtures("kept")
def test_another_program_compiles_anew_and_clears_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "_versions", lambda: ["another"])
    newer = Plans(lambda: tmp_path / "cache")

    with pytest.raises(AssertionError):
        newer.compiled("sums", never)
    newer.compiled("sums", wanted)
    newer.save()

    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_changed_source_makes_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "__path__", [str(tmp_path)])
    (tmp_path / "plan.py").write_text("a = 1")
    before = plans._fingerprint()

    (tmp_path / "plan.py").write_text("a = 22")

    assert plans._fingerprint() != before


def test_a_place_that_cannot_be_written_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    made = Plans(lambda: tmp_path / "file" / "cache")

    made.compiled("sums", wanted)
    made.save()

    assert made.compiled("sums", never)
