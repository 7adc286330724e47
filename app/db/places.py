"""Where databases stand: the user's own, and whether a place is a network share."""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path, PurePosixPath

import platformdirs

_SHARES = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "afs", "ncpfs", "fuse.sshfs", "fuse.rclone"}
)
_MOUNTS = Path("/proc/mounts")
_ESCAPE = re.compile(r"\\([0-7]{3})")
_DRIVE_REMOTE = 4


def own_database() -> str:
    """Return the address of the user's own database."""
    return f"sqlite:///{_data_folder() / 'duiping.db'}"


def sample_database() -> str:
    """Return the address of the database that holds the sample day."""
    return f"sqlite:///{_data_folder() / 'sample.db'}"


def on_network_share(name: str) -> bool:
    """Return whether a file would stand on a network share."""
    if name.startswith(("//", "\\\\")):
        return True
    if sys.platform == "win32":
        drive = Path(name).resolve().drive
        return bool(ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE)
    if not _MOUNTS.exists():
        return False
    mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    return share_in(mounts, PurePosixPath(Path(name).resolve()))


def share_in(mounts: str, path: PurePosixPath) -> bool:
    """Return whether the mount that holds `path` is a network share.

    `mounts` is the text of `/proc/mounts`; of several mounts the last and deepest counts.
    """
    depth, kind = -1, ""
    for line in mounts.splitlines():
        _device, folder, fs_type, *_options = line.split(" ")
        place = PurePosixPath(_ESCAPE.sub(_unescaped, folder))
        if path.is_relative_to(place) and len(place.parts) >= depth:
            depth, kind = len(place.parts), fs_type
    return kind in _SHARES


def ledger_layouts_folder() -> Path:
    """Return where the user's own layouts of voucher exports stand."""
    return _data_folder() / "ledger_layouts"


def cache_folder() -> Path:
    """Return where may stand what can be made again at any time."""
    return Path(platformdirs.user_cache_dir("duiping", appauthor=False))


def _data_folder() -> Path:
    return Path(platformdirs.user_data_dir("duiping", appauthor=False))


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 8))
