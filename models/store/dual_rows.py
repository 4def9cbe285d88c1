"""Rows of pairs and registrations: what may stand in them, and how they are read."""

from dataclasses import replace
from math import isfinite
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from models.clock import require_utc
from models.dual import DualPair, PairRegistration, RegistrationState
from models.errors import InputRefused, NotFound
from models.frame import FrameMode
from models.store.tables import camera, camera_link, dual_pair, dual_registration, preset

__all__ = [
    "check_pair",
    "check_registration",
    "fov_deg",
    "load_pair",
    "load_registrations",
    "pair_of",
    "preset_numbers",
]

MOST_ZOOM: Final = 0.1
"""A field of view may differ by this share from the one that was registered: a calibration finds it
anew by some per cent with nobody having touched the lens, and one press of a zoom is more."""

_NINE: Final = 9
_LARGEST: Final = 1e6
_LEAST_DETERMINANT: Final = 1e-9
_SOLE: Final = 0
"""Number of the one view of a camera that has no presets."""


def check_pair(connection: Connection, pair: DualPair) -> None:
    """Let pass two cameras that can be of one head, within a transaction.

    Raises:
        NotFound: no such camera; code ``not_found``.
        InputRefused: one camera twice, code ``dual_same``; the one of heat is not known for heat,
            ``dual_not_thermal``; the visible one is, ``dual_not_visible``; one of them is in
            another pair, ``dual_taken``; or they share no number of a preset, ``dual_presets``.
    """
    if pair.visible_id == pair.thermal_id:
        raise InputRefused(
            f"Camera {pair.visible_id} cannot be a pair with itself.",
            remedy="Name the camera of heat of the same head.",
            code="dual_same",
        )
    for camera_id in (pair.visible_id, pair.thermal_id):
        mine = camera.c.camera_id == camera_id
        if connection.execute(select(camera.c.name).where(mine)).one_or_none() is None:
            raise NotFound(f"There is no camera {camera_id[:60]!r}.")
    if _mode(connection, pair.thermal_id) is not FrameMode.THERMAL:
        raise InputRefused(
            f"Camera {pair.thermal_id} is not known to show heat.",
            remedy="Say in its set-up that its pictures are thermal, then pair it.",
            code="dual_not_thermal",
        )
    if _mode(connection, pair.visible_id) is FrameMode.THERMAL:
        raise InputRefused(
            f"Camera {pair.visible_id} shows heat, and not visible light.",
            remedy="Pair from the visible camera of the head.",
            code="dual_not_visible",
        )
    for other in connection.execute(select(dual_pair)):
        if other.visible_id != pair.visible_id and {other.visible_id, other.thermal_id} & {
            pair.visible_id,
            pair.thermal_id,
        }:
            raise InputRefused(
                f"Cameras {other.visible_id} and {other.thermal_id} are a pair already.",
                remedy="Part them first.",
                code="dual_taken",
            )
    shared = preset_numbers(connection, pair.visible_id)
    if not shared & preset_numbers(connection, pair.thermal_id):
        raise InputRefused(
            f"Cameras {pair.visible_id} and {pair.thermal_id} have no preset number in common.",
            remedy="Give the presets that look the same way the same numbers in both.",
            code="dual_presets",
        )


def check_registration(found: PairRegistration) -> None:
    """Let pass what can be a registration.

    Raises:
        InputRefused: the matrix takes no plane to a plane, or doubt or score is out of range; code
            ``dual_matrix``.
        ValueError: a moment without UTC.
    """
    require_utc(found.made_at)
    if found.checked_at is not None:
        require_utc(found.checked_at)
    numbers = (*found.matrix, found.doubt_share, found.score)
    if (
        len(found.matrix) != _NINE
        or not all(isfinite(number) and abs(number) <= _LARGEST for number in numbers)
        or abs(_determinant(*found.matrix)) < _LEAST_DETERMINANT
        or found.doubt_share < 0.0
        or not 0.0 <= found.score <= 1.0
    ):
        raise InputRefused(
            "This is no way from one picture to another.",
            remedy="Show at least four points, no three of them on a line.",
            code="dual_matrix",
        )


def load_pair(connection: Connection, visible_id: str) -> Row[Any]:
    """The row of a pair, within a transaction.

    Raises:
        NotFound: the camera is the visible one of no pair; code ``no_such_pair``.
    """
    mine = dual_pair.c.visible_id == visible_id
    row = connection.execute(select(dual_pair).where(mine)).one_or_none()
    if row is None:
        raise NotFound(f"Camera {visible_id[:60]!r} is in no pair.", code="no_such_pair")
    return row


def pair_of(row: Row[Any]) -> DualPair:
    """A row as a pair."""
    return DualPair(row.visible_id, row.thermal_id, row.rule)


def fov_deg(connection: Connection, camera_id: str, number: int) -> float | None:
    """Horizontal field of view of a preset, degrees; None where the camera has no such one."""
    mine = preset.c.camera_id == camera_id, preset.c.number == number
    pose = connection.execute(select(preset.c.pose).where(*mine)).scalar_one_or_none()
    return None if pose is None else float(pose.horizontal_fov_deg)


def load_registrations(
    connection: Connection, visible_id: str, number: int | None = None
) -> list[PairRegistration]:
    """Registrations of a pair by preset, within a transaction; of one preset, or of all.

    Those of presets that are gone are left out. One whose preset was zoomed since it was confirmed
    last is drifted, whatever its row says: the next check tells by pictures.
    """
    there = preset_numbers(connection, visible_id)
    if number is not None:
        there &= {number}
    return [
        _registration(connection, row)
        for row in connection.execute(_ASKED.where(dual_pair.c.visible_id == visible_id))
        if row.preset in there
    ]


def preset_numbers(connection: Connection, camera_id: str) -> frozenset[int]:
    """Of the views of a camera: 0 alone where it has no presets."""
    mine = preset.c.camera_id == camera_id
    found = connection.execute(select(preset.c.number).where(mine)).scalars()
    return frozenset(found) or frozenset({_SOLE})


_ASKED: Final = (
    select(dual_pair.c.visible_id, dual_pair.c.thermal_id, dual_registration)
    .join(dual_registration, dual_registration.c.number == dual_pair.c.number)
    .order_by(dual_registration.c.preset)
)


def _registration(connection: Connection, row: Row[Any]) -> PairRegistration:
    values = {name: getattr(row, name) for name in PairRegistration.__slots__}
    found = PairRegistration(**values)
    told = (row.visible_id, row.visible_fov_deg), (row.thermal_id, row.thermal_fov_deg)
    if any(_is_zoomed(fov_deg(connection, one, row.preset), fov) for one, fov in told):
        return replace(found, state=RegistrationState.DRIFTED)
    return found


def _is_zoomed(now_deg: float | None, then_deg: float | None) -> bool:
    if now_deg is None or then_deg is None:
        return False
    return abs(now_deg / then_deg - 1.0) > MOST_ZOOM


def _mode(connection: Connection, camera_id: str) -> FrameMode | None:
    """As its link says; None of one without a link, or whose pictures tell by themselves."""
    mine = camera_link.c.camera_id == camera_id
    mode: FrameMode | None = connection.execute(
        select(camera_link.c.mode).where(mine)
    ).scalar_one_or_none()
    return mode


def _determinant(*m: float) -> float:
    return (
        m[0] * (m[4] * m[8] - m[5] * m[7])
        - m[1] * (m[3] * m[8] - m[5] * m[6])
        + m[2] * (m[3] * m[7] - m[4] * m[6])
    )
