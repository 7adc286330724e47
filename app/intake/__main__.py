"""The start of the reading process: `python -m app.intake`."""

from __future__ import annotations

from app.base.startup import start_lean


def main() -> None:
    """Serve requests until the input ends."""
    start_lean()

    from app.intake.worker import main as serve  # noqa: PLC0415 - after the line above

    serve()


if __name__ == "__main__":
    main()
