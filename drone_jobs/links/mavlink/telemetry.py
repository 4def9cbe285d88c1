"""What a MAVLink aircraft tells of itself, message by message, as one :class:`AircraftState`.

No transport and no waiting: messages come in as pymavlink parsed them, and every field is held
against its range first. One that is not told (65535, -1, NaN, 0 degrees beside 0 degrees) stays
None; a lie that no field can show (a wrong place within its range) is taken as it is. Heights of
GLOBAL_POSITION_INT are above sea level, told as EGM96 (MAVLink common message set).
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from drone_jobs.links.mavlink.battery import Batteries
from drone_jobs.links.mavlink.health import Health
from drone_jobs.links.mavlink.modes import AUTOPILOT_OF, phase_of, phase_of_mode
from drone_jobs.links.mavlink.pointing import attitude_of_quaternion, is_yaw_north, turned_deg
from drone_jobs.links.mavlink.words import Message
from models.clock import Clock
from models.flight import AircraftState, FlightPhase
from models.height import Height, HeightSystem
from models.mission import AirWind, Autopilot, MissionPlace

__all__ = ["Telemetry"]

_ARMED: Final = 128  # MAV_MODE_FLAG_SAFETY_ARMED
_PAUSED: Final = 4  # MISSION_STATE
_NO_16: Final = 65535
_RTK_FIXED: Final = 6  # GPS_FIX_TYPE
_READY: Final = 2  # STORAGE_STATUS
_MIB: Final = 1024.0 * 1024.0
_HIGHEST_M: Final = 100_000.0
_COUNTED: Final = 100  # messages over which the quality of the link is taken


class Telemetry:
    """The newest of everything that one aircraft told.

    Args:
        clock: dates it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._state: AircraftState | None = None
        self._health = Health()
        self._batteries = Batteries()
        self._heard_s: float | None = None
        self._autopilot: Autopilot | None = None
        self._mode = FlightPhase.UNKNOWN
        self._is_armed: bool | None = None
        self._landed_state: int | None = None
        self._item: int | None = None
        self._mission_state = 0
        self._point_items: tuple[int, ...] = ()
        self._end_item: int | None = None
        self._home: MissionPlace | None = None
        self._pending: int | None = None
        self._last_seq: int | None = None
        self._lost: deque[int] = deque(maxlen=_COUNTED)
        self._storages: dict[int, int] = {}
        self._hears: dict[str, Callable[[Message], dict[str, Any]]] = {
            "HEARTBEAT": self._heartbeat,
            "EXTENDED_SYS_STATE": self._landed,
            "GLOBAL_POSITION_INT": self._place,
            "GPS_RAW_INT": self._satellites,
            "ATTITUDE": self._attitude,
            "GIMBAL_DEVICE_ATTITUDE_STATUS": self._gimbal,
            "MOUNT_STATUS": self._mount,
            "SYS_STATUS": self._system,
            "BATTERY_STATUS": self._battery,
            "WIND": self._wind,
            "WIND_COV": self._wind_north,
            "STORAGE_INFORMATION": self._storage,
            "MISSION_CURRENT": self._current,
            "HOME_POSITION": self._home_position,
            "TERRAIN_REPORT": self._terrain,
            "STATUSTEXT": self._text,
        }

    @property
    def state(self) -> AircraftState | None:
        """The newest, with the warnings in force now; None before a message was heard."""
        if self._state is None:
            return None
        warnings = self._health.warnings(self._clock.monotonic_s())
        return replace(
            self._state,
            phase=self.phase,
            mission_point=self._mission_point(),
            warnings=warnings,
        )

    @property
    def phase(self) -> FlightPhase:
        """What it is doing; UNKNOWN before a heartbeat of the autopilot."""
        if self._is_armed is None:
            return FlightPhase.UNKNOWN
        return phase_of(
            self._mode,
            is_armed=self._is_armed,
            landed_state=self._landed_state,
            is_mission_paused=self._mission_state == _PAUSED,
        )

    @property
    def mode(self) -> FlightPhase:
        """What its mode does in the air, wherever it is now."""
        return self._mode

    @property
    def is_armed(self) -> bool | None:
        """Whether motors may turn; None before a heartbeat."""
        return self._is_armed

    @property
    def autopilot(self) -> Autopilot | None:
        """What flies it; None before a heartbeat of one of the two that are known here."""
        return self._autopilot

    @property
    def home(self) -> MissionPlace | None:
        """Where it goes home to; None when not told."""
        return self._home

    @property
    def terrain_pending(self) -> int | None:
        """Blocks of terrain that it still waits for; None when not told since the mission."""
        return self._pending

    def age_s(self) -> float | None:
        """Since the newest heartbeat of the autopilot; None before one."""
        return None if self._heard_s is None else self._clock.monotonic_s() - self._heard_s

    def follow(self, point_items: Sequence[int], end_item: int | None) -> None:
        """Say which items of the held mission are its points.

        Args:
            point_items: number of the item of each point, rising.
            end_item: number of the first item after the last point that flies home or lands.
        """
        self._point_items, self._end_item = tuple(point_items), end_item
        self._pending = None

    def heard(self, message: Message) -> None:
        """Take a message of the aircraft's system; those of no use here are passed over."""
        hears = self._hears.get(message.get_type())
        if message.get_srcComponent() == 1:
            self._count(message.get_seq())
        if hears is None:
            return
        told = hears(message)
        now = self._clock.now()
        before = self._state or AircraftState(now)
        self._state = replace(before, at=now, link_share=self._link_share(), **told)

    def _count(self, seq: int) -> None:
        """Messages missing before this one; a late or doubled one counts nothing."""
        if self._last_seq is not None:
            missing = (seq - self._last_seq - 1) % 256
            if missing >= 128:
                return
            self._lost.append(missing)
        self._last_seq = seq

    def _link_share(self) -> float | None:
        heard = len(self._lost)
        return heard / (heard + sum(self._lost)) if heard else None

    @property
    def _flies(self) -> bool:
        return self.phase not in {FlightPhase.UNKNOWN, FlightPhase.GROUND, FlightPhase.ARMED}

    def _heartbeat(self, message: Message) -> dict[str, Any]:
        autopilot = AUTOPILOT_OF.get(message.autopilot)
        if autopilot is None:  # a gimbal, a camera, a ground station, or what cannot be read here
            return {}
        self._heard_s = self._clock.monotonic_s()
        self._autopilot = autopilot
        self._is_armed = bool(message.base_mode & _ARMED)
        self._mode = phase_of_mode(message.autopilot, message.custom_mode)
        return {}

    def _landed(self, message: Message) -> dict[str, Any]:
        self._landed_state = message.landed_state or None
        return {}

    def _place(self, message: Message) -> dict[str, Any]:
        told: dict[str, Any] = _place_of(message.lat, message.lon)
        if told["lon_deg"] is None:
            told["height"] = None
        elif abs(message.alt) <= _HIGHEST_M * 1e3:
            told["height"] = Height(message.alt / 1e3, HeightSystem.EGM96)
        told["above_take_off_m"] = message.relative_alt / 1e3
        told["ground_speed_ms"] = math.hypot(message.vx, message.vy) / 100.0
        told["climb_ms"] = -message.vz / 100.0
        if message.hdg != _NO_16:
            told["heading_deg"] = turned_deg(message.hdg / 100.0)
        return told

    def _satellites(self, message: Message) -> dict[str, Any]:
        count = message.satellites_visible
        return {
            "satellites": None if count == 255 else count,
            "is_rtk_fixed": message.fix_type == _RTK_FIXED,
        }

    def _attitude(self, message: Message) -> dict[str, Any]:
        yaw = message.yaw
        return {"heading_deg": turned_deg(math.degrees(yaw))} if math.isfinite(yaw) else {}

    def _gimbal(self, message: Message) -> dict[str, Any]:
        attitude = attitude_of_quaternion(message.q)
        if attitude is None:
            return dict.fromkeys(("gimbal_pitch_deg", "gimbal_yaw_deg", "gimbal_roll_deg"))
        yaw_deg: float | None = attitude.yaw_deg
        if not is_yaw_north(message.flags):
            yaw_deg = self._from_north(attitude.yaw_deg)
        return {
            "gimbal_pitch_deg": attitude.pitch_deg,
            "gimbal_yaw_deg": yaw_deg,
            "gimbal_roll_deg": attitude.roll_deg,
        }

    def _mount(self, message: Message) -> dict[str, Any]:
        """Centidegrees, the yaw from the nose; the older message of ArduPilot."""
        angles = (message.pointing_a, message.pointing_b, message.pointing_c)
        if any(abs(angle) > 36_000 for angle in angles):
            return {}
        pitch_deg, roll_deg, yaw_deg = (angle / 100.0 for angle in angles)
        return {
            "gimbal_pitch_deg": pitch_deg,
            "gimbal_yaw_deg": self._from_north(yaw_deg),
            "gimbal_roll_deg": roll_deg,
        }

    def _from_north(self, from_nose_deg: float) -> float | None:
        heading_deg = self._state.heading_deg if self._state else None
        return None if heading_deg is None else turned_deg(heading_deg + from_nose_deg)

    def _system(self, message: Message) -> dict[str, Any]:
        self._health.sensors(
            message.onboard_control_sensors_present,
            message.onboard_control_sensors_enabled,
            message.onboard_control_sensors_health,
            flies=self._flies,
        )
        self._batteries.of_system(message.battery_remaining)
        return {"battery_share": self._batteries.share}

    def _battery(self, message: Message) -> dict[str, Any]:
        if not self._batteries.told(message):
            return {}
        self._health.battery(message.id, message.charge_state, flies=self._flies)
        return {
            "battery_share": self._batteries.share,
            "remaining_s": self._batteries.remaining_s,
        }

    def _wind(self, message: Message) -> dict[str, Any]:
        return {"wind": _wind_of(message.direction, message.speed)}

    def _wind_north(self, message: Message) -> dict[str, Any]:
        """Where the air moves to, north and east."""
        north_ms, east_ms = message.wind_x, message.wind_y
        from_deg = math.degrees(math.atan2(-east_ms, -north_ms))
        return {"wind": _wind_of(from_deg, math.hypot(north_ms, east_ms))}

    def _storage(self, message: Message) -> dict[str, Any]:
        free = message.available_capacity
        if message.status == _READY and math.isfinite(free) and 0.0 <= free <= 1e9:
            self._storages[message.storage_id] = int(free * _MIB)
        else:
            self._storages.pop(message.storage_id, None)
        return {"storage_free_bytes": min(self._storages.values(), default=None)}

    def _current(self, message: Message) -> dict[str, Any]:
        self._item = message.seq
        self._mission_state = message.mission_state
        return {}

    def _mission_point(self) -> int | None:
        if self.phase not in {FlightPhase.MISSION, FlightPhase.PAUSED} or self._item is None:
            return None
        if not self._point_items or (self._end_item is not None and self._item >= self._end_item):
            return None
        return max(0, sum(item <= self._item for item in self._point_items) - 1)

    def _home_position(self, message: Message) -> dict[str, Any]:
        place = _place_of(message.latitude, message.longitude)
        lon_deg, lat_deg = place["lon_deg"], place["lat_deg"]
        if lon_deg is None or lat_deg is None or abs(message.altitude) > _HIGHEST_M * 1e3:
            self._home = None
        else:
            height = Height(message.altitude / 1e3, HeightSystem.EGM96)
            self._home = MissionPlace(lon_deg, lat_deg, height)
        return {}

    def _terrain(self, message: Message) -> dict[str, Any]:
        self._pending = message.pending
        return {}

    def _text(self, message: Message) -> dict[str, Any]:
        self._health.text(
            message.severity, str(message.text), self._clock.monotonic_s(), flies=self._flies
        )
        return {}


def _place_of(lat_e7: int, lon_e7: int) -> dict[str, float | None]:
    """Degrees; None for what is no place, as 0 beside 0 is before a fix."""
    is_told = abs(lat_e7) <= 900_000_000 and abs(lon_e7) <= 1_800_000_000
    if not is_told or lat_e7 == lon_e7 == 0:
        return {"lon_deg": None, "lat_deg": None}
    return {"lon_deg": lon_e7 / 1e7, "lat_deg": lat_e7 / 1e7}


def _wind_of(from_deg: float, speed_ms: float) -> AirWind | None:
    if not (math.isfinite(from_deg) and 0.0 <= speed_ms <= 150.0):
        return None
    return AirWind(turned_deg(from_deg), speed_ms)
