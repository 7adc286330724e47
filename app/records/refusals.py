"""Why a file is not loaded, or not taken out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.base.errors import UserError
from app.base.i18n import N_, _, member_name
from app.intake.rules import RowProblem
from app.records.rules import HeldBy


@dataclass(frozen=True, slots=True)
class Built:
    """How many entries people built on, by what was done; shown in the user's language."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(
            _("{count} {what}").format(
                count=count, what=member_name(HeldBy(kind)) if kind in set(HeldBy) else kind
            )
            for kind, count in sorted(self.counts.items())
        )


class FileRejected(UserError):
    """A file is not loaded; `problems` say why, nothing was changed.

    `days` are the business days of the rows that could be read.
    """

    template = N_("{file} was rejected: {count} problems.")

    def __init__(
        self,
        *,
        file: str,
        problems: tuple[RowProblem, ...],
        count: int,
        days: tuple[int, ...] = (),
    ) -> None:
        super().__init__(file=file, count=count)
        self.problems = problems
        self.count = count
        self.days = days


class FileInUse(UserError):
    """People built on the entries of a file."""

    template = N_(
        "{file} cannot be replaced or taken back: people built on its entries ({built}; "
        "{examples}). Take that back first."
    )


class FileOverlaps(FileInUse):
    """Rows of a later file were left out because this one holds them as well."""

    template = N_(
        "{file} cannot be replaced or taken back: {other} came after it and shares rows with it, "
        "which would be lost. Take {other} back first."
    )
