"""Regions of one view that are treated differently: hidden for privacy, or known to be a nuisance.

A mask belongs to a camera *and* a preset, and where it says so to a range of zoom: the same region
of another preset shows another place. Nothing here hides anything by itself. Whoever hands pictures
out uses :attr:`MaskKind.PRIVACY`, whoever decides uses :attr:`MaskKind.NUISANCE`, and the closer
look spends no tiles on either.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from shapely.geometry import Point, Polygon
from shapely.validation import explain_validity

from models.errors import InputRefused

__all__ = ["KeptMask", "MaskKind", "MaskPoint", "ViewMask", "masks_in_force"]

LEAST_POINTS = 3
MOST_POINTS = 1000
"""A hand draws fewer; a file from elsewhere must not cost every frame."""
WIDEST_FOV_DEG = 180.0
LONGEST_NOTE = 2000

MaskPoint: TypeAlias = tuple[float, float]
"""Shares of the picture's width and height from its top left corner, 0 to 1."""


class MaskKind(StrEnum):
    """Why a region is masked."""

    PRIVACY = "privacy"  # homes, roads: never leaves the gateway
    NUISANCE = "nuisance"  # a chimney, a mast that sways: seen, but no reason for an alert


@dataclass(frozen=True, slots=True)
class ViewMask:
    """One masked region of one view.

    Attributes:
        camera_id: of the camera.
        preset: number of the preset, 0 included.
        kind: why.
        polygon: corners in order, not closed, of a polygon that does not cross itself.
        author: account name of who drew it.
        created_at: aware.
        expires_at: aware, later than ``created_at``; the mask ends at this moment. None: never.
        fov_min_deg: least horizontal field of view at which it holds; None: however far zoomed in.
        fov_max_deg: greatest, included; None: however wide.
        note: what its author says of it, at most :data:`LONGEST_NOTE` characters.

    Raises:
        InputRefused: a value is not allowed; the code says which.
    """

    camera_id: str
    preset: int
    kind: MaskKind
    polygon: tuple[MaskPoint, ...]
    author: str
    created_at: datetime
    expires_at: datetime | None = None
    fov_min_deg: float | None = None
    fov_max_deg: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a region that is none, a time without zone, and an empty range."""
        self._check_polygon()
        self._check_times()
        least = 0.0 if self.fov_min_deg is None else self.fov_min_deg
        most = WIDEST_FOV_DEG if self.fov_max_deg is None else self.fov_max_deg
        if not 0.0 <= least <= most <= WIDEST_FOV_DEG:
            raise InputRefused(
                f"{self._name} holds for fields of view from {least:g} to {most:g} degrees.",
                remedy="Give the smaller angle first, both from 0 to 180, or leave them out.",
                code="mask_zoom_range",
            )
        if len(self.note) > LONGEST_NOTE:
            raise InputRefused(
                f"{self._name} has a note of {len(self.note)} characters.",
                remedy=f"Write at most {LONGEST_NOTE}.",
                code="mask_note_long",
            )

    def in_force(self, at: datetime, horizontal_fov_deg: float | None) -> bool:
        """Whether the mask holds for a picture.

        Where the zoom is not known, a mask that depends on it errs on its safe side: privacy holds,
        nuisance does not.

        Args:
            at: aware capture time.
            horizontal_fov_deg: full horizontal field of view of the picture; None when unknown.
        """
        if at < self.created_at or (self.expires_at is not None and at >= self.expires_at):
            return False
        if self.fov_min_deg is None and self.fov_max_deg is None:
            return True
        if horizontal_fov_deg is None:
            return self.kind is MaskKind.PRIVACY
        return (self.fov_min_deg is None or horizontal_fov_deg >= self.fov_min_deg) and (
            self.fov_max_deg is None or horizontal_fov_deg <= self.fov_max_deg
        )

    def region(self, width_px: int, height_px: int) -> Polygon:
        """The masked region in a picture's pixels, edges as in a box: 0 to width, 0 to height."""
        return Polygon([(x * width_px, y * height_px) for x, y in self.polygon])

    def covers(self, x: float, y: float) -> bool:
        """Whether a point, in shares of the picture, lies in the region or on its border."""
        return bool(Polygon(self.polygon).covers(Point(x, y)))

    @property
    def _name(self) -> str:
        return f"The {self.kind} mask of {self.camera_id}, preset {self.preset},"

    def _check_polygon(self) -> None:
        count = len(self.polygon)
        if not LEAST_POINTS <= count <= MOST_POINTS:
            raise InputRefused(
                f"{self._name} has {count} corners.",
                remedy=f"Draw {LEAST_POINTS} to {MOST_POINTS} corners.",
                code="mask_corner_count",
            )
        for x, y in self.polygon:
            # Not "outside": a corner that is not a number is on no side of anything.
            if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
                raise InputRefused(
                    f"{self._name} has a corner at ({x:g}, {y:g}), outside the picture.",
                    remedy="Corners are shares of the picture's width and height, from 0 to 1.",
                    code="mask_outside_picture",
                )
        shape = Polygon(self.polygon)
        if not shape.is_valid or shape.area <= 0.0 or not math.isfinite(shape.area):
            raise InputRefused(
                f"{self._name} is no region: {explain_validity(shape)}.",
                remedy="Draw the corners in order around a region, without crossing a side.",
                code="mask_crosses_itself",
            )

    def _check_times(self) -> None:
        times = [self.created_at] + ([] if self.expires_at is None else [self.expires_at])
        if any(time.utcoffset() is None for time in times):
            raise InputRefused(
                f"{self._name} has a time without a zone.",
                remedy="Give times with their offset from UTC.",
                code="mask_time_without_zone",
            )
        if self.expires_at is not None and self.expires_at <= self.created_at:
            raise InputRefused(
                f"{self._name} expires at {self.expires_at.isoformat()}, before it begins.",
                remedy="Give a later time, or none for a mask that stays.",
                code="mask_expired_at_birth",
            )


@dataclass(frozen=True, slots=True)
class KeptMask:
    """A mask as it is kept; nothing of it is ever deleted.

    Attributes:
        mask_id: rises, and is never used again.
        mask: what was drawn.
        ended_by: account name of who ended it before its time; empty while nobody has.
        ended_at: UTC, when; None while nobody has.
    """

    mask_id: int
    mask: ViewMask
    ended_by: str = ""
    ended_at: datetime | None = None

    def is_over(self, at: datetime) -> bool:
        """Whether somebody has ended it, or its time is up."""
        expires_at = self.mask.expires_at
        return self.ended_at is not None or (expires_at is not None and at >= expires_at)


def masks_in_force(
    masks: Iterable[ViewMask], at: datetime, horizontal_fov_deg: float | None
) -> tuple[ViewMask, ...]:
    """Those that hold for a picture, in their order; see :meth:`ViewMask.in_force`."""
    return tuple(mask for mask in masks if mask.in_force(at, horizontal_fov_deg))
