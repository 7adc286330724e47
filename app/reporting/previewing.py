"""A paper as it would be printed, without a number, and no more of it than somebody looks at."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.base.dates import CHINA
from app.base.progress import Progress
from app.db.workspace import Actor, Workspace
from app.identity.service import require
from app.reporting.apart import draw_apart
from app.reporting.drawing import How, Renderer
from app.reporting.making import put_together
from app.reporting.paper import Missing, Paper, Stamp, Table
from app.reporting.papers.gathering import needed
from app.reporting.pictures import opened
from app.reporting.queries import IssueView, paper_on
from app.reporting.rules import Format
from app.reporting.wishes import Wish

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
    shown = [(_short(one.paper), Stamp()) for one in ready[:MOST_PAPERS]]
    how = How(format=Format.PDF, offset=wish.offset)
    return _drawn(_Shown(papers=shown, count=len(ready)), how, progress, renderer)


def seen_again(
    workspace: Workspace,
    actor: Actor,
    issue: IssueView,
    progress: Progress,
    renderer: Renderer = draw_apart,
) -> Preview:
    """Return how a print looked, with its number and its copy.

    Raises:
        NotAllowed: The actor may not see what stands on the paper.
        Cancelled: It is not wanted any more.
    """
    require(actor, needed(issue.kind))
    paper = workspace.read(paper_on, issue)
    stamp = Stamp(
        number=issue.number,
        code=issue.code,
        copy=issue.copy_no,
        at=f"{issue.issued_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        by=issue.issued_by,
        void=issue.void_reason,
    )
    shown = _Shown(papers=[(_short(paper), stamp)], count=1)
    return _drawn(shown, How(format=Format.PDF), progress, renderer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What of so many papers is drawn, each with the rows that it lost."""

    papers: Sequence[tuple[tuple[Paper, int], Stamp]]
    count: int


def _drawn(shown: _Shown, how: How, progress: Progress, renderer: Renderer) -> Preview:
    with tempfile.TemporaryDirectory(prefix="duiping-") as folder:
        path = Path(folder, "preview.pdf")
        papers = [(paper, stamp) for (paper, _lost), stamp in shown.papers]
        drawn = renderer(path, papers, how, progress)
        content = path.read_bytes()
    with opened(content) as pages:
        size = pages.size(0)
    return Preview(
        content=content,
        pages=sum(drawn.pages),
        size=size,
        papers=shown.count,
        left=shown.count - len(shown.papers),
        rows_left=sum(lost for (_paper, lost), _stamp in shown.papers),
        missing=drawn.missing,
    )


def _short(paper: Paper) -> tuple[Paper, int]:
    lost = 0
    blocks = []
    for block in paper.blocks:
        if isinstance(block, Table) and len(block.rows) > MOST_ROWS:
            lost += len(block.rows) - MOST_ROWS
            block = replace(block, rows=block.rows[:MOST_ROWS])  # noqa: PLW2901
        blocks.append(block)
    return (replace(paper, blocks=tuple(blocks)) if lost else paper), lost
