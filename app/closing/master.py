"""Master data on which entries depend."""

from __future__ import annotations

from app.catalog.channel_editing import ChannelEdit, apply_channel
from app.closing.rules import IMPORT_LOCK
from app.db.locks import alone
from app.db.workspace import Tx
from app.records.dating import redate_channels


def change_channel(tx: Tx, *, edit: ChannelEdit, seen: int) -> None:
    """Change a channel; a moved cut-off gives its entries their new business days.

    Raises:
        NotAllowed: The actor may not change master data.
        WrongInput: A field is out of its bounds.
        ChangedByOther: The channel was changed since it was shown.
        DayClosed: An entry would come to a closed day or leave it.
    """
    alone(tx, IMPORT_LOCK)
    if apply_channel(tx, edit=edit, seen=seen):
        redate_channels(tx, {edit.code: edit.cutoff_minutes})
