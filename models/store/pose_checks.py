"""The reference picture of each preset, and what the checks against it said.

A reference and its checks belong to a preset that is there: those of one that is gone go. Which
check is the latest follows from the order in which they were written, not from their times: a clock
may go back.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from models.calibration import PoseCheck, PoseReference
from models.pose_state import same_view
from models.store.database import Database
from models.store.tables import pose_check, pose_reference

__all__ = ["MOST_CHECKS", "PoseCheckRepository"]

MOST_CHECKS: Final = 400
"""Checks that are kept of a preset: a year of daily ones."""


class PoseCheckRepository:
    """References and checks of one store.

    Args:
        database: to work on.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_reference(self, reference: PoseReference) -> None:
        """Check a preset against this from now on."""
        with self._database.write() as connection:
            _forget_reference(connection, reference.camera_id, reference.preset)
            _put(connection, reference)

    def replace_reference(self, before: PoseReference | None, reference: PoseReference) -> bool:
        """The same, unless somebody has put another one meanwhile.

        Args:
            before: that the caller knows of: one of the preset's present pose, or None.
            reference: to be put.

        Returns:
            Whether it was put.
        """
        key = reference.camera_id, reference.preset
        with self._database.write() as connection:
            now = _references(connection).get(key)
            if now != before and now is not None and same_view(now.pose, reference.pose):
                return False
            _forget_reference(connection, *key)
            _put(connection, reference)
            return True

    def reference(self, camera_id: str, preset: int) -> PoseReference | None:
        """What a preset is checked against; None while there is nothing."""
        return self.references().get((camera_id, preset))

    def references(self) -> dict[tuple[str, int], PoseReference]:
        """What each preset is checked against, by camera and number."""
        with self._database.read() as connection:
            return _references(connection)

    def add(self, check: PoseCheck) -> None:
        """Write down a check; the oldest of its preset go when there are too many."""
        of_preset = (
            pose_check.c.camera_id == check.camera_id,
            pose_check.c.preset == check.preset,
        )
        newest = (
            select(pose_check.c.check_id)
            .where(*of_preset)
            .order_by(pose_check.c.check_id.desc())
            .limit(MOST_CHECKS)
        )
        with self._database.write() as connection:
            connection.execute(
                insert(pose_check).values(
                    camera_id=check.camera_id, preset=check.preset, at=check.at, found=check
                )
            )
            connection.execute(
                delete(pose_check).where(*of_preset, pose_check.c.check_id.not_in(newest))
            )

    def latest(self) -> dict[tuple[str, int], PoseCheck]:
        """The check of each preset that was written last, by camera and number."""
        last = select(func.max(pose_check.c.check_id)).group_by(
            pose_check.c.camera_id, pose_check.c.preset
        )
        with self._database.read() as connection:
            rows = connection.execute(select(pose_check).where(pose_check.c.check_id.in_(last)))
            return {(row.camera_id, row.preset): row.found for row in rows}

    def of(self, camera_id: str, preset: int, limit: int) -> list[PoseCheck]:
        """Checks of a preset, the last one first.

        Args:
            camera_id: of the camera.
            preset: its number.
            limit: how many at most, 1 and more.
        """
        query = (
            select(pose_check)
            .where(pose_check.c.camera_id == camera_id, pose_check.c.preset == preset)
            .order_by(pose_check.c.check_id.desc())
            .limit(max(1, limit))
        )
        with self._database.read() as connection:
            return [row.found for row in connection.execute(query)]

    def keep_only(self, presets: Collection[tuple[str, int]]) -> int:
        """Forget references and checks of all other presets.

        Args:
            presets: that there are, by camera and number.

        Returns:
            How many presets were forgotten.
        """
        with self._database.write() as connection:
            there = {
                (row.camera_id, row.preset)
                for table in (pose_reference, pose_check)
                for row in connection.execute(select(table.c.camera_id, table.c.preset).distinct())
            }
            gone = there - set(presets)
            for camera_id, preset in gone:
                _forget_reference(connection, camera_id, preset)
                connection.execute(
                    delete(pose_check).where(
                        pose_check.c.camera_id == camera_id, pose_check.c.preset == preset
                    )
                )
        return len(gone)


def _references(connection: Connection) -> dict[tuple[str, int], PoseReference]:
    rows = connection.execute(select(pose_reference))
    return {(row.camera_id, row.preset): row.reference for row in rows}


def _put(connection: Connection, reference: PoseReference) -> None:
    connection.execute(
        insert(pose_reference).values(
            camera_id=reference.camera_id, preset=reference.preset, reference=reference
        )
    )


def _forget_reference(connection: Connection, camera_id: str, preset: int) -> None:
    connection.execute(
        delete(pose_reference).where(
            pose_reference.c.camera_id == camera_id, pose_reference.c.preset == preset
        )
    )
