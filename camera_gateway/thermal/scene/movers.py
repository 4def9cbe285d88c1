"""What passes and what stays: boar, dogs, people, motorbikes, and the stove of a hut.

Coats and clothes read between the air and the skin (a third of the way for a boar's bristles and
for clothes, most of it for faces); an exhaust reads 180 to 320 degrees while it runs and cools
within minutes, the engine within half an hour. A stove burns at meals; lit, its pipe is as hot
as it gets after a quarter of an hour, and until then it does what a fire does: it grows.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from camera_gateway.thermal.scene.eye import Eye
from camera_gateway.thermal.scene.weather import DAY_MIN

__all__ = ["Blob", "Visit", "visits_of"]

SKIN_C: Final = 34.0
STOVE_HOURS: Final = ((6.4, 1.4), (11.2, 1.5), (17.6, 1.8))
ENGINE_COOLS_MIN, EXHAUST_COOLS_MIN = 20.0, 5.0
STOVE_WARMS_MIN: Final = 6.0


@dataclass(frozen=True, slots=True)
class Blob:
    """A warm ellipse that faces the lens.

    Attributes:
        right_m: of its middle.
        ahead_m: of it.
        up_m: above the ground there.
        width_m: across.
        height_m: of it.
        celsius: of its surface.
        opaque: share of it that radiates, 0 to 1; flames are thin.
    """

    right_m: float
    ahead_m: float
    up_m: float
    width_m: float
    height_m: float
    celsius: float
    opaque: float = 1.0


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who comes and goes.

    Attributes:
        kind: ``boar``, ``dog``, ``person``, ``motorbike`` or ``stove``.
        begins_min: since the first midnight.
        lasts_min: of it.
        from_m: right and ahead where it begins.
        to_m: where it ends.
        rests: share of the time that it stands still, in the middle, 0 to 1.
        heat: how hot its hottest part is, 0 to 1 of its kind's range.
    """

    kind: str
    begins_min: float
    lasts_min: float
    from_m: tuple[float, float]
    to_m: tuple[float, float]
    rests: float
    heat: float

    def place(self, minute: float) -> tuple[float, float]:
        """Right and ahead, metres."""
        share = (minute - self.begins_min) / self.lasts_min
        moving = (1.0 - self.rests) / 2.0
        if moving <= 0.0 or moving <= share <= 1.0 - moving:
            walked = 0.5
        elif share < moving:
            walked = 0.5 * share / moving
        else:
            walked = 1.0 - 0.5 * (1.0 - share) / moving
        return (
            self.from_m[0] + (self.to_m[0] - self.from_m[0]) * walked,
            self.from_m[1] + (self.to_m[1] - self.from_m[1]) * walked,
        )

    def blobs(self, minute: float, air_c: float) -> Iterator[Blob]:
        """Its warm parts at a moment; none before it comes and after it went."""
        if not self.begins_min <= minute < self.begins_min + self.lasts_min:
            return
        x, y = self.place(minute)

        def between(share: float) -> float:
            return air_c + share * (SKIN_C - air_c)

        if self.kind == "boar":
            yield Blob(x, y, 0.5, 1.2, 0.6, between(0.35))
            yield Blob(x + 0.6, y, 0.5, 0.35, 0.3, between(0.65))
        elif self.kind == "dog":
            yield Blob(x, y, 0.35, 0.7, 0.3, between(0.45))
            yield Blob(x + 0.35, y, 0.5, 0.18, 0.18, between(0.85))
        elif self.kind == "person":
            yield Blob(x, y, 0.85, 0.45, 1.3, between(0.35))
            yield Blob(x, y, 1.6, 0.17, 0.24, between(0.9))
        elif self.kind == "motorbike":
            yield from self._motorbike(minute, x, y, air_c)
        else:
            wave = 0.5 + 0.5 * math.sin(minute * 0.7 + self.heat * 9.0)
            lit = 1.0 - math.exp(-(minute - self.begins_min) / STOVE_WARMS_MIN)
            hot_c = air_c + (70.0 + 110.0 * self.heat + 25.0 * wave - air_c) * lit
            yield Blob(x, y, 3.4, 0.16, 1.1, hot_c)

    def _motorbike(self, minute: float, x: float, y: float, air_c: float) -> Iterator[Blob]:
        moving = (1.0 - self.rests) / 2.0
        since = minute - self.begins_min - moving * self.lasts_min
        stands = self.rests > 0.0 and 0.0 < since < self.rests * self.lasts_min
        cooled = max(0.0, since) if stands else 0.0
        exhaust = (180.0 + 140.0 * self.heat - air_c) * math.exp(-cooled / EXHAUST_COOLS_MIN)
        engine = (95.0 + 15.0 * self.heat - air_c) * math.exp(-cooled / ENGINE_COOLS_MIN)
        yield Blob(x, y, 0.45, 0.4, 0.35, air_c + engine)
        yield Blob(x - 0.35, y, 0.35, 0.5, 0.09, air_c + exhaust)
        if not stands:
            yield Blob(x, y, 1.2, 0.5, 0.9, air_c + 0.35 * (SKIN_C - air_c))
            yield Blob(x, y, 1.75, 0.2, 0.25, air_c + 0.6 * (SKIN_C - air_c))


def visits_of(
    seed: int, eye: Eye, days: int, path_m: float, hut_m: tuple[float, float, float] | None
) -> tuple[Visit, ...]:
    """Everybody who comes, in order.

    Args:
        seed: of the draws.
        eye: they cross its view.
        days: of the scene.
        path_m: where the path crosses, ahead.
        hut_m: right, ahead and width of the hut; None without one.
    """
    rng = np.random.default_rng((seed, 4))
    found: list[Visit] = []
    for day in range(days):
        found += _night(rng, eye, day)
        found += _by_day(rng, eye, day, path_m)
        if hut_m is not None:
            found += _meals(rng, day, hut_m)
    return tuple(sorted(found, key=lambda visit: visit.begins_min))


def _night(rng: np.random.Generator, eye: Eye, day: int) -> Iterator[Visit]:
    if rng.random() < 0.45:
        begins = day * DAY_MIN + float(rng.choice([rng.uniform(0, 330), rng.uniform(1170, 1400)]))
        ahead_m = float(rng.uniform(7.0, 30.0))
        rests = float(rng.choice([0.0, 0.6, 0.8]))
        lasts = _crossing_min(eye, ahead_m, 0.8) + (float(rng.uniform(8, 30)) if rests > 0 else 0.0)
        for _ in range(int(rng.integers(1, 5))):
            yield _crossing(
                rng,
                eye,
                "boar",
                begins + rng.uniform(0, 1),
                lasts_min=lasts,
                ahead_m=ahead_m,
                rests=rests,
            )


def _by_day(rng: np.random.Generator, eye: Eye, day: int, path_m: float) -> Iterator[Visit]:
    for kind, usual, metres_s in (("person", 1.5, 1.1), ("dog", 0.6, 1.6), ("motorbike", 1.2, 5.0)):
        for _ in range(int(rng.poisson(usual))):
            begins = day * DAY_MIN + float(rng.uniform(390, 1170))
            stops = rng.random() < (0.15 if kind == "dog" else 0.3)
            moving = _crossing_min(eye, path_m, metres_s)
            rest = float(rng.uniform(5, 40)) if stops else 0.0
            share = rest / (moving + rest)
            yield _crossing(
                rng, eye, kind, begins, lasts_min=moving + rest, ahead_m=path_m, rests=share
            )


def _meals(
    rng: np.random.Generator, day: int, hut_m: tuple[float, float, float]
) -> Iterator[Visit]:
    chimney = (hut_m[0] + hut_m[2] * 0.3, hut_m[1])
    for begins_h, lasts_h in STOVE_HOURS:
        if rng.random() < 0.85:
            begins = day * DAY_MIN + 60.0 * (begins_h + float(rng.normal(0.0, 0.25)))
            lasts = 60.0 * lasts_h * float(rng.uniform(0.7, 1.2))
            yield Visit("stove", begins, lasts, chimney, chimney, 1.0, float(rng.uniform(0, 1)))


def _crossing_min(eye: Eye, ahead_m: float, metres_s: float) -> float:
    half_m = ahead_m * math.tan(math.radians(eye.horizontal_fov_deg / 2.0)) + 1.0
    return 2.0 * half_m / metres_s / 60.0


def _crossing(
    rng: np.random.Generator,
    eye: Eye,
    kind: str,
    begins_min: float,
    *,
    lasts_min: float,
    ahead_m: float,
    rests: float,
) -> Visit:
    half_m = ahead_m * math.tan(math.radians(eye.horizontal_fov_deg / 2.0)) + 1.0
    side = float(rng.choice([-1.0, 1.0]))
    far_m = ahead_m + float(rng.normal(0.0, 0.6))
    heat = float(rng.uniform(0, 1))
    # Who stops does not always stop in the middle of the view.
    lean = side * half_m * float(rng.uniform(-0.6, 0.6)) if rests > 0.0 else 0.0
    ends = (side * half_m + lean, far_m), (-side * half_m + lean, far_m)
    return Visit(kind, begins_min, lasts_min, ends[0], ends[1], rests, heat)
