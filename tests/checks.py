"""Every check of the project, as `start.py check` and the build server run them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

_LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"

STEPS: Mapping[str, Sequence[str]] = {
    "format": ("-m", "ruff", "format", "--check", "."),
    "lint": ("-m", "ruff", "check", "."),
    "types": ("-m", "mypy"),
    "imports": ("-c", _LINT_IMPORTS, "--no-logo"),
    "tests": ("-m", "pytest", "-n", "2", "--dist", "worksteal"),
    "installer": ("-m", "pytest", "-m", "slow", "tests/installer"),
}
"""What Python is asked to do, in the order in which it is told."""

BESIDE_THE_TESTS = ("types", "imports", "installer")
"""Steps that run one after the other while the tests run: each keeps one core busy."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a step ended; what it printed is "" where it stands on the screen already."""

    code: int
    output: str
    seconds: float


def run_all(steps: Mapping[str, Sequence[str]] = STEPS) -> list[str]:
    """Run all steps and return the names of those that failed."""
    failed = []
    with ThreadPoolExecutor(max_workers=1) as aside:
        waiting = {name: aside.submit(_run, steps[name], quiet=True) for name in BESIDE_THE_TESTS}
        for name in sorted(steps, key=lambda name: name in waiting):
            print(f"\n== {name} ==", flush=True)
            done = waiting[name].result() if name in waiting else _run(steps[name])
            state = "failed" if done.code else "ok"
            print(f"{done.output}== {name}: {state}, {done.seconds:.1f} s", flush=True)
            if done.code:
                failed.append(name)
    return failed


def _run(words: Sequence[str], *, quiet: bool = False) -> Done:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *words],
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return Done(code=done.returncode, output=done.stdout or "", seconds=time.monotonic() - began)


def main() -> int:
    """Run every check and say which failed."""
    failed = run_all()
    print("\n" + ("Failed: " + ", ".join(failed) if failed else "All checks passed."))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
