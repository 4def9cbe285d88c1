"""The camera of the simulated aircraft: pictures by distance, by time or one by one."""

from dataclasses import dataclass
from typing import Final

from drone_jobs.links.simulated.body import Body, metres_per_degree

__all__ = ["CameraOrders", "Picture"]

FRAME_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One that was taken.

    Attributes:
        number: from 0.
        at_s: simulated time since the start.
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        above_sea_m: EGM96.
        pitch_deg: of the gimbal, -90 straight down.
        yaw_deg: of the gimbal, true north, [0, 360).
    """

    number: int
    at_s: float
    lon_deg: float
    lat_deg: float
    above_sea_m: float
    pitch_deg: float
    yaw_deg: float


class CameraOrders:
    """What the camera was told, and what it took.

    Attributes:
        every_m: between pictures over ground; 0 none.
        every_s: between pictures; 0 none.
        pitch_deg: of the gimbal.
        is_recording: whether a video runs.
        taken: pictures so far.
    """

    def __init__(self) -> None:
        self.every_m = self.every_s = 0.0
        self.pitch_deg = 0.0
        self.is_recording = False
        self.taken = 0
        self._flown_m = self._passed_s = self._recorded_s = 0.0

    def order(self, *, every_m: float = 0.0, every_s: float = 0.0) -> None:
        """From here on; nothing given ends it."""
        self.every_m, self.every_s = max(every_m, 0.0), max(every_s, 0.0)
        self._flown_m = self._passed_s = 0.0

    def take(
        self, body: Body, at_s: float, share: float = 0.0, back: "_Back | None" = None
    ) -> Picture:
        """A picture; within a step, at a share of it counted from its end."""
        lon_deg, lat_deg, above_sea_m = body.lon_deg, body.lat_deg, body.above_sea_m
        if back is not None:
            lon_deg += (back.lon_deg - lon_deg) * share
            lat_deg += (back.lat_deg - lat_deg) * share
            above_sea_m += (back.above_sea_m - above_sea_m) * share
        self.taken += 1
        return Picture(
            self.taken - 1, at_s, lon_deg, lat_deg, above_sea_m, self.pitch_deg, body.heading_deg
        )

    def step(
        self, body: Body, before: tuple[float, float, float], at_s: float, dt_s: float
    ) -> list[Picture]:
        """Pictures of a step that has been flown.

        Args:
            body: at its end.
            before: longitude, latitude and height at its begin.
            at_s: time of its end.
            dt_s: its length.
        """
        back = _Back(*before)
        found = []
        if self.every_m > 0.0:
            east_m, north_m = metres_per_degree(body.lat_deg)
            moved_m = (
                ((body.lon_deg - back.lon_deg) * east_m) ** 2
                + ((body.lat_deg - back.lat_deg) * north_m) ** 2
            ) ** 0.5
            self._flown_m += moved_m
            while moved_m > 0.0 and self._flown_m >= self.every_m:
                self._flown_m -= self.every_m
                share = min(self._flown_m / moved_m, 1.0)
                found.append(self.take(body, at_s - share * dt_s, share, back))
        if self.every_s > 0.0:
            self._passed_s += dt_s
            while self._passed_s >= self.every_s:
                self._passed_s -= self.every_s
                share = min(self._passed_s / dt_s, 1.0)
                found.append(self.take(body, at_s - share * dt_s, share, back))
        return found

    def recorded(self, body: Body, at_s: float, dt_s: float) -> Picture | None:
        """The moment of a video that is due: one every :data:`FRAME_S` while it runs."""
        if not self.is_recording:
            self._recorded_s = 0.0
            return None
        self._recorded_s += dt_s
        if self._recorded_s < FRAME_S:
            return None
        self._recorded_s -= FRAME_S
        place = body.lon_deg, body.lat_deg, body.above_sea_m
        return Picture(self.taken, at_s, *place, self.pitch_deg, body.heading_deg)


@dataclass(frozen=True, slots=True)
class _Back:
    lon_deg: float
    lat_deg: float
    above_sea_m: float
