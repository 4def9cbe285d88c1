"""What an aircraft tells of itself while it is linked: where, how, with how much left."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.height import Height
from models.mission import AirWind

__all__ = ["AircraftState", "AircraftWarning", "FlightPhase"]


class FlightPhase(StrEnum):
    """What it is doing, as it says itself."""

    UNKNOWN = "unknown"  # linked, and has not told
    GROUND = "ground"  # disarmed, on the ground or in its dock
    ARMED = "armed"  # motors turn, on the ground
    MISSION = "mission"  # flies its mission
    PAUSED = "paused"  # holds its place in the air
    RETURNING = "returning"
    LANDING = "landing"
    BY_HAND = "by_hand"  # a pilot steers it


@dataclass(frozen=True, slots=True)
class AircraftWarning:
    """A warning of its health management.

    Attributes:
        code: the maker's, e.g. ``0x16100083``, or the name of a sensor that failed.
        level: 0 note, 1 caution, 2 warning: it must not start.
        message: in English, the maker's words where it has some.
        is_in_the_air: raised while flying.
    """

    code: str
    level: int
    message: str
    is_in_the_air: bool = False


@dataclass(frozen=True, slots=True)
class AircraftState:
    """The newest of everything that it has told; None is not told.

    Attributes:
        at: UTC, of the newest message, by our clock.
        phase: what it is doing.
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        height: with its system, as reported.
        above_take_off_m: by its barometer.
        heading_deg: nose, true north, [0, 360).
        gimbal_pitch_deg: -90 straight down.
        gimbal_yaw_deg: true north, [0, 360).
        gimbal_roll_deg: clockwise as seen from behind.
        ground_speed_ms: >= 0.
        climb_ms: above 0 upwards.
        battery_share: of a full one, 0 to 1.
        remaining_s: that the battery lasts, by its own reckoning.
        link_share: quality of the link, 0 to 1.
        wind: by its own estimate, no measurement of weather.
        satellites: in use.
        is_rtk_fixed: whether its place is good to centimetres.
        storage_free_bytes: for pictures.
        mission_point: index into the points of the held mission of the one that it flies to, from
            0; None outside a mission.
        warnings: that are in force.
    """

    at: datetime
    phase: FlightPhase = FlightPhase.UNKNOWN
    lon_deg: float | None = None
    lat_deg: float | None = None
    height: Height | None = None
    above_take_off_m: float | None = None
    heading_deg: float | None = None
    gimbal_pitch_deg: float | None = None
    gimbal_yaw_deg: float | None = None
    gimbal_roll_deg: float | None = None
    ground_speed_ms: float | None = None
    climb_ms: float | None = None
    battery_share: float | None = None
    remaining_s: float | None = None
    link_share: float | None = None
    wind: AirWind | None = None
    satellites: int | None = None
    is_rtk_fixed: bool | None = None
    storage_free_bytes: int | None = None
    mission_point: int | None = None
    warnings: tuple[AircraftWarning, ...] = ()

    @property
    def is_in_the_air(self) -> bool | None:
        """Whether it flies; None when it has not told."""
        if self.phase is FlightPhase.UNKNOWN:
            return None
        return self.phase not in {FlightPhase.GROUND, FlightPhase.ARMED}
