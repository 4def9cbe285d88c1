"""Warnings of DJI's health management, as docks send them.

The maker's texts are a file of its own that is not shipped here; a warning is told by its code,
its device and its level. A level that cannot be understood counts as the highest. Source: DJI Cloud
API, HMS.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from drone_jobs.links.dji.words import parts, text, whole
from models.flight import AircraftWarning

__all__ = ["WARNING", "Warnings"]

WARNING: Final = 2
"""The level at which an aircraft must not start."""
_LEVELS: Final = ("Note", "Caution", "Warning")
_MOST: Final = 50  # the maker sends at most 20
_NOT_TOLD: Final = "unknown device"


@dataclass(slots=True)
class Warnings:
    """Those in force.

    A report replaces what the devices that it names have told before, and one without any warning
    ends all: a dock's report must not end a warning of the aircraft.
    """

    _by_device: dict[str, tuple[AircraftWarning, ...]] = field(default_factory=dict)

    def heard(self, data: Mapping[str, Any]) -> None:
        """Take over one report; one that is no list changes nothing."""
        if not isinstance(data.get("list"), list):
            return
        found: dict[str, list[AircraftWarning]] = {}
        for each in parts(data, "list")[:_MOST]:
            device = text(each, "device_type", 40) or _NOT_TOLD
            found.setdefault(device, []).append(_warning(each, device))
        if not found:
            self._by_device.clear()
        for device, warnings in found.items():
            # A stranger who invents devices must not fill the memory.
            if device in self._by_device or len(self._by_device) < _MOST:
                self._by_device[device] = tuple(warnings)

    @property
    def all(self) -> tuple[AircraftWarning, ...]:
        """The gravest first, then by code."""
        found = {each for warnings in self._by_device.values() for each in warnings}
        return tuple(sorted(found, key=lambda each: (-each.level, each.code, each.message)))


def _warning(told: Mapping[str, Any], device: str) -> AircraftWarning:
    level = whole(told, "level", 0, WARNING)
    level = WARNING if level is None else level
    code = text(told, "code", 64) or "unknown"
    is_in_the_air = whole(told, "in_the_sky", 0, 1) == 1
    where = " in the air" if is_in_the_air else ""
    return AircraftWarning(
        code, level, f"{_LEVELS[level]} {code} of device {device}{where}.", is_in_the_air
    )
