"""A look at the time of a picture from what the aircraft told of itself around it.

For footage that tells nothing itself: the history of a link (DJI's Cloud API, MAVLink) is joined by
time. Both clocks must be right: a second is ten metres, and in a turn tens of degrees; whoever
knows by how much the camera's clock is off says so.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from drone_jobs.imagery.gaps import with_gaps
from drone_jobs.imagery.look_track import LookTrack
from models.flight import AircraftState, AttitudeSource, Look, LookGap

__all__ = ["TelemetryTimes", "VideoOverTelemetry", "look_of_state"]

LONGEST_S: Final = 4.5  # docks tell twice in four seconds, or once when one is lost
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HIGHEST_M: Final = 20_000.0
_CLOCK_MOST_S: Final = 7 * 86_400.0


def look_of_state(state: AircraftState, horizontal_fov_deg: float | None = None) -> Look:
    """What a state says of the camera.

    Args:
        state: of the aircraft; a place of 0, 0 is one without a fix.
        horizontal_fov_deg: of the pictures, (0, 180); None when nobody knows.
    """
    lon_deg, lat_deg = state.lon_deg, state.lat_deg
    if lon_deg is None or lat_deg is None or not _is_place(lon_deg, lat_deg):
        lon_deg = lat_deg = None
    yaw_deg, pitch_deg = _angle(state.gimbal_yaw_deg), _angle(state.gimbal_pitch_deg)
    is_told = yaw_deg is not None and pitch_deg is not None
    return with_gaps(
        Look(
            at=state.at,
            lon_deg=lon_deg,
            lat_deg=lat_deg,
            height=state.height,
            above_take_off_m=_height_m(state.above_take_off_m),
            yaw_deg=yaw_deg if is_told else None,
            pitch_deg=pitch_deg if is_told else None,
            roll_deg=_angle(state.gimbal_roll_deg) if is_told else None,
            horizontal_fov_deg=horizontal_fov_deg,
            attitude=AttitudeSource.CLOUD if is_told else AttitudeSource.NONE,
        )
    )


class TelemetryTimes:
    """The history of one flight, asked by time.

    Args:
        states: in any order; those without a zone in their time are left out.
        horizontal_fov_deg: of the pictures, (0, 180); None when nobody knows.
        camera_ahead_s: by how much the camera's clock is ahead of ours, at most a week.
    """

    def __init__(
        self,
        states: Iterable[AircraftState],
        *,
        horizontal_fov_deg: float | None = None,
        camera_ahead_s: float = 0.0,
    ) -> None:
        self._ahead_s = camera_ahead_s if abs(camera_ahead_s) <= _CLOCK_MOST_S else math.nan
        self._track = LookTrack(
            (
                (_seconds(state.at), look_of_state(state, horizontal_fov_deg))
                for state in states
                if state.at.tzinfo is not None
            ),
            longest_s=LONGEST_S,
        )

    def look_at(self, at: datetime | None) -> Look:
        """The look at a capture time.

        Args:
            at: by the camera's clock; None, or one without a zone, cannot be joined.

        Returns:
            With that time by our clock; with the gap ``TIME`` where the history has nothing near.
        """
        if at is None or at.tzinfo is None or math.isnan(self._ahead_s):
            return with_gaps(Look(at=None, gaps=(LookGap.TIME,)))
        try:
            ours = at.astimezone(UTC) - timedelta(seconds=self._ahead_s)
        except OverflowError:  # a clock at the end of all calendars
            return self.look_at(None)
        return replace(self._track.look_at(_seconds(ours)), at=ours)


@dataclass(frozen=True, slots=True)
class VideoOverTelemetry:
    """The looks of a video that tells nothing, by the time at which it began.

    Attributes:
        telemetry: of the flight.
        begins_at: capture of the first frame by the camera's clock; None when nobody knows.
    """

    telemetry: TelemetryTimes
    begins_at: datetime | None

    def look_at(self, time_s: float) -> Look:
        """The look at seconds from the first frame."""
        try:
            offset = timedelta(seconds=time_s)
            at = None if self.begins_at is None else self.begins_at + offset
        except (OverflowError, ValueError):  # no time at all, or none of a calendar
            at = None
        return self.telemetry.look_at(at)


def _seconds(at: datetime) -> float:
    return (at - _EPOCH).total_seconds()


def _angle(angle_deg: float | None) -> float | None:
    """None also for what is no angle: a vehicle may tell anything."""
    return angle_deg if angle_deg is not None and abs(angle_deg) <= 360.0 else None


def _height_m(height_m: float | None) -> float | None:
    return height_m if height_m is not None and abs(height_m) <= _HIGHEST_M else None


def _is_place(lon_deg: float, lat_deg: float) -> bool:
    is_on_earth = abs(lon_deg) <= 180.0 and abs(lat_deg) <= 90.0
    return is_on_earth and not (lon_deg == 0.0 and lat_deg == 0.0)
