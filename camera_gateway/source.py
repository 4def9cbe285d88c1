"""The seam between a camera and the house: whatever delivers pictures is a ``FrameSource``.

A source knows how to get pictures and when they were made. It knows nothing of cameras, presets,
sequence numbers or health: those are the gateway's.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from models.frame import FrameMode, Provenance, TimeSource
from models.units import ImageBGR

__all__ = ["FrameSource", "MayBlock", "RawFrame"]


@dataclass(frozen=True, slots=True)
class RawFrame:
    """One picture as its source hands it over.

    Attributes:
        jpeg: a whole JPEG file; the camera's own bytes where it makes JPEG.
        captured_at: UTC.
        time_source: how ``captured_at`` is known.
        mode: visible, infrared or thermal.
        provenance: live, recorded or drill.
        captured_doubt_s: how far ``captured_at`` may be off, one standard deviation; None when
            nobody can tell.
        small: the picture at an eighth of its size, upright, where its source has decoded it anyway
            to prove it whole; (height, width, 3) uint8.
    """

    jpeg: bytes
    captured_at: datetime
    time_source: TimeSource
    mode: FrameMode
    provenance: Provenance
    captured_doubt_s: float | None = None
    small: ImageBGR | None = field(default=None, repr=False, compare=False)


class FrameSource(Protocol):
    """Delivers pictures one by one, at the pace at which they are made."""

    async def read(self) -> RawFrame:
        """Wait for the next picture and return it.

        Cancelling it loses at most the picture that was being waited for.

        Raises:
            SourceEnded: a recording is over; every further call raises it again.
            SourceUnavailable: nothing can be read now; close this source and open another.
            SourceRefused: the camera does not take our credentials or address; seldom try again.
            FrameCorrupt: one picture is damaged; the next call goes on behind it.
        """

    async def close(self) -> None:
        """Release everything; may be called twice, and while a cancelled ``read`` winds down."""


@runtime_checkable
class MayBlock(Protocol):
    """A source whose closing does not wait for a thread that is stuck in a library."""

    @property
    def is_blocked(self) -> bool:
        """Whether it is closed and such a thread has not come back."""
