"""How cameras are read, and the credentials for it, which stand in a table of their own.

A credential leaves this module only inside a :class:`CameraSetup`, for whoever opens the camera.
The audit log is told that one was set, changed or removed, and never what it is.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select

from models.camera_link import CameraLink, Credential
from models.camera_setup import CameraSetup
from models.clock import Clock
from models.errors import InputRefused, NotFound
from models.patrol import Patrol, check_patrol
from models.site import Preset
from models.store import audit
from models.store.cameras import load_cameras, put_camera, remove_camera
from models.store.database import Database
from models.store.tables import camera as camera_table
from models.store.tables import camera_credential as credential_table
from models.store.tables import camera_link as link_table
from models.store.tables import camera_patrol as patrol_table

__all__ = ["Kept", "LinkRepository"]

_CREDENTIAL_INSIDE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*@")
_MOST_LETTERS: Final = 2000


class Kept(Enum):
    """Said instead of a credential: leave the one that is stored."""

    KEPT = "kept"


class LinkRepository:
    """The links of one store.

    Args:
        database: to work on.
        clock: for the times of audit entries.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, setup: CameraSetup, *, actor: str, credential: Kept | None = None) -> CameraSetup:
        """Add a camera with its link, or replace both; the same again changes nothing.

        Args:
            setup: without a link the camera keeps none.
            actor: user name, for the audit log.
            credential: ``Kept.KEPT`` leaves the stored credential, whatever the setup says.

        Returns:
            What is stored now.

        Raises:
            InputRefused: as :meth:`CameraRepository.put`; or an address that carries a credential,
                code ``link_credential_inside``, or is none, code ``link_address``.
        """
        with self._database.write() as connection:
            self._put(connection, setup, actor, keep=credential is Kept.KEPT)
            return _setups(connection, setup.camera.camera_id)[0]

    def put_all(self, setups: Iterable[CameraSetup], *, actor: str) -> None:
        """Add or replace many cameras: all of them, or none.

        A setup without a credential leaves the stored one, and one without a patrol the stored
        patrol; an import that brings no passwords must not take them away.

        Raises:
            InputRefused: as :meth:`put` and :meth:`put_patrol`.
        """
        with self._database.write() as connection:
            for setup in setups:
                self._put(connection, setup, actor, keep=setup.credential is None)
                if setup.patrol is not None:
                    self._put_patrol(connection, setup.camera.camera_id, setup.patrol, actor)

    def put_patrol(
        self,
        camera_id: str,
        patrol: Patrol | None,
        *,
        actor: str,
        presets: Iterable[Preset] | None = None,
    ) -> CameraSetup:
        """Say how a camera patrols, or with None that it stands still.

        Args:
            camera_id: of a camera that is there.
            patrol: its tours and what turns it.
            actor: user name, for the audit log.
            presets: instead of those that the camera has; None leaves them.

        Returns:
            What is stored now.

        Raises:
            NotFound: no such camera.
            InputRefused: as :func:`models.patrol.check_patrol`; or the address of what turns the
                camera carries a credential, code ``link_credential_inside``, or is none.
        """
        with self._database.write() as connection:
            if presets is not None:
                camera = replace(_one(connection, camera_id).camera, presets=tuple(presets))
                put_camera(connection, self._clock, camera, actor)
            return self._put_patrol(connection, camera_id, patrol, actor)

    def get(self, camera_id: str) -> CameraSetup:
        """One camera with its link and credential.

        Raises:
            NotFound: no such camera.
        """
        with self._database.read() as connection:
            return _one(connection, camera_id)

    def all(self) -> list[CameraSetup]:
        """Every camera, by key, with its link and credential where it has them."""
        with self._database.read() as connection:
            return _setups(connection)

    def patrols_since(self, at: datetime) -> dict[str, list[tuple[datetime, Patrol | None]]]:
        """By camera, since when it patrolled how: what held at a moment and what came after it."""
        found: dict[str, list[tuple[datetime, Patrol | None]]] = {}
        with self._database.read() as connection:
            for row in connection.execute(select(patrol_table).order_by(patrol_table.c.since_at)):
                known = found.setdefault(row.camera_id, [])
                if row.since_at <= at:
                    known.clear()
                known.append((row.since_at, row.patrol))
        return found

    def remove(self, camera_id: str, *, actor: str) -> None:
        """Remove a camera with its presets, link and credential; its alerts stay, with its name.

        Raises:
            NotFound: no such camera.
        """
        with self._database.write() as connection:
            remove_camera(connection, self._clock, camera_id, actor)

    def _put_patrol(
        self, connection: Connection, camera_id: str, patrol: Patrol | None, actor: str
    ) -> CameraSetup:
        before = _one(connection, camera_id)
        if before.patrol == patrol:
            return before
        if patrol is not None:
            _check_address(patrol.mover.address)
            check_patrol(patrol, [preset.number for preset in before.camera.presets])
        since_at = self._clock.now()
        again = (patrol_table.c.camera_id == camera_id) & (patrol_table.c.since_at >= since_at)
        connection.execute(
            delete(patrol_table).where(again)
        )  # two in one moment, or a clock set back
        row = {"camera_id": camera_id, "since_at": since_at, "patrol": patrol}
        connection.execute(insert(patrol_table).values(**row))
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action="camera.patrol_removed" if patrol is None else "camera.patrol_changed",
            subject=camera_id,
            details={} if patrol is None else {"tours": len(patrol.tours)},
        )
        return replace(before, patrol=patrol)

    def _put(self, connection: Connection, setup: CameraSetup, actor: str, *, keep: bool) -> None:
        camera_id, link = setup.camera.camera_id, setup.link
        if link is not None:
            _check_address(link.address)
        put_camera(connection, self._clock, setup.camera, actor)
        (before,) = _setups(connection, camera_id)
        credential = before.credential if keep else setup.credential
        if link is None:
            credential = None
        if (before.link, before.credential) == (link, credential):
            return
        connection.execute(delete(link_table).where(link_table.c.camera_id == camera_id))
        if link is not None:
            values = {name: getattr(link, name) for name in _LINK}
            connection.execute(insert(link_table).values(camera_id=camera_id, **values))
        if credential is not None:
            connection.execute(
                insert(credential_table).values(
                    camera_id=camera_id,
                    user_name=credential.user,
                    password=credential.password,
                )
            )
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action="camera.unlinked" if link is None else "camera.linked",
            subject=camera_id,
            details=_told(before, link, credential),
        )


_LINK: Final = (
    *("adapter", "address", "every_s", "transport", "decoding", "mode", "enabled", "encoding"),
)


def _check_address(address: str) -> None:
    if not address.strip() or len(address) > _MOST_LETTERS or not address.isprintable():
        raise InputRefused(
            "The address of the camera is empty, too long or not text.",
            remedy="Give rtsp://, http:// or https:// and a host, or a path.",
            code="link_address",
        )
    if _CREDENTIAL_INSIDE.match(address) is not None:
        raise InputRefused(
            "The address carries a user or a password.",
            remedy="Give them beside the address.",
            code="link_credential_inside",
        )


def _told(
    before: CameraSetup, link: CameraLink | None, credential: Credential | None
) -> audit.Details:
    """What the audit log hears: no address, which may carry a token, and no credential."""
    had = before.credential
    if credential == had:
        word = "kept" if had is not None else "none"
    elif credential is None:
        word = "removed"
    else:
        word = "set" if had is None else "changed"
    if link is None:
        return {"credential": word}
    return {
        "adapter": link.adapter.value,
        "address": "kept" if before.link and before.link.address == link.address else "changed",
        "enabled": "yes" if link.enabled else "no",
        "credential": word,
    }


def _one(connection: Connection, camera_id: str) -> CameraSetup:
    found = _setups(connection, camera_id)
    if not found:
        raise NotFound(f"There is no camera {camera_id!r}.")
    return found[0]


def _setups(connection: Connection, camera_id: str | None = None) -> list[CameraSetup]:
    wanted = () if camera_id is None else (camera_table.c.camera_id == camera_id,)
    query = select(link_table, credential_table.c.user_name, credential_table.c.password).join(
        credential_table, isouter=True
    )
    if camera_id is not None:
        query = query.where(link_table.c.camera_id == camera_id)
    links = {row.camera_id: _link(row) for row in connection.execute(query)}
    # The last of each camera stays in the dictionary: the newest one.
    in_order = select(patrol_table).order_by(patrol_table.c.since_at)
    patrols = {row.camera_id: row.patrol for row in connection.execute(in_order)}
    setups = []
    for camera in load_cameras(connection, *wanted):
        link, credential = links.get(camera.camera_id, (None, None))
        setups.append(CameraSetup(camera, link, credential, patrols.get(camera.camera_id)))
    return setups


def _link(row: Row[Any]) -> tuple[CameraLink, Credential | None]:
    link = CameraLink(**{name: getattr(row, name) for name in _LINK})
    credential = None if row.user_name is None else Credential(row.user_name, row.password)
    return link, credential
