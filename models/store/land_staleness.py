"""Who was faster: an edit rests on what its author saw, and is refused when that is gone."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from sqlalchemy import Connection, func, select

from models.errors import Conflict
from models.land import LandChange, LandFeature, Layer, same_feature
from models.store import land_changes
from models.store.land_rows import Placed
from models.store.tables import land_edit

__all__ = ["Key", "refuse_stale", "refuse_undone"]

Key: TypeAlias = tuple[Layer, str]

_MOST_NAMED: Final = 5


def refuse_stale(
    connection: Connection,
    expected: Sequence[tuple[Key, LandFeature | None]],
    there: Mapping[Key, Placed],
) -> None:
    """Pass features that are what somebody takes them for.

    Args:
        connection: to look up who changed the others.
        expected: by key; None for one that should not be.
        there: those of them that are.

    Raises:
        Conflict: naming up to five of the others, each with its newest change; code
            ``land_changed_since``.
    """
    stale = [
        key
        for key, feature in expected
        if not same_feature(feature, there[key].feature if key in there else None)
    ]
    if not stale:
        return
    named = "; ".join(_told(connection, key, there.get(key)) for key in stale[:_MOST_NAMED])
    more = len(stale) - _MOST_NAMED
    raise Conflict(
        f"The land was changed since: {named}{f'; and {more} more' if more > 0 else ''}.",
        remedy="Look at it as it is now, and decide again.",
        code="land_changed_since",
    )


def refuse_undone(change: LandChange) -> None:
    """Pass a change that was not set back.

    Raises:
        Conflict: it was; code ``land_undone_already``.
    """
    if change.undone_by is not None:
        raise Conflict(
            f"Change {change.change_id} of the land was set back by change {change.undone_by}.",
            remedy=f"To have it again, set back change {change.undone_by}.",
            code="land_undone_already",
        )


def _told(connection: Connection, key: Key, found: Placed | None) -> str:
    layer, code = key
    latest = connection.execute(
        select(func.max(land_edit.c.change_id)).where(
            land_edit.c.layer == layer, land_edit.c.code == code
        )
    ).scalar_one()
    name = "not there" if found is None else found.feature.name
    if latest is None:
        return f"{layer}/{code} ({name})"
    change = land_changes.one(connection, latest)
    return f"{layer}/{code} ({name}), last by {change.author} in change {latest}"
