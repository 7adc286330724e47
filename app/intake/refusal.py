"""The exception that ends the reading of a file."""

from __future__ import annotations

from app.base.errors import UserError
from app.base.i18n import N_
from app.intake.rules import Reason, RowProblem


class FileRefused(UserError):
    """A file cannot be read; the problem says why and where."""

    template = N_("The file was refused ({reason}).")

    def __init__(self, problem: RowProblem) -> None:
        super().__init__(reason=problem.reason)
        self.problem = problem


def refuse(reason: Reason, *, line: int = 0, sheet: str = "", **params: object) -> FileRefused:
    """Return the exception for one reason, to be raised."""
    texts = {key: str(value) for key, value in params.items()}
    problem = RowProblem(
        reason=reason,
        line=line,
        sheet=sheet,
        column=texts.get("column", ""),
        value=texts.get("value", ""),
        params=texts,
    )
    return FileRefused(problem)
