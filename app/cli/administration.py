"""The commands of who looks after users and the database."""

from __future__ import annotations

from collections.abc import Mapping

from app.cli import printing
from app.cli.codes import DONE, FAILED
from app.cli.session import Command, Desk
from app.identity import service
from app.identity.queries import users
from app.identity.rules import Permission
from app.identity.service import require
from app.upkeep.anchors import anchor_folder
from app.upkeep.service import backup, restore
from app.upkeep.verify import verify


def _user(desk: Desk) -> int:
    options = desk.options
    workspace = desk.open()
    actor = desk.enter(workspace)
    match options.action:
        case "add":
            workspace.write(
                actor,
                service.add_user,
                name=options.name,
                password=desk.new_password(options.name),
                roles=options.role,
            )
        case "disable":
            workspace.write(actor, service.disable_user, name=options.name)
        case "password":
            workspace.write(
                actor,
                service.set_password,
                name=options.name,
                password=desk.new_password(options.name),
            )
        case _:
            require(actor, Permission.MANAGE_USERS)
    found = workspace.read(users)
    desk.answer(printing.users_json(found), printing.users_lines(found))
    return DONE


def _backup(desk: Desk) -> int:
    workspace = desk.open()
    saved = backup(workspace, desk.enter(workspace), desk.options.file)
    desk.answer(printing.saved_json(saved), [printing.saved(saved)])
    return DONE


def _restore(desk: Desk) -> int:
    saved = restore(desk.url, desk.options.file, user=desk.user, password=desk.password())
    desk.answer(printing.saved_json(saved), [printing.restored(saved)])
    return DONE


def _verify(desk: Desk) -> int:
    workspace = desk.open()
    require(desk.enter(workspace), Permission.VERIFY)
    result = workspace.read(verify, anchors=anchor_folder(desk.url, desk.options.anchors))
    desk.answer(printing.verify_json(result), printing.verify_lines(result))
    return DONE if result.ok else FAILED


COMMANDS: Mapping[str, Command] = {
    "user": _user,
    "backup": _backup,
    "restore": _restore,
    "verify": _verify,
}
