"""Telling a local disk from a network share."""

from __future__ import annotations

import ctypes
import sys
from pathlib import PurePosixPath

import pytest

from app.db.places import on_network_share, share_in

MOUNTS = r"""/dev/sda1 / ext4 rw,relatime 0 0
server:/export /mnt/nfs nfs4 rw,vers=4.2 0 0
//server/share /mnt/win cifs rw 0 0
me@host:/home /home/me/far fuse.sshfs rw 0 0
/dev/sdb1 /mnt/nfs/local ext4 rw 0 0
//server/two /mnt/with\040space smb3 rw 0 0
tmpfs /mnt/over tmpfs rw 0 0
server:/over /mnt/over nfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "far"),
    [
        ("/var/duiping.db", False),
        ("/mnt/nfs/duiping.db", True),
        ("/mnt/nfs/deep/duiping.db", True),
        ("/mnt/nfs/local/duiping.db", False),
        ("/mnt/nfsnot/duiping.db", False),
        ("/mnt/win/duiping.db", True),
        ("/home/me/far/duiping.db", True),
        ("/home/me/near/duiping.db", False),
        ("/mnt/with space/duiping.db", True),
        ("/mnt/over/duiping.db", True),
    ],
)
def test_the_mount_decides(path: str, far: bool) -> None:  # noqa: FBT001
    assert share_in(MOUNTS, PurePosixPath(path)) is far


def test_names_of_windows_shares_are_shares() -> None:
    assert on_network_share("//server/share/duiping.db")
    assert on_network_share("\\\\server\\share\\duiping.db")


def test_this_machine_is_asked(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not on_network_share(f"{tmp_path}/duiping.db")

    monkeypatch.setattr("app.db.places._MOUNTS", PurePosixFile(exists=False))

    assert not on_network_share("duiping.db")


@pytest.mark.parametrize(("kind", "far"), [(4, True), (3, False)])
def test_windows_is_asked_for_the_kind_of_drive(
    monkeypatch: pytest.MonkeyPatch,
    kind: int,
    far: bool,  # noqa: FBT001
) -> None:
    class Windll:
        class kernel32:  # noqa: N801 - its name there
            @staticmethod
            def GetDriveTypeW(_root: str) -> int:  # noqa: N802
                return kind

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", Windll, raising=False)

    assert on_network_share("duiping.db") is far


class PurePosixFile:
    """Stands for a system without a list of mounts."""

    def __init__(self, *, exists: bool) -> None:
        self._exists = exists

    def exists(self) -> bool:
        return self._exists
