"""Masked regions of cameras' views; a mask is changed by ending it and drawing another one.

A camera that is removed leaves its masks: should one of that key come back, its homes are hidden
from its first picture on, and somebody may end what no longer holds.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.mask import KeptMask, ViewMask
from models.store import audit
from models.store.database import Database
from models.store.tables import view_mask

__all__ = ["MOST_PER_VIEW", "MaskRepository"]

MOST_PER_VIEW: Final = 40
"""Masks of one view at the same time: each costs every picture of it."""

_LARGEST: Final = 2**63 - 1


class MaskRepository:
    """The masks of one store.

    Args:
        database: to work on.
        clock: for the times of endings and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, mask: ViewMask) -> KeptMask:
        """Take a mask.

        Raises:
            InputRefused: no author, code ``author_missing``; it is over already, code
                ``mask_expired_at_birth``; or the view has :data:`MOST_PER_VIEW` masks, code
                ``mask_too_many``.
        """
        with self._database.write() as connection:
            self._check(connection, mask)
            return self._added(connection, mask)

    def change(self, mask_id: int, mask: ViewMask) -> KeptMask:
        """End a mask and draw another in its place, in one step; between them nothing is bare.

        Args:
            mask_id: the one that ends.
            mask: the one that begins, of the same camera, preset and kind; its author changes it.

        Raises:
            NotFound: no such mask.
            Conflict: it is over already; code ``mask_ended``.
            InputRefused: as for :meth:`add`; or it is of another view or kind, code
                ``mask_other_view``.
        """
        with self._database.write() as connection:
            before = self._running(connection, mask_id).mask
            same = ("camera_id", "preset", "kind")
            if any(getattr(before, name) != getattr(mask, name) for name in same):
                raise InputRefused(
                    f"Mask {mask_id} is the {before.kind} mask of another view.",
                    remedy="End it, and draw a new one where it belongs.",
                    code="mask_other_view",
                )
            self._end(connection, mask_id, mask.author)
            self._check(connection, mask)
            return self._added(connection, mask, replaces=mask_id)

    def end(self, mask_id: int, *, author: str) -> KeptMask:
        """End a mask now.

        Raises:
            NotFound: no such mask.
            Conflict: it is over already; code ``mask_ended``.
            InputRefused: no author; code ``author_missing``.
        """
        with self._database.write() as connection:
            self._running(connection, mask_id)
            self._end(connection, mask_id, author)
            ended = _one(connection, mask_id)
            self._audited(connection, author, "mask.ended", ended)
            return ended

    def get(self, mask_id: int) -> KeptMask:
        """One mask.

        Raises:
            NotFound: no such mask.
        """
        with self._database.read() as connection:
            return _one(connection, mask_id)

    def unended(self) -> list[KeptMask]:
        """Masks of all cameras that are not over, the oldest first."""
        now = self._clock.now()
        with self._database.read() as connection:
            kept = _load(connection, view_mask.c.ended_at.is_(None))
        return [one for one in kept if not one.is_over(now)]

    def of_camera(self, camera_id: str) -> list[KeptMask]:
        """Every mask that a camera ever had, the newest first."""
        with self._database.read() as connection:
            return _load(connection, view_mask.c.camera_id == camera_id)[::-1]

    def all(self) -> list[KeptMask]:
        """Every mask, the newest first."""
        with self._database.read() as connection:
            return _load(connection)[::-1]

    def _check(self, connection: Connection, mask: ViewMask) -> None:
        if not mask.author.strip():
            raise InputRefused("A mask needs its author.", code="author_missing")
        now = self._clock.now()
        if mask.expires_at is not None and mask.expires_at <= now:
            raise InputRefused(
                f"The mask would be over since {mask.expires_at.isoformat()}.",
                remedy="Give a later time, or none for a mask that stays.",
                code="mask_expired_at_birth",
            )
        view = view_mask.c.camera_id == mask.camera_id, view_mask.c.preset == mask.preset
        kept = _load(connection, *view, view_mask.c.ended_at.is_(None))
        if sum(not one.is_over(now) for one in kept) >= MOST_PER_VIEW:
            raise InputRefused(
                f"This view has {MOST_PER_VIEW} masks already.",
                remedy="End those that are no longer needed, or draw one around several.",
                code="mask_too_many",
            )

    def _added(self, connection: Connection, mask: ViewMask, replaces: int = 0) -> KeptMask:
        (mask_id,) = connection.execute(
            insert(view_mask)
            .values(camera_id=mask.camera_id, preset=mask.preset, mask=mask, ended_by="")
            .returning(view_mask.c.mask_id)
        ).one()
        action = "mask.changed" if replaces else "mask.added"
        self._audited(connection, mask.author, action, _one(connection, mask_id), replaces)
        return _one(connection, mask_id)

    def _running(self, connection: Connection, mask_id: int) -> KeptMask:
        kept = _one(connection, mask_id)
        if kept.is_over(self._clock.now()):
            raise Conflict(f"Mask {mask_id} is over.", remedy="Draw a new one.", code="mask_ended")
        return kept

    def _end(self, connection: Connection, mask_id: int, author: str) -> None:
        if not author.strip():
            raise InputRefused("Somebody has to end a mask.", code="author_missing")
        connection.execute(
            update(view_mask)
            .where(view_mask.c.mask_id == mask_id)
            .values(ended_by=author, ended_at=self._clock.now())
        )

    def _audited(
        self,
        connection: Connection,
        actor: str,
        action: str,
        kept: KeptMask,
        replaces: int = 0,
    ) -> None:
        mask = kept.mask
        details: audit.Details = {
            "kind": mask.kind,
            "place": f"{mask.camera_id}/{mask.preset}",
            "corners": len(mask.polygon),
            "note": mask.note,
        }
        if mask.expires_at is not None:
            details["until"] = mask.expires_at.isoformat()
        if replaces:
            details["replaces"] = replaces
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action=action,
            subject=str(kept.mask_id),
            details=details,
        )


def _load(connection: Connection, *wanted: ColumnElement[bool]) -> list[KeptMask]:
    rows = connection.execute(select(view_mask).where(*wanted).order_by(view_mask.c.mask_id))
    return [_kept(row) for row in rows]


def _one(connection: Connection, mask_id: int) -> KeptMask:
    found = _load(connection, view_mask.c.mask_id == max(0, min(mask_id, _LARGEST)))
    if not found:
        raise NotFound(f"There is no mask {mask_id}.")
    return found[0]


def _kept(row: Row[Any]) -> KeptMask:
    return KeptMask(row.mask_id, row.mask, row.ended_by, row.ended_at)
