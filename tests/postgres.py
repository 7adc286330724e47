"""A private PostgreSQL server for the tests, from the programs of Debian's package."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=40",
    "shared_buffers=64MB",
    "autovacuum=off",
)

_ROOM_BYTES = 4 << 30


def programs() -> Path | None:
    """Return the folder of the newest server programs on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


@dataclass(frozen=True)
class Server:
    """A running server that listens on a socket in a private folder only."""

    folder: Path
    bin: Path

    def url(self, database: str) -> str:
        return f"postgresql://duiping@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            connection.execute(statement)

    def clone(self, template: str, name: str) -> str:
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def is_up(self) -> bool:
        try:
            psycopg.connect(self._conninfo(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _conninfo(self) -> str:
        return f"host={self.folder} user=duiping dbname=postgres"


@contextmanager
def running_server(binaries: Path) -> Iterator[Server]:
    """Make a cluster, start it, and take it away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="dp-pg-", dir=_room()))
    process: subprocess.Popen[bytes] | None = None
    try:
        if user := _server_user():
            shutil.chown(folder, user, user)
        _initialise(binaries, folder)
        server = Server(folder=folder, bin=binaries)
        process = _start(binaries, folder)
        _wait(server, process)
        yield server
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _room() -> str:
    """Where the cluster stands: in memory where there is room, because each test copies it."""
    # The path of a socket must be short, whatever the folder for temporary files is.
    memory = Path("/dev/shm")
    try:
        room = shutil.disk_usage(memory).free
    except OSError:
        return "/tmp"
    return str(memory) if room > _ROOM_BYTES else "/tmp"


def _initialise(binaries: Path, folder: Path) -> None:
    command = [
        str(binaries / "initdb"),
        f"--pgdata={folder / 'data'}",
        "--username=duiping",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        cwd=folder,
        user=_server_user(),
        group=_server_user(),
    )


def _start(binaries: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-h", ""]
    for setting in _SETTINGS:
        command += ["-c", setting]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, user=_server_user(), group=_server_user()
        )


def _server_user() -> str | None:
    # The server refuses to run as root.
    return "postgres" if os.geteuid() == 0 else None


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 30
    while not server.is_up():
        if process.poll() is not None or time.monotonic() > limit:
            raise RuntimeError((server.folder / "log").read_text())
        time.sleep(0.05)


def _version(path: Path) -> int:
    name = path.parent.parent.name
    return int(name) if name.isdigit() else 0
