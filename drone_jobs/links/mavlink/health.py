"""Warnings of a MAVLink aircraft: sensors that fail, a battery that complains, what it says.

A sensor counts when it is present, enabled and not healthy (SYS_STATUS; MAV_SYS_STATUS_SENSOR of
the common message set). Texts have no end of their own: one counts for a minute after it was said
last, and an autopilot repeats its pre-arm failures every half minute.
"""

from collections.abc import Iterator
from typing import Final

from models.flight import AircraftWarning

__all__ = ["CAUTION", "NOTE", "TEXT_LASTS_S", "WARNING", "Health"]

NOTE, CAUTION, WARNING = 0, 1, 2
TEXT_LASTS_S: Final = 60.0
MOST_TEXTS: Final = 20  # one that talks without end is not kept

_SENSORS: Final = (
    "gyroscope",
    "accelerometer",
    "compass",
    "barometer",
    "airspeed",
    "gps",
    "optical_flow",
    "vision",
    "laser",
    "ground_truth",
    "rate_control",
    "attitude_control",
    "yaw_control",
    "altitude_control",
    "position_control",
    "motors",
    "rc_receiver",
    "gyroscope_2",
    "accelerometer_2",
    "compass_2",
    "geofence",
    "ahrs",
    "terrain",
    "reverse_motor",
    "logging",
    "battery",
    "proximity",
    "satellite_link",
    "prearm_check",
    "obstacle_avoidance",
    "propulsion",
)
"""By bit, from bit 0."""

_CAUTIONS: Final = frozenset({"optical_flow", "ground_truth", "rc_receiver", "logging"}) | {
    "satellite_link"
}
"""Without these it still flies a mission; without any other it must not start."""

_BATTERY: Final = {
    2: ("battery_low", CAUTION),
    3: ("battery_critical", WARNING),
    4: ("battery_emergency", WARNING),
    5: ("battery_failed", WARNING),
    6: ("battery_unhealthy", WARNING),
}
"""MAV_BATTERY_CHARGE_STATE."""

_LEVELS: Final = {0: WARNING, 1: WARNING, 2: WARNING, 3: CAUTION, 4: CAUTION}
"""Of STATUSTEXT by MAV_SEVERITY; what is below a warning is talk."""


class Health:
    """What an aircraft complains of."""

    def __init__(self) -> None:
        self._sensors: dict[str, bool] = {}  # whether each began in the air
        self._batteries: dict[int, tuple[str, int, bool]] = {}
        self._texts: dict[str, tuple[float, int, bool]] = {}

    def sensors(self, present: int, enabled: int, healthy: int, *, flies: bool) -> None:
        """SYS_STATUS was heard: bits of 32."""
        failed = present & enabled & ~healthy
        self._sensors = {
            name: self._sensors.get(name, flies)
            for bit, name in enumerate(_SENSORS)
            if failed >> bit & 1
        }

    def battery(self, number: int, charge_state: int, *, flies: bool) -> None:
        """BATTERY_STATUS was heard."""
        told = _BATTERY.get(charge_state)
        if told is None:
            self._batteries.pop(number, None)
            return
        before = self._batteries.get(number)
        is_same = before is not None and before[0] == told[0]
        self._batteries[number] = (*told, before[2] if is_same and before is not None else flies)

    def text(self, severity: int, words: str, now_s: float, *, flies: bool) -> None:
        """STATUSTEXT was heard."""
        level = _LEVELS.get(severity)
        said = "".join(letter for letter in words if letter.isprintable()).strip()
        if level is None or not said:
            return
        self._texts.pop(said, None)
        self._texts[said] = (now_s, level, flies)
        while len(self._texts) > MOST_TEXTS:
            del self._texts[next(iter(self._texts))]

    def warnings(self, now_s: float) -> tuple[AircraftWarning, ...]:
        """Those in force, the gravest first."""
        return tuple(sorted(self._all(now_s), key=lambda each: (-each.level, each.code)))

    def _all(self, now_s: float) -> Iterator[AircraftWarning]:
        for name, in_the_air in self._sensors.items():
            level = CAUTION if name in _CAUTIONS else WARNING
            words = name.replace("_", " ")
            yield AircraftWarning(name, level, f"It reports a failure: {words}.", in_the_air)
        for number, (code, level, in_the_air) in self._batteries.items():
            words = code.replace("_", " ")
            yield AircraftWarning(code, level, f"Battery {number}: {words}.", in_the_air)
        for said, (at_s, level, in_the_air) in self._texts.items():
            if now_s - at_s <= TEXT_LASTS_S:
                yield AircraftWarning("statustext", level, said, in_the_air)
