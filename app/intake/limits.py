"""What the reading process may use up."""

from __future__ import annotations

import os
import sys

MEMORY = 2 << 30
"""Bytes of address space."""
CPU_SECONDS = 120
"""For one file; larger files get more."""
_CPU_BYTES_PER_SECOND = 2_000_000
_FILE_BYTES = 1 << 20


def limit_process() -> None:
    """Limit memory and files of this process; where the system cannot, do nothing."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - exists on POSIX only

    _set(resource.RLIMIT_AS, MEMORY)
    _set(resource.RLIMIT_FSIZE, _FILE_BYTES)
    _set(resource.RLIMIT_CORE, 0)


def allow_cpu(size: int) -> None:
    """Allow the time that a file of this size may take from now on."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - exists on POSIX only

    times = os.times()
    used = int(times.user + times.system)
    soft = used + CPU_SECONDS + size // _CPU_BYTES_PER_SECOND
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _set(which: int, value: int) -> None:
    import resource  # noqa: PLC0415 - exists on POSIX only

    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))
