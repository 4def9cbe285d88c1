"""By what each preset's pose was found: written in one transaction with the pose itself.

Nothing is ever removed: with which pose an alert was located stays true. The calibration **in
force** is the newest whose pose the preset still has; one that was entered by hand since has none.
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from models.calibration import Calibration
from models.clock import Clock
from models.errors import Conflict, NotFound
from models.site import Camera, Pose
from models.store import audit
from models.store.cameras import load_cameras
from models.store.database import Database
from models.store.tables import calibration as calibration_table
from models.store.tables import camera as camera_table
from models.store.tables import preset as preset_table

__all__ = ["CalibrationRepository"]

_LARGEST: Final = 2**63 - 1


class CalibrationRepository:
    """The calibrations of one store.

    Args:
        database: to work on.
        clock: for the times of calibrations and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put_in_force(self, calibration: Calibration, *, again: int = 0) -> Calibration:
        """Write a calibration and give its preset the pose, in one step.

        Args:
            calibration: number and moment of its being put in force are filled in.
            again: number of the earlier calibration that this one repeats; 0 for a new one.

        Returns:
            It, as it is stored.

        Raises:
            NotFound: no such camera, or it has no such preset.
            Conflict: the preset's pose is no longer ``before``, or the lens no longer stands where
                it stood; code ``calibration_pose_changed``.
            InputRefused: no author; code ``author_missing``.
        """
        with self._database.write() as connection:
            camera = _camera(connection, calibration.camera_id)
            pose = _pose(camera, calibration.preset)
            if pose != calibration.before or camera.position != calibration.lens:
                raise _changed(calibration.camera_id, calibration.preset)
            now = self._clock.now()
            (number,) = connection.execute(
                insert(calibration_table)
                .values(
                    camera_id=calibration.camera_id,
                    preset=calibration.preset,
                    at=now,
                    calibration=replace(calibration, at=now),
                )
                .returning(calibration_table.c.calibration_id)
            ).one()
            stored = replace(calibration, calibration_id=number, at=now)
            _set_pose(connection, stored.camera_id, stored.preset, stored.after)
            details: audit.Details = {"method": stored.method, "points": stored.points}
            if again:
                details["again"] = again
            self._audited(connection, stored, stored.author, "calibration.applied", details)
            return stored

    def undo(self, calibration_id: int, *, author: str) -> Pose:
        """Give a preset back the pose that it had before a calibration.

        Returns:
            That pose.

        Raises:
            NotFound: no such calibration, or its camera or preset is gone.
            Conflict: the preset no longer has the pose that it gave; code
                ``calibration_pose_changed``.
            InputRefused: no author; code ``author_missing``.
        """
        with self._database.write() as connection:
            found = _one(connection, calibration_id)
            camera = _camera(connection, found.camera_id)
            if (_pose(camera, found.preset), camera.position) != (found.after, found.lens):
                raise _changed(found.camera_id, found.preset)
            _set_pose(connection, found.camera_id, found.preset, found.before)
            self._audited(connection, found, author, "calibration.reverted", {})
            return found.before

    def get(self, calibration_id: int) -> Calibration:
        """One calibration.

        Raises:
            NotFound: no such calibration.
        """
        with self._database.read() as connection:
            return _one(connection, calibration_id)

    def of(self, camera_id: str, preset: int) -> list[Calibration]:
        """Every calibration of a preset, the newest first."""
        with self._database.read() as connection:
            return _of(connection, camera_id, preset)

    def latest(self) -> dict[tuple[str, int], Calibration]:
        """The newest calibration of each preset, by camera and number; in force or not."""
        last = select(func.max(calibration_table.c.calibration_id)).group_by(
            calibration_table.c.camera_id, calibration_table.c.preset
        )
        with self._database.read() as connection:
            rows = connection.execute(
                select(calibration_table).where(calibration_table.c.calibration_id.in_(last))
            )
            return {
                (row.camera_id, row.preset): _numbered(row.calibration_id, row.calibration)
                for row in rows
            }

    def since(self, number: int) -> list[Calibration]:
        """Those of all cameras with a larger number, the oldest first."""
        table = calibration_table.c
        query = select(calibration_table).where(table.calibration_id > number)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.calibration_id))
            return [_numbered(row.calibration_id, row.calibration) for row in rows]

    def in_force(self, camera_id: str, preset: int) -> Calibration | None:
        """By what a preset's pose of now was found; None when it was entered by hand."""
        with self._database.read() as connection:
            found = load_cameras(connection, camera_table.c.camera_id == camera_id)
            return _in_force(connection, found[0], preset) if found else None

    def _audited(
        self,
        connection: Connection,
        calibration: Calibration,
        actor: str,
        action: str,
        details: audit.Details,
    ) -> None:
        place = f"{calibration.camera_id}/{calibration.preset}"
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action=action,
            subject=str(calibration.calibration_id),
            details={"place": place, **details},
        )


def _camera(connection: Connection, camera_id: str) -> Camera:
    found = load_cameras(connection, camera_table.c.camera_id == camera_id)
    if not found:
        raise NotFound(f"There is no camera {camera_id!r}.")
    return found[0]


def _pose(camera: Camera, number: int) -> Pose:
    preset = camera.preset(number)
    if preset is None:
        raise NotFound(f"Camera {camera.camera_id} has no preset {number}.")
    return preset.pose


def _set_pose(connection: Connection, camera_id: str, number: int, pose: Pose) -> None:
    key = preset_table.c.camera_id == camera_id, preset_table.c.number == number
    connection.execute(update(preset_table).where(*key).values(pose=pose))


def _of(connection: Connection, camera_id: str, preset: int) -> list[Calibration]:
    table = calibration_table.c
    rows = connection.execute(
        select(calibration_table)
        .where(table.camera_id == camera_id, table.preset == preset)
        .order_by(table.calibration_id.desc())
    )
    return [_numbered(row.calibration_id, row.calibration) for row in rows]


def _in_force(connection: Connection, camera: Camera, number: int) -> Calibration | None:
    preset = camera.preset(number)
    if preset is None:
        return None
    found, now = _of(connection, camera.camera_id, number), (preset.pose, camera.position)
    return next((one for one in found if (one.after, one.lens) == now), None)


def _one(connection: Connection, calibration_id: int) -> Calibration:
    key = calibration_table.c.calibration_id == max(0, min(calibration_id, _LARGEST))
    row = connection.execute(select(calibration_table).where(key)).one_or_none()
    if row is None:
        raise NotFound(f"There is no calibration {calibration_id}.")
    return _numbered(row.calibration_id, row.calibration)


def _numbered(number: int, calibration: Calibration) -> Calibration:
    return replace(calibration, calibration_id=number)


def _changed(camera_id: str, preset: int) -> Conflict:
    return Conflict(
        f"Camera {camera_id} looks elsewhere by now: preset {preset} has another pose or place.",
        remedy="Look at its pose of now, and calibrate from there.",
        code="calibration_pose_changed",
    )
