"""The seam between what turns a camera and the house: whatever obeys is a ``Turner``.

A turner does what it is told and says what the camera says of itself. Nobody here believes it: a
camera may report a position that it never reached, or that it stands still while it turns.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["CameraPreset", "Position3", "Turner", "TurnerStatus"]


@dataclass(frozen=True, slots=True)
class Position3:
    """Where a camera says that it looks, in its own units.

    Attributes:
        pan: -1 to 1 in the generic space of ONVIF, degrees in others; None when it does not say.
        tilt: likewise.
        zoom: 0 to 1 in the generic space; None when it does not say.
    """

    pan: float | None = None
    tilt: float | None = None
    zoom: float | None = None


@dataclass(frozen=True, slots=True)
class CameraPreset:
    """A view that the camera itself remembers.

    Attributes:
        token: its key.
        name: for people; empty when it has none.
        position: where it says that this is; None when it does not say.
    """

    token: str
    name: str
    position: Position3 | None = None


@dataclass(frozen=True, slots=True)
class TurnerStatus:
    """What a camera says of its motion.

    Attributes:
        position: None when it does not say.
        moving: whether it says that it moves; None when it does not say.
        at: UTC, by the camera's clock; None when it does not say.
    """

    position: Position3 | None = None
    moving: bool | None = None
    at: datetime | None = None


class Turner(Protocol):
    """Turns one camera. Every call ends within a bounded time.

    Raises:
        SourceUnavailable: of every call: nobody answers, or not as the protocol says; of ``goto``
            also that there is no such preset, with code ``preset_unknown``.
        SourceRefused: of every call: the credential is not taken.
    """

    async def presets(self) -> tuple[CameraPreset, ...]:
        """What it remembers."""

    async def goto(self, token: str) -> None:
        """Turn to a preset; returns as soon as the camera has taken the command."""

    async def status(self) -> TurnerStatus:
        """What it says of itself now."""

    async def move(self, pan: float, tilt: float, zoom: float, *, for_s: float) -> None:
        """Turn until told otherwise, and at the most so long.

        Args:
            pan: speed, -1 to 1, positive to the right.
            tilt: speed, positive upwards.
            zoom: speed, positive inwards.
            for_s: seconds after which it stops by itself, whoever is lost meanwhile.
        """

    async def stop(self) -> None:
        """Stand still."""

    async def set_preset(self, name: str, token: str = "") -> str:
        """Remember what it shows now.

        Args:
            name: for people.
            token: of a preset that is overwritten; empty for a new one.

        Returns:
            Its token.
        """

    async def close(self) -> None:
        """Let go of every connection; may be called twice."""
