"""Cameras with their presets."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from models.clock import Clock
from models.errors import InputRefused, NotFound
from models.site import Camera, Position, Preset
from models.store import audit
from models.store.database import Database
from models.store.tables import camera as camera_table
from models.store.tables import former_camera as former_table
from models.store.tables import preset as preset_table

__all__ = ["CameraRepository", "load_cameras", "put_camera", "remove_camera"]

_KEY: Final = re.compile(r"[a-z0-9-]{1,40}")


class CameraRepository:
    """The cameras of one store.

    Args:
        database: to work on.
        clock: for the times of audit entries.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, camera: Camera, *, actor: str = "system") -> None:
        """Add a camera or replace the one of that key; the same again changes nothing.

        Args:
            camera: presets in any order.
            actor: user name, for the audit log.

        Raises:
            InputRefused: a key outside ``[a-z0-9-]{1,40}``, or a preset number twice.
        """
        with self._database.write() as connection:
            put_camera(connection, self._clock, camera, actor)

    def get(self, camera_id: str) -> Camera:
        """One camera, its presets by number.

        Raises:
            NotFound: no such camera.
        """
        with self._database.read() as connection:
            found = load_cameras(connection, camera_table.c.camera_id == camera_id)
        if not found:
            raise NotFound(f"There is no camera {camera_id!r}.")
        return found[0]

    def all(self) -> list[Camera]:
        """Every camera, by key."""
        with self._database.read() as connection:
            return load_cameras(connection)

    def some(self, camera_ids: Collection[str]) -> list[Camera]:
        """Those of some keys that there are, by key."""
        if not camera_ids:
            return []
        with self._database.read() as connection:
            return load_cameras(connection, camera_table.c.camera_id.in_(sorted(camera_ids)))

    def standpoints(self) -> dict[str, Camera]:
        """Every camera there ever was by its key, without its presets.

        Alerts outlive their camera: one that was removed stands where it stood last. Whoever asks
        whence something was seen needs no presets; a district has a thousand, and to read them with
        every fire took 11 ms.
        """
        with self._database.read() as connection:
            former = connection.execute(select(former_table))
            return {
                **{row.camera_id: replace(row.camera, presets=()) for row in former},
                **{
                    row.camera_id: _camera(row, ())
                    for row in connection.execute(select(camera_table))
                },
            }


def remove_camera(connection: Connection, clock: Clock, camera_id: str, actor: str) -> None:
    """Remove a camera with its presets, inside a transaction of somebody else.

    Raises:
        NotFound: no such camera.
    """
    key = camera_table.c.camera_id == camera_id
    found = load_cameras(connection, key)
    if not found:
        raise NotFound(f"There is no camera {camera_id!r}.")
    connection.execute(delete(former_table).where(former_table.c.camera_id == camera_id))
    connection.execute(insert(former_table).values(camera_id=camera_id, camera=found[0]))
    connection.execute(delete(camera_table).where(key))
    audit.append(connection, clock, actor=actor, action="camera.removed", subject=camera_id)


def put_camera(connection: Connection, clock: Clock, camera: Camera, actor: str) -> None:
    """The same as :meth:`CameraRepository.put`, inside a transaction of somebody else."""
    if _KEY.fullmatch(camera.camera_id) is None:
        raise InputRefused(
            f"{camera.camera_id!r} cannot be the key of a camera.",
            remedy="Use 1 to 40 of a-z, 0-9 and '-'.",
        )
    presets = tuple(sorted(camera.presets, key=lambda preset: preset.number))
    if len({preset.number for preset in presets}) < len(presets):
        raise InputRefused(
            f"Camera {camera.camera_id} has a preset number twice.",
            remedy="Number its presets differently.",
        )
    values = {
        "name": camera.name,
        "kind": camera.kind,
        "lon_deg": camera.position.lon_deg,
        "lat_deg": camera.position.lat_deg,
        "height_m": camera.position.height_m,
        "height_datum": camera.position.height_datum,
    }
    key = camera_table.c.camera_id == camera.camera_id
    known = load_cameras(connection, key)
    if known and known[0] == replace(camera, presets=presets):
        return
    if known:
        connection.execute(update(camera_table).where(key).values(**values))
    else:
        connection.execute(insert(camera_table).values(camera_id=camera.camera_id, **values))
    connection.execute(delete(preset_table).where(preset_table.c.camera_id == camera.camera_id))
    for preset in presets:
        connection.execute(
            insert(preset_table).values(
                camera_id=camera.camera_id,
                number=preset.number,
                name=preset.name,
                pose=preset.pose,
            )
        )
    audit.append(
        connection,
        clock,
        actor=actor,
        action="camera.changed" if known else "camera.added",
        subject=camera.camera_id,
        details={"name": camera.name, "presets": len(presets)},
    )


def load_cameras(connection: Connection, *wanted: ColumnElement[bool]) -> list[Camera]:
    """The cameras of which all that is wanted is true, by key."""
    rows = connection.execute(
        select(camera_table).where(*wanted).order_by(camera_table.c.camera_id)
    ).all()
    query = select(preset_table).order_by(preset_table.c.number)
    if wanted:
        query = query.where(preset_table.c.camera_id.in_([row.camera_id for row in rows]))
    presets: dict[str, list[Preset]] = {}
    for camera_id, number, name, pose in connection.execute(query):
        presets.setdefault(camera_id, []).append(Preset(number, name, pose))
    return [_camera(row, tuple(presets.get(row.camera_id, ()))) for row in rows]


def _camera(row: Row[Any], presets: tuple[Preset, ...]) -> Camera:
    position = Position(row.lon_deg, row.lat_deg, row.height_m, row.height_datum)
    return Camera(row.camera_id, row.name, row.kind, position, presets)
