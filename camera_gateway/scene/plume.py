"""A growing smoke plume at a known place, drawn into a still view.

The smoke is a train of puffs. A puff leaves the fire every few seconds, rises as a bent-over plume
does (height with age to the power 2/3, Briggs 1975, up to a ceiling that grows with the fire),
drifts with the wind, widens with its height and thins as it widens. What a pixel shows is one minus
``exp(-optical depth)``, lit from the side of the sun, behind the haze of its distance.

Two laws of thinning can be asked for. As first drawn, a puff thins by a gentle power of its size,
which looks well and leaves the foot of the smoke ten times too faint against its head. With
``keeps_mass`` what a puff holds stays: its depth falls with the square of its radius, it leaves the
ground no faster than warm air does, and it is followed closely while it is young. Such smoke is
densest where it rises, as smoke is, and none of it is below the ground.

Sizes are invented but plausible for a fire in dry pine under light wind: about 90 m high after half
a minute, 160 m after two minutes, 500 m after ten. Nothing random is left to the moment of drawing:
a time always shows the same smoke.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from camera_gateway.scene.forest import Plane, fractal
from camera_gateway.scene.view import AIR, View, air_share
from camera_gateway.scene.weather import SceneWeather
from models.units import ImageBGR

__all__ = ["Plume"]

PUFF_EVERY_S = 2.5
PUFF_LIFE_S = 560.0
YOUNG_S, YOUNG_PARTS = 20.0, 5  # a puff that keeps its mass comes in so many parts until then
LEAVES_MS = 6.0  # fastest that smoke leaves the ground
MASS_M2 = 220.0  # optical depth times square of the radius, of a grown fire's puff
GROWN_AFTER_S = 300.0
FIRST_CEILING_M, GROWN_CEILING_M = 25.0, 420.0
WIND_MS = 1.9
CALM_MS = 0.5  # in less the smoke stands, and no power law holds
RISE_M = 15.0  # per second to the power 2/3, of a grown fire
SPRITES, SPRITE_PX, SMALLEST_SPRITE_PX = 12, 96, 6
LIT = np.array([236.0, 234.0, 232.0], np.float32)
SHADED = np.array([150.0, 146.0, 144.0], np.float32)
DEPTH_SLACK_M = 200.0  # the plume is thick: trees closer than this in front do not hide it


@dataclass(frozen=True, slots=True)
class _Puff:
    right_m: float
    up_m: float
    radius_m: float
    depth: float
    sprite: int


class Plume:
    """Smoke over one place, as one camera sees it.

    Args:
        base_px: pixel of the fire, (x, y).
        range_m: ground distance of the fire, > 0.
        pixels_per_metre: at that distance, > 0.
        cross_wind: share of the wind that blows to the right in the picture, -1 to 1.
        seed: of its shape.
        up_share: how much of a metre up is seen as one, 0 (from straight above) to 1.
        away_wind: share of the wind that is seen blowing up in the picture, -1 to 1: away from a
            camera that looks down.
        wind_ms: speed of the wind, >= 0. A bent-over plume rises with it to the power -1/3 (Briggs
            1975), within what a calm day and a storm of this scene do.
        keeps_mass: see the head of this module.
    """

    def __init__(
        self,
        base_px: tuple[float, float],
        *,
        range_m: float,
        pixels_per_metre: float,
        cross_wind: float,
        seed: int,
        up_share: float = 1.0,
        away_wind: float = 0.0,
        wind_ms: float = WIND_MS,
        keeps_mass: bool = False,
    ) -> None:
        self._base_px = base_px
        self._range_m = range_m
        self._scale = pixels_per_metre
        self._drift_ms = wind_ms * cross_wind
        self._up_share, self._away_ms = up_share, wind_ms * away_wind
        self._keeps_mass = keeps_mass
        self._rise = float((WIND_MS / max(wind_ms, CALM_MS)) ** (1.0 / 3.0))
        random = np.random.default_rng([seed, 3])
        self._sprites = _sprites(random)
        self._jitter = random.normal(0.0, 1.0, (4096, 2)).clip(-2.0, 2.0)
        self._choice = random.integers(0, SPRITES, 4096)

    def draw(self, view: View, burning_s: float) -> ImageBGR:
        """The view with the smoke in it.

        Args:
            view: without smoke; not changed.
            burning_s: since ignition; nothing is drawn before it.

        Returns:
            A new picture of the same size.
        """
        image = view.image.copy()
        puffs = self._puffs(burning_s)
        if not puffs:
            return image
        box = self._box(puffs, view)
        left, top, right, bottom = box
        if right <= left or bottom <= top:
            return image
        depth = self._optical_depth(puffs, box)
        if self._keeps_mass:
            depth[max(0, round(self._base_px[1]) + 1 - top) :] = 0.0
        depth *= view.range_m[top:bottom, left:right] > self._range_m - DEPTH_SLACK_M
        cover = (1.0 - np.exp(-depth))[..., None]
        below = image[top:bottom, left:right].astype(np.float32)
        mixed = below * (1.0 - cover) + self._colour(depth, view.weather) * cover
        image[top:bottom, left:right] = np.clip(mixed, 0, 255).astype(np.uint8)
        return image

    def _puffs(self, burning_s: float) -> list[_Puff]:
        newest = int(np.floor(burning_s / PUFF_EVERY_S))
        oldest = max(0, int(np.ceil((burning_s - PUFF_LIFE_S) / PUFF_EVERY_S)))
        if not self._keeps_mass:
            return [self._puff(index, burning_s) for index in range(oldest, newest + 1)]
        young = max(oldest, int(np.ceil((burning_s - YOUNG_S) / PUFF_EVERY_S)))
        parts = range(
            YOUNG_PARTS * young, int(np.floor(burning_s * YOUNG_PARTS / PUFF_EVERY_S)) + 1
        )
        return [
            *(self._puff(index, burning_s) for index in range(oldest, young)),
            *(self._puff(part, burning_s, YOUNG_PARTS) for part in parts),
        ]

    def _puff(self, index: int, burning_s: float, parts: int = 1) -> _Puff:
        born_s = index * PUFF_EVERY_S / parts
        age_s = burning_s - born_s
        strength = min(1.0, 0.12 + born_s / GROWN_AFTER_S)
        ceiling_m = FIRST_CEILING_M + (GROWN_CEILING_M - FIRST_CEILING_M) * strength**0.8
        ceiling_m *= self._rise
        free_rise_m = RISE_M * self._rise * (0.55 + 0.45 * strength) * age_s ** (2.0 / 3.0)
        if self._keeps_mass:
            free_rise_m = min(free_rise_m, LEAVES_MS * age_s)
        up_m = ceiling_m * (1.0 - np.exp(-free_rise_m / ceiling_m))
        radius_m = 4.0 + 10.0 * strength + 0.24 * up_m + 0.05 * abs(self._drift_ms) * age_s
        sideways, upward = self._jitter[index % len(self._jitter)]
        thinning = (12.0 / (12.0 + radius_m)) ** 0.6
        if self._keeps_mass:
            thinning = MASS_M2 / 0.85 / radius_m**2 / parts
        thinning *= np.exp(-age_s / 420.0)
        fade = min(1.0, (PUFF_LIFE_S - age_s) / 120.0)
        drifted_s = age_s * (0.55 + 0.45 * up_m / GROWN_CEILING_M)
        risen_m = up_m + 0.25 * radius_m * upward * min(1.0, up_m / 30.0)
        return _Puff(
            right_m=self._drift_ms * drifted_s + 0.35 * radius_m * sideways,
            up_m=self._up_share * risen_m + self._away_ms * drifted_s,
            radius_m=radius_m,
            depth=float(0.85 * (0.45 + 0.55 * strength) * thinning * fade),
            sprite=int(self._choice[index % len(self._choice)]),
        )

    def _box(self, puffs: list[_Puff], view: View) -> tuple[int, int, int, int]:
        """Part of the picture that the smoke may touch: left, top, right, bottom."""
        height, width = view.range_m.shape
        reach = [(p.right_m, p.up_m, p.radius_m + 2.0 / self._scale) for p in puffs]
        x, y = self._base_px
        left = x + self._scale * min(right - radius for right, _up, radius in reach)
        right_ = x + self._scale * max(right + radius for right, _up, radius in reach)
        top = y - self._scale * max(up + radius for _right, up, radius in reach)
        bottom = y - self._scale * min(up - radius for _right, up, radius in reach)
        return (
            max(0, int(left)),
            max(0, int(top)),
            min(width, int(right_) + 2),
            min(height, int(bottom) + 2),
        )

    def _optical_depth(self, puffs: list[_Puff], box: tuple[int, int, int, int]) -> Plane:
        left, top, right, bottom = box
        total = np.zeros((bottom - top, right - left), np.float32)
        for puff in puffs:
            x = self._base_px[0] + self._scale * puff.right_m - left
            y = self._base_px[1] - self._scale * puff.up_m - top
            radius = max(0.8, self._scale * puff.radius_m)
            _add(total, self._sprites[puff.sprite], (x, y), radius, puff.depth)
        return total

    def _colour(self, depth: Plane, weather: SceneWeather) -> Plane:
        """Lit where little smoke lies towards the sun (up and to the right), grey elsewhere."""
        reach = max(1.0, 18.0 * self._scale)
        toward = np.array([[1, 0, -reach * 0.7], [0, 1, reach]], np.float32)
        shift = cv2.warpAffine(depth, toward, depth.shape[::-1], flags=cv2.INTER_LINEAR)
        shade = np.exp(-0.9 * cv2.GaussianBlur(shift, (0, 0), max(0.6, reach / 3.0)))[..., None]
        smoke = LIT * shade + SHADED * (1.0 - shade)
        air = air_share(np.asarray(self._range_m, np.float32), weather)
        smoke *= weather.brightness
        return np.asarray(smoke * (1.0 - air) + weather.air(AIR) * air, np.float32)


def _sprites(random: np.random.Generator) -> list[tuple[Plane, ...]]:
    """Soft balls with a cauliflower's edge, peak about 1, each with smaller copies."""
    axis = np.linspace(-1.0, 1.0, SPRITE_PX, dtype=np.float32)
    square = axis[:, None] ** 2 + axis[None, :] ** 2
    sprites = []
    for _sprite in range(SPRITES):
        lumps = fractal(random, 2.4, 128)[:SPRITE_PX, :SPRITE_PX]
        ball = np.clip(1.0 - square * (1.0 - 0.30 * lumps) ** 2, 0.0, 1.0)
        rim = np.clip((1.0 - square) * 4.0, 0.0, 1.0)
        whole = (ball * rim * (1.0 + 0.25 * lumps)).astype(np.float32).clip(0.0, 2.0)
        copies = [whole]
        while copies[-1].shape[0] > SMALLEST_SPRITE_PX:
            half = copies[-1].shape[0] // 2
            copies.append(
                np.asarray(cv2.resize(copies[-1], (half, half), interpolation=cv2.INTER_AREA))
            )
        sprites.append(tuple(copies))
    return sprites


def _add(
    total: Plane,
    copies: tuple[Plane, ...],
    centre: tuple[float, float],
    radius: float,
    depth: float,
) -> None:
    """Add a sprite of that radius around a place between pixels, clipped at the edges."""
    height, width = total.shape
    left, top = int(np.floor(centre[0] - radius)) - 1, int(np.floor(centre[1] - radius)) - 1
    side = int(2 * radius) + 4
    from_x, from_y = max(0, left), max(0, top)
    to_x, to_y = min(width, left + side), min(height, top + side)
    if to_x <= from_x or to_y <= from_y:
        return
    # The smallest copy that is not smaller than its place: nothing is skipped between pixels.
    sprite = min((c for c in copies if c.shape[0] >= radius), key=len, default=copies[0])
    ratio = 2.0 * radius / sprite.shape[0]
    place = np.array(
        [
            [ratio, 0.0, centre[0] - radius - from_x],
            [0.0, ratio, centre[1] - radius - from_y],
        ],
        np.float32,
    )
    patch = cv2.warpAffine(sprite, place, (to_x - from_x, to_y - from_y), flags=cv2.INTER_LINEAR)
    total[from_y:to_y, from_x:to_x] += patch * depth
