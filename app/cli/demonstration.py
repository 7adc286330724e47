"""The command that writes sample files."""

from __future__ import annotations

from collections.abc import Mapping

from app.cli import printing
from app.cli.bars import bar
from app.cli.codes import DONE
from app.cli.session import Command, Desk
from app.demo.service import Wish, write_days


def _demo(desk: Desk) -> int:
    options = desk.options
    wish = Wish(
        orders=options.orders,
        seed=options.seed,
        days=options.days,
        first_day=options.start,
        faults=options.faults,
    )
    with bar() as progress:
        result = write_days(options.dir, wish, progress=progress)
    desk.answer(printing.demo_json(options.dir, result), printing.demo_lines(options.dir, result))
    return DONE


COMMANDS: Mapping[str, Command] = {
    "demo": _demo,
}
