"""Options that several commands have."""

from __future__ import annotations

import argparse
from datetime import date
from enum import StrEnum

from app.base.dates import parse_day
from app.base.errors import UserError


def day(text: str) -> date:
    """Read a day, in the words of argparse where it is none."""
    try:
        return parse_day(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(error.user_message()) from None


def choice(
    command: argparse.ArgumentParser,
    name: str,
    members: type[StrEnum],
    metavar: str,
    help_text: str,
    *,
    required: bool = False,
) -> None:
    """Add an option that names a member of an enum by its value."""
    command.add_argument(
        name,
        choices=[member.value for member in members],
        required=required,
        metavar=metavar,
        help=help_text.format(values=values(members)),
    )


def values(members: type[StrEnum]) -> str:
    """List the values of an enum."""
    return ", ".join(member.value for member in members)
