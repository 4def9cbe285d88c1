"""An aircraft as data: what a planner must know of it, and what the law asks of it.

Nothing here is measured by us: a catalogue of makers' published figures is shipped as data, a
bureau enters what its own aircraft do. A limit that is not known stays None, and a plan that
needs it is refused with its name; it is never assumed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = [
    "SURE_LIMITS",
    "Aircraft",
    "Autopilot",
    "BatteryPoint",
    "Camera",
    "Registration",
    "WpmlCodes",
]


class Autopilot(StrEnum):
    """What flies it, and so which mission files it reads."""

    DJI = "dji"
    PX4 = "px4"
    ARDUPILOT = "ardupilot"


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera of an aircraft.

    Attributes:
        name: unique on the aircraft, e.g. ``wide``, ``ir``, ``zoom``.
        horizontal_fov_deg: along the longer side of the picture, (0, 180).
        vertical_fov_deg: (0, 180).
        width_px: of the picture, > 0.
        height_px: of the picture, > 0.
        is_thermal: whether it sees heat.
        lens: what the maker's mission file calls it (``wide``, ``zoom``, ``ir``); may be empty.
    """

    name: str
    horizontal_fov_deg: float
    vertical_fov_deg: float
    width_px: int
    height_px: int
    is_thermal: bool = False
    lens: str = ""


@dataclass(frozen=True, slots=True)
class BatteryPoint:
    """How long one battery lasts, flown from full to nothing at an airspeed.

    Attributes:
        airspeed_ms: >= 0; 0 is hovering.
        endurance_s: > 0.
    """

    airspeed_ms: float
    endurance_s: float


@dataclass(frozen=True, slots=True)
class WpmlCodes:
    """Numbers by which DJI's WPML names aircraft and payload (droneInfo, payloadInfo).

    Attributes:
        drone: droneEnumValue.
        drone_sub: droneSubEnumValue; 0 is a value.
        payload: payloadEnumValue.
        payload_position: payloadPositionIndex; 0 is a value.
    """

    drone: int
    drone_sub: int
    payload: int
    payload_position: int = 0


@dataclass(frozen=True, slots=True)
class Registration:
    """What GB 46761-2025 and GB 46750-2025 ask for before it may fly; empty is not known.

    Attributes:
        number: of the registration with UOM.
        product_id: unique product identification code.
        operator_certificate: of the bureau.
        insurance: policy.
        pilot: remote pilot and certificate.
        is_activated: whether operational identification is activated.
    """

    number: str = ""
    product_id: str = ""
    operator_certificate: str = ""
    insurance: str = ""
    pilot: str = ""
    is_activated: bool = False


@dataclass(frozen=True, slots=True)
class Aircraft:
    """An aircraft with its cameras.

    Attributes:
        name: unique, what monitors call it, e.g. ``M4T-01``; in the catalogue the model's name.
        model: e.g. ``Matrice 4T``.
        autopilot: what flies it.
        speed_ms: ground speed on a sweep in still air, > 0.
        cameras: at least one; the first is used unless another is named.
        most_airspeed_ms: fastest it may fly through the air, >= speed_ms; None when not known.
        most_wind_ms: strongest mean wind it may fly in; None when not known.
        climb_ms: fastest climb, > 0; None when not known.
        descent_ms: fastest descent, > 0; None when not known.
        acceleration_ms2: along and across its way, > 0; sets stops and turns.
        battery: by rising airspeed; empty when not known.
        usable_share: share of a battery that a plan may use, (0, 1]; the rest is the reserve.
        ceiling_m: most height above ground of this type, law apart; None when not known.
        least_gimbal_deg: lowest pitch of the gimbal, -90 straight down.
        most_gimbal_deg: highest pitch, 0 level.
        turnaround_s: from landing to the next take-off, battery changed, >= 0.
        wpml: DJI's numbers; None for others.
        registration: for the law.
        home_name: where it stands; empty when not known.
        home_lon_deg: WGS 84; None when not known.
        home_lat_deg: WGS 84.
        note: where the figures are from.
    """

    name: str
    model: str
    autopilot: Autopilot
    speed_ms: float
    cameras: tuple[Camera, ...]
    most_airspeed_ms: float | None = None
    most_wind_ms: float | None = None
    climb_ms: float | None = None
    descent_ms: float | None = None
    acceleration_ms2: float = 2.5
    battery: tuple[BatteryPoint, ...] = ()
    usable_share: float = 0.6
    ceiling_m: float | None = None
    least_gimbal_deg: float = -90.0
    most_gimbal_deg: float = 30.0
    turnaround_s: float = 900.0
    wpml: WpmlCodes | None = None
    registration: Registration = Registration()
    home_name: str = ""
    home_lon_deg: float | None = None
    home_lat_deg: float | None = None
    note: str = ""

    @property
    def missing_limits(self) -> tuple[str, ...]:
        """Names of the limits that a plan needs and nobody has given."""
        return tuple(
            name for name in SURE_LIMITS if getattr(self, name) is None or getattr(self, name) == ()
        )


SURE_LIMITS: Final = (
    "most_airspeed_ms",
    "most_wind_ms",
    "climb_ms",
    "descent_ms",
    "battery",
    "ceiling_m",
)
"""Attributes without which nothing is planned for an aircraft."""
