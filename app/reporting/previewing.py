"""A paper as it would be printed, without a number, and no more of it than somebody looks at."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.base.progress import Progress
from app.db.workspace import Actor, Workspace
from app.reporting.apart import draw_apart
from app.reporting.drawing import How, Renderer
from app.reporting.making import put_together
from app.reporting.paper import Missing, Paper, Stamp, Table
from app.reporting.pictures import opened
from app.reporting.rules import Format
from app.reporting.wishes import Ready, Wish

MOST_PAPERS = 20
MOST_ROWS = 2_000
"""Of a longer table the preview shows the first rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The PDF of a preview; `left` papers and `rows_left` rows are not in it.

    The size is that of the first page, in 0.1 mm.
    """

    content: bytes
    pages: int
    size: tuple[int, int]
    papers: int
    left: int
    rows_left: int
    missing: tuple[Missing, ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything that would be printed is in it."""
        return not self.left and not self.rows_left


def preview(
    workspace: Workspace,
    actor: Actor,
    wish: Wish,
    progress: Progress,
    renderer: Renderer = draw_apart,
) -> Preview:
    """Return how the papers that are wished will look, whatever format they are saved in.

    Raises:
        NotAllowed: The actor may not print, or not see what stands on the paper.
        NothingToPrint: What was asked for does not exist.
        Cancelled: It is not wanted any more.
    """
    progress.advance(0, 1)
    ready = put_together(workspace, actor, replace(wish, format=Format.PDF))
    progress.advance(0, 1)
    shown, rows_left = _shortened(ready)
    with tempfile.TemporaryDirectory(prefix="duiping-") as folder:
        path = Path(folder, "preview.pdf")
        papers = [(paper, Stamp()) for paper in shown]
        drawn = renderer(path, papers, How(format=Format.PDF, offset=wish.offset), progress)
        content = path.read_bytes()
    with opened(content) as pages:
        size = pages.size(0)
    return Preview(
        content=content,
        pages=sum(drawn.pages),
        size=size,
        papers=len(ready),
        left=len(ready) - len(shown),
        rows_left=rows_left,
        missing=drawn.missing,
    )


def _shortened(ready: Sequence[Ready]) -> tuple[list[Paper], int]:
    papers, left = [], 0
    for one in ready[:MOST_PAPERS]:
        paper, lost = _short(one.paper)
        papers.append(paper)
        left += lost
    return papers, left


def _short(paper: Paper) -> tuple[Paper, int]:
    lost = 0
    blocks = []
    for block in paper.blocks:
        if isinstance(block, Table) and len(block.rows) > MOST_ROWS:
            lost += len(block.rows) - MOST_ROWS
            block = replace(block, rows=block.rows[:MOST_ROWS])  # noqa: PLW2901
        blocks.append(block)
    return (replace(paper, blocks=tuple(blocks)) if lost else paper), lost
