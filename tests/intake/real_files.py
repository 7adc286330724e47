"""What becomes of the real samples, as a table: `python -m tests.intake.real_files`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.base import i18n
from app.intake.reader import Reader
from app.intake.rules import Summary
from tests.intake.making import read_source

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One file and what was said about it."""

    name: str
    profile: str
    rows: int
    summary: Summary


def answers(reader: Reader, folder: Path = FOLDER) -> Iterator[Answer]:
    """Yield the answer to each file."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        for source in reader.sources(path):
            outcome = read_source(reader, source)
            yield Answer(
                name=source.label.removeprefix(f"{folder}/"),
                profile=source.profile or "",
                rows=len(outcome.rows),
                summary=outcome.summary,
            )


def main() -> None:
    """Print the table."""
    i18n.use("en")
    write = sys.stdout.write
    write(
        "| file | profile | answer | rows | totals or reason, findings |\n|---|---|---|---|---|\n"
    )
    with Reader() as reader:
        for one in answers(reader):
            summary = one.summary
            if summary.problem_count:
                first = summary.problems[0]
                where = f" (entry or line {first.line})" if first.line else ""
                told = f"{first.reason}: {first.text()}{where}"
            else:
                sums = [f"{total.name} {total.found}" for total in summary.totals]
                notices = sorted({finding.notice.value for finding in summary.findings})
                told = "; ".join([*sums, *notices])
            answer = "refused" if summary.problem_count else "loaded"
            told = told.replace("|", "/")
            write(f"| {one.name} | {one.profile} | {answer} | {one.rows} | {told} |\n")


if __name__ == "__main__":
    main()
