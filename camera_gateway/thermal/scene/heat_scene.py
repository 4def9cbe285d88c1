"""A node's view over days, frame by frame, with the truth beside it.

A frame is a pure function of the seed and the moment: any of them may be asked for, in any order,
and comes out the same to the last bit on one machine.
"""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import numpy as np

from camera_gateway.thermal.scene.drawing import (
    draw_blob,
    draw_burning,
    draw_sun,
    extinction_per_m,
    seen_shares,
)
from camera_gateway.thermal.scene.eye import Eye, Plane
from camera_gateway.thermal.scene.ground import Surface, shade_c
from camera_gateway.thermal.scene.movers import Blob, visits_of
from camera_gateway.thermal.scene.radiance import band_radiance
from camera_gateway.thermal.scene.sensor import Sensor, image_of
from camera_gateway.thermal.scene.smoulder import Burning, Smoulder
from camera_gateway.thermal.scene.stand import Stand
from camera_gateway.thermal.scene.truth import HeatStart, HeatTruth, Passing
from camera_gateway.thermal.scene.weather import Moment, StandWeather, sky_c
from models.site import HeightDatum, Position
from models.thermal import ThermalImage

__all__ = ["BEGINS_AT", "PLACE", "HeatScene"]

PLACE: Final = Position(106.65, 29.0, 400.0, HeightDatum.SEA_LEVEL)
BEGINS_AT: Final = datetime(2026, 4, 10, tzinfo=timezone(timedelta(hours=8)))
IN_VIEW_M2: Final = 0.1
LENS_DRIES_MIN: Final = 45
NEAREST_M, FARTHEST_M = 8.0, 30.0
TRIES: Final = 600
OPEN_SHARE, HIDDEN_SHARE = (0.7, 1.0), (0.2, 0.5)
COOLS_MIN: Final = 240.0


class HeatScene:
    """Days of one node.

    Args:
        seed: of everything in it.
        begins_at: local midnight, with the zone.
        days: at least 1.
        eye: lens and sensor; None draws one by the seed (160 x 120, a mast of 2 to 6 m).
        has_start: one smouldering start, on a dry day from the third on.
        is_hidden: trunks and undergrowth hide more than half of it.
        is_levels: 8-bit levels of the camera's own gain instead of degrees.

    Attributes:
        place: of the node.
        start: the one start, or None.
    """

    def __init__(
        self,
        seed: int,
        *,
        begins_at: datetime = BEGINS_AT,
        days: int = 10,
        eye: Eye | None = None,
        has_start: bool = True,
        is_hidden: bool = False,
        is_levels: bool = False,
    ) -> None:
        self.place = PLACE
        self._seed, self._is_levels = seed, is_levels
        self._rng = np.random.default_rng((seed, 0))
        self.eye = eye or _eye(self._rng)
        self.weather = StandWeather(seed, PLACE, begins_at, days)
        self._shade_c = shade_c(self.weather)
        self._stand = Stand(seed, self.eye, self.weather)
        self._sensor = Sensor(seed, self.eye.width_px, self.eye.height_px)
        self._visits = visits_of(seed, self.eye, days, self._stand.path_m, self._stand.hut_m)
        self._spin_min = round(self.weather.index(begins_at))
        self._smoulder: Smoulder | None = None
        self.start: HeatStart | None = None
        if has_start:
            self._kindle(HIDDEN_SHARE if is_hidden else OPEN_SHARE)

    def frame(self, at: datetime) -> ThermalImage:
        """What the node takes at a moment.

        Raises:
            ValueError: outside the days.
        """
        index = self.weather.index(at)
        moment = self.weather.of_index(index)
        minute = index - self._spin_min
        rng = np.random.default_rng((self._seed, 6, int(at.timestamp())))
        radiance = self._surfaces(index, moment)
        draw_sun(radiance, self._stand, moment)
        self._burn(radiance, at, moment, rng)
        for visit in self._visits:
            for blob in visit.blobs(minute, moment.air_c):
                draw_blob(radiance, self._stand, blob, moment)
        degrees = self._sensor.expose(radiance, minute, moment, self._lens_wet(index), rng)
        return image_of(degrees, is_levels=self._is_levels)

    def weather_at(self, at: datetime) -> Moment:
        """Weather of a moment.

        Raises:
            ValueError: outside the days.
        """
        return self.weather.at(at)

    def danger_class(self, at: datetime) -> int:
        """Of its day, 1 to 5."""
        return self.weather.danger_class(at)

    def truth(self, at: datetime) -> HeatTruth:
        """What burns at a moment."""
        burning = self._burning(at, self.weather.at(at).air_c)
        if burning is None or len(burning.celsius) == 0:
            return HeatTruth(0.0, 0.0, None, None)
        hot = burning.hot
        shares = seen_shares(self._stand, burning)
        column, row, _ = self.eye.project(
            burning.right_m, burning.ahead_m, self.eye.ground_m(burning.ahead_m)
        )
        return HeatTruth(
            area_m2=float(np.count_nonzero(hot)) * burning.cell_m2,
            in_view_m2=float(shares[hot].sum()) * burning.cell_m2,
            hottest_c=float(burning.celsius.max()),
            place_px=(float(column.mean()), float(row.mean())),
            box_px=(
                float(column.min()),
                float(row.min()),
                float(column.max()),
                float(row.max()),
            ),
        )

    def passing(self, at: datetime) -> tuple[Passing, ...]:
        """Who is about at a moment; trunks may hide them, and they may be outside the frame.

        Raises:
            ValueError: outside the days.
        """
        minute = self.weather.index(at) - self._spin_min
        air_c = self.weather.at(at).air_c
        found = []
        for visit in self._visits:
            blobs = tuple(visit.blobs(minute, air_c))
            if len(blobs) > 0:
                hottest = max(blobs, key=lambda blob: blob.celsius)
                ahead = np.array([hottest.ahead_m])
                up = self.eye.ground_m(ahead) + hottest.up_m
                column, row, _ = self.eye.project(np.array([hottest.right_m]), ahead, up)
                found.append(Passing(visit.kind, (float(column[0]), float(row[0]))))
        return tuple(found)

    def stove_box_px(self) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of the hut's stove pipe; None where no hut is in view."""
        pipe = next((one for one in self._visits if one.kind == "stove"), None)
        if pipe is None:
            return None
        (blob,) = pipe.blobs(pipe.begins_min, 20.0)
        ahead = np.full(2, blob.ahead_m)
        up = self.eye.ground_m(ahead) + blob.up_m + np.array([0.5, -0.5]) * blob.height_m
        right = blob.right_m + np.array([-0.5, 0.5]) * blob.width_m
        column, row, _ = self.eye.project(right, ahead, up)
        return float(column[0]), float(row[0]), float(column[1]), float(row[1])

    def in_view_at(self) -> datetime | None:
        """UTC minute from which on 0.1 m2 above 150 degrees is in view; None where it never is."""
        if self.start is None:
            return None
        at = self.start.begins_at
        while at < self.start.ends_at:
            if self.truth(at).in_view_m2 >= IN_VIEW_M2:
                return at
            at += timedelta(minutes=1)
        return None

    def _surfaces(self, index: float, moment: Moment) -> Plane:
        """Radiance that the stand itself sends to the lens."""
        stand = self._stand
        shade_c = self._shade_c[:, round(index)]
        excess = stand.excess_k(index, moment)
        degrees = np.take(shade_c, stand.surface) + excess
        degrees += stand.grain * (np.float32(0.2) + np.float32(0.05) * excess)
        hidden = stand.cover * (degrees - np.float32(shade_c[Surface.FOLIAGE]))
        own = band_radiance(degrees - hidden)
        around_c = 0.5 * (moment.air_c + sky_c(moment.air_c, moment.cloud))
        around, air = (float(one) for one in band_radiance(np.array([around_c, moment.air_c])))
        sent = around + stand.emissivity * (own - np.float32(around))
        kept = np.exp(np.float32(-extinction_per_m(moment)) * stand.range_m)
        arrived: Plane = air + kept * (sent - np.float32(air))
        return arrived.astype(np.float32, copy=False)

    def _burn(
        self, radiance: Plane, at: datetime, moment: Moment, rng: np.random.Generator
    ) -> None:
        burning = self._burning(at, moment.air_c)
        if burning is None or self.start is None or self._smoulder is None:
            return
        draw_burning(radiance, self._stand, burning, moment)
        minute = (at - self.start.begins_at).total_seconds() / 60.0
        wide_m, high_m = self._smoulder.flames(minute, rng)
        if wide_m > 0.0:
            here = self.start
            flame = Blob(here.right_m, here.ahead_m, high_m / 2.0, wide_m, high_m, 900.0, 0.2)
            draw_blob(radiance, self._stand, flame, moment)

    def _burning(self, at: datetime, air_c: float) -> Burning | None:
        if self.start is None or self._smoulder is None:
            return None
        if not self.start.begins_at <= at <= self.start.ends_at:
            return None
        return self._smoulder.at((at - self.start.begins_at).total_seconds() / 60.0, air_c)

    def _lens_wet(self, index: float) -> float:
        k = round(index)
        fallen = self.weather.rain_mm_h[max(0, k - LENS_DRIES_MIN) : k + 1]
        return float(min(1.0, fallen.mean() / 1.5))

    def _kindle(self, wanted: tuple[float, float]) -> None:
        rng = self._rng
        days = self.weather.days
        begins_at = self.weather.begins_at
        dry = [
            day
            for day in range(min(2, days - 1), days)
            if self.danger_class(begins_at + timedelta(days=day, hours=12)) >= 3
        ]
        day = int(rng.choice(dry)) if dry else days - 1
        spark = begins_at + timedelta(days=day, minutes=int(rng.integers(480, 1080)))
        rate_m_h = float(np.exp(rng.uniform(math.log(0.08), math.log(0.6))))
        crest_c = float(rng.uniform(380.0, 560.0))
        lasts_min = 60.0 * 0.5 / rate_m_h + float(rng.uniform(60.0, 240.0))
        right_m, ahead_m = self._spot(rng, wanted)
        self._smoulder = Smoulder(
            self._seed,
            right_m=right_m,
            ahead_m=ahead_m,
            rate_m_h=rate_m_h,
            crest_c=crest_c,
            lasts_min=lasts_min,
        )
        last = begins_at + timedelta(days=days)
        ends = min(last, spark + timedelta(minutes=lasts_min + COOLS_MIN))
        self.start = HeatStart(
            spark.astimezone(UTC), ends.astimezone(UTC), right_m, ahead_m, rate_m_h
        )

    def _spot(self, rng: np.random.Generator, wanted: tuple[float, float]) -> tuple[float, float]:
        """A place on the ground of which the lens sees such a share; else the nearest to it."""
        half = math.tan(math.radians(self.eye.horizontal_fov_deg / 2.0))
        angles = np.linspace(0.0, math.tau, 24, endpoint=False)
        rings = np.repeat((0.1, 0.25), 24)
        dx, dy = rings * np.tile(np.cos(angles), 2), rings * np.tile(np.sin(angles), 2)
        best, best_miss = (0.0, NEAREST_M), math.inf
        for _ in range(TRIES):
            ahead_m = float(rng.uniform(NEAREST_M, FARTHEST_M))
            right_m = float(rng.uniform(-0.85, 0.85)) * half * ahead_m
            disc = Burning(right_m + dx, ahead_m + dy, np.zeros(len(dx)))
            share = float(seen_shares(self._stand, disc).mean())
            miss = max(0.0, wanted[0] - share, share - wanted[1])
            if miss < best_miss:
                best, best_miss = (right_m, ahead_m), miss
            if best_miss <= 0.0:
                break
        return best


def _eye(rng: np.random.Generator) -> Eye:
    return Eye(
        height_m=float(rng.uniform(2.0, 6.0)),
        tilt_deg=float(rng.uniform(-16.0, -8.0)),
        azimuth_deg=float(rng.uniform(0.0, 360.0)),
        slope=float(rng.uniform(0.0, 0.15)),
    )
