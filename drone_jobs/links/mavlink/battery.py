"""Batteries of a MAVLink aircraft: the emptiest of those that keep it in the air counts."""

from typing import Final

from drone_jobs.links.mavlink.words import Message

__all__ = ["Batteries"]

_FLIES: Final = frozenset({0, 1, 2})  # MAV_BATTERY_FUNCTION: unknown, all, propulsion
_FULL_PERCENT: Final = 100


class Batteries:
    """What SYS_STATUS and BATTERY_STATUS tell; the latter knows better."""

    def __init__(self) -> None:
        self._of_system: float | None = None
        self._shares: dict[int, float] = {}
        self._remaining_s: dict[int, float] = {}

    @property
    def share(self) -> float | None:
        """Of a full one, 0 to 1; None when not told."""
        return min(self._shares.values(), default=self._of_system)

    @property
    def remaining_s(self) -> float | None:
        """That it lasts; None when not told."""
        return min(self._remaining_s.values(), default=None)

    def of_system(self, percent: int) -> None:
        """SYS_STATUS.battery_remaining; what is no share is not told."""
        self._of_system = _share(percent)

    def told(self, message: Message) -> bool:
        """Take a BATTERY_STATUS; whether the battery keeps it in the air."""
        if message.battery_function not in _FLIES:
            return False
        _keep(self._shares, message.id, _share(message.battery_remaining))
        remaining_s = message.time_remaining
        _keep(self._remaining_s, message.id, float(remaining_s) if remaining_s > 0 else None)
        return True


def _share(percent: int) -> float | None:
    return percent / _FULL_PERCENT if 0 <= percent <= _FULL_PERCENT else None


def _keep(of: dict[int, float], number: int, value: float | None) -> None:
    if value is None:
        of.pop(number, None)
    else:
        of[number] = value
