"""What surfaces of a stand are made of, and how warm they are in its shade.

Each surface keeps its balance (force-restore, Blackadar 1976; Bhumralkar 1975): what it takes in
of the light below the crowns and of the crowns' and the sky's warmth, less what it radiates, what
the air takes (5.7 + 3.8 W/m2/K a metre per second of wind, McAdams 1954), what its water takes, and
what goes into the ground beneath. What a sun fleck adds is linear about that: see :mod:`stand`.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from camera_gateway.thermal.scene.weather import StandWeather, sky_c

__all__ = ["LAGS_MIN", "MATERIALS", "Material", "Surface", "lag_weights", "loss_w_m2_k", "shade_c"]

STEFAN_BOLTZMANN: Final = 5.670374e-8
STEP_MIN: Final = 2
LIGHT_BELOW: Final = 0.12
"""Of the light of the whole sky, what comes down through the crowns as shade."""
OPEN_SKY: Final = 0.2
"""Of the upper half that the ground sees as sky, where it is no roof in a clearing."""
DAY_S: Final = 86_400.0
LAGS_MIN: Final = (0, 4, 10, 20, 50, 100, 200, 320)
"""How far back sun flecks are remembered."""


class Surface(IntEnum):
    """Kinds of surface, as indices of tables."""

    LITTER = 0
    SOIL = 1
    ROCK = 2
    BARK = 3
    FOLIAGE = 4
    ROOF = 5
    SKY = 6


@dataclass(frozen=True, slots=True)
class Material:
    """What a surface does with warmth.

    Attributes:
        absorbed: of sunlight, 0 to 1.
        emissivity: in the camera's band, 0 to 1.
        heat_j_m2_k: of the skin that follows at once.
        below_w_m2_k: into what lies beneath it.
        wets: how far rain cools it, 0 to 1.
        sky: of its upper half that is sky.
        responses: shares of its warming and the minutes in which each comes; they sum to 1.
    """

    absorbed: float
    emissivity: float
    heat_j_m2_k: float
    below_w_m2_k: float
    wets: float
    sky: float
    responses: tuple[tuple[float, float], ...]


MATERIALS: Final[dict[Surface, Material]] = {
    Surface.LITTER: Material(0.78, 0.96, 9e3, 3.0, 0.9, OPEN_SKY, ((0.7, 4.0), (0.3, 60.0))),
    Surface.SOIL: Material(0.80, 0.95, 4e4, 9.0, 0.9, OPEN_SKY, ((0.4, 10.0), (0.6, 180.0))),
    Surface.ROCK: Material(0.70, 0.94, 1.5e5, 14.0, 0.4, OPEN_SKY, ((0.25, 15.0), (0.75, 240.0))),
    Surface.BARK: Material(0.80, 0.95, 2e4, 4.0, 0.6, 0.1, ((0.6, 8.0), (0.4, 60.0))),
    Surface.FOLIAGE: Material(0.50, 0.97, 1e3, 0.5, 0.8, OPEN_SKY, ((1.0, 1.0),)),
    Surface.ROOF: Material(0.75, 0.88, 8e3, 1.0, 0.8, 0.7, ((1.0, 6.0),)),
    Surface.SKY: Material(0.0, 1.0, 1e3, 0.0, 0.0, 1.0, ((1.0, 1.0),)),
}


def loss_w_m2_k(material: Material, wind_m_s: float, air_c: float) -> float:
    """What a surface gives away for each kelvin above the air, to air, sky and ground."""
    air_k = air_c + 273.15
    return (
        5.7
        + 3.8 * wind_m_s
        + 4.0 * material.emissivity * STEFAN_BOLTZMANN * air_k**3
        + material.below_w_m2_k
    )


def lag_weights(material: Material) -> NDArray[np.float64]:
    """How much of its warmth comes from the sun of each of :data:`LAGS_MIN`; together at most 1."""
    lags = np.array(LAGS_MIN, float)
    middles = (lags[1:] + lags[:-1]) / 2.0
    begins, ends = np.append(0.0, middles), np.append(middles, lags[-1] + 60.0)
    weights = np.zeros(len(lags))
    for share, minutes in material.responses:
        weights += share * (np.exp(-begins / minutes) - np.exp(-ends / minutes))
    return weights


def shade_c(weather: StandWeather) -> NDArray[np.float32]:
    """Temperatures in the shade, (surface, minute), of the tables of the weather.

    The sky's row is what it radiates as.
    """
    solid = [MATERIALS[kind] for kind in Surface if kind is not Surface.SKY]
    absorbed, emissivity, heat, below, wets, sky = (
        np.array([getattr(one, name) for one in solid])
        for name in ("absorbed", "emissivity", "heat_j_m2_k", "below_w_m2_k", "wets", "sky")
    )
    count = len(weather.air_c)
    marks = np.arange(0, count, STEP_MIN)
    now = np.full(len(solid), weather.air_c[0])
    deep = np.full(len(solid), float(weather.air_c.mean()))
    kept = np.empty((len(marks), len(solid)), np.float32)
    step_s = STEP_MIN * 60.0
    light = np.where(sky > 0.5, 0.0, LIGHT_BELOW)  # a roof's own light is added as flecks are
    for row, k in enumerate(marks):
        air_c = float(weather.air_c[k])
        air_k = air_c + 273.15
        above_k4 = (1.0 - sky) * air_k**4 + sky * (
            sky_c(air_c, float(weather.cloud[k])) + 273.15
        ) ** 4
        gains = absorbed * light * float(weather.diffuse_w_m2[k] + weather.beam_w_m2[k] * 0.3)
        gains = gains + emissivity * STEFAN_BOLTZMANN * (above_k4 - (now + 273.15) ** 4)
        loss = 5.7 + 3.8 * float(weather.wind_m_s[k])
        to_air = loss * (now - air_c)
        # Wet surfaces are drawn towards the wet bulb, a third of the way to the dew point.
        dried = wets * float(weather.wet[k]) * 12.0 * (now - air_c + (air_c - weather.dew_c[k]) / 3)
        slope = loss + below + 4.0 * emissivity * STEFAN_BOLTZMANN * (now + 273.15) ** 3
        net = gains - to_air - dried - below * (now - deep)
        # Implicit in its own warmth: thin skins follow within a step without swinging.
        now = now + net / (heat / step_s + slope + wets * float(weather.wet[k]) * 12.0)
        deep = deep + (now - deep) * step_s / DAY_S * 2.0
        kept[row] = now
    minutes = np.arange(count)
    rows = [np.interp(minutes, marks, kept[:, column]) for column in range(len(solid))]
    rows.append(_sky_rows(weather))
    return np.array(rows, np.float32)


def _sky_rows(weather: StandWeather) -> NDArray[np.float64]:
    clear = 0.0552 * (weather.air_c + 273.15) ** 1.5 - 273.15
    seen: NDArray[np.float64] = clear + weather.cloud * (weather.air_c - 3.0 - clear)
    return seen
