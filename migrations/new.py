"""Write a migration from what changed in the tables: `python migrations/new.py MESSAGE`.

`python migrations/new.py --initial` writes the first one anew; only until the first release.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from alembic import command  # noqa: E402

from app.db.engine import WRITES, open_engine  # noqa: E402
from app.db.migrate import configuration, upgrade  # noqa: E402
from app.db.schema import revisions  # noqa: E402
from app.upkeep.registry import all_tables  # noqa: E402


def write_migration(message: str) -> None:
    """Compare the tables in the source with a migrated database."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/migrated.db")
        upgrade(engine)
        with engine.execution_options(**WRITES).connect() as connection:
            config = configuration(connection)
            config.attributes["metadata"] = all_tables()
            number = f"{int(revisions()[-1]) + 1:04d}"
            command.revision(config, message, autogenerate=True, rev_id=number)
        engine.dispose()


def write_initial() -> None:
    """Compare the tables in the source with an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/empty.db")
        with engine.execution_options(**WRITES).connect() as connection:
            config = configuration(connection)
            config.attributes["metadata"] = all_tables()
            config.set_main_option("version_locations", folder)
            command.revision(config, "initial", autogenerate=True, rev_id="0001")
        engine.dispose()
        text = (Path(folder) / "0001_initial.py").read_text(encoding="utf-8")
        text = text.replace("\n\n", "\n\n# ruff: noqa: E501, PLR0915 - written by Alembic\n\n", 1)
        kept = [line for line in text.splitlines() if not line.strip().startswith("# ###")]
        (HERE / "versions" / "0001_initial.py").write_text("\n".join(kept) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("message", nargs="?")
    group.add_argument("--initial", action="store_true")
    given = parser.parse_args()
    if given.initial:
        write_initial()
    else:
        write_migration(given.message)


if __name__ == "__main__":
    main()
