"""What a long-wave camera receives: Planck's law over 8 to 14 micrometres, and back to degrees.

Parts of a pixel mix as radiance, never as degrees: a hundredth of a pixel at 600 degrees among
ground of 20 reads 37, not 26. Tables of half a kelvin are exact to 0.001 K.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["COLDEST_C", "HOTTEST_C", "apparent_c", "band_radiance", "planck_w_m2_sr"]

COLDEST_C: Final = -120.0
HOTTEST_C: Final = 1500.0
STEP_K: Final = 0.5
BAND_M: Final = (8e-6, 14e-6)
ZERO_C_K: Final = 273.15
_PLANCK_J_S, _LIGHT_M_S, _BOLTZMANN_J_K = 6.62607015e-34, 2.99792458e8, 1.380649e-23


def planck_w_m2_sr(kelvin: float) -> float:
    """Radiance of a black body within the band, W/m2/sr.

    Args:
        kelvin: above 0; the sun's 5772 is meant as well.
    """
    wave_m = np.linspace(*BAND_M, 241)
    share = _PLANCK_J_S * _LIGHT_M_S / (wave_m * _BOLTZMANN_J_K * kelvin)
    spectral = 2.0 * _PLANCK_J_S * _LIGHT_M_S**2 / wave_m**5 / np.expm1(share)
    return float(np.trapezoid(spectral, wave_m))


_DEGREES: Final = np.arange(COLDEST_C, HOTTEST_C + STEP_K, STEP_K)
_RADIANCE: Final = np.array([planck_w_m2_sr(degree + ZERO_C_K) for degree in _DEGREES])
_RADIANCE_32: Final = _RADIANCE.astype(np.float32)
_RISE_32: Final = np.diff(_RADIANCE, append=_RADIANCE[-1]).astype(np.float32)


def band_radiance(celsius: ArrayLike) -> NDArray[np.float32]:
    """W/m2/sr of black surfaces; what is beyond the table's ends is taken as its end.

    Args:
        celsius: of them.
    """
    place = np.asarray(celsius, np.float32) - np.float32(COLDEST_C)
    place = np.clip(place / np.float32(STEP_K), 0.0, len(_DEGREES) - 1.0)
    index = place.astype(np.int32)
    rise = (place - index) * _RISE_32[index]
    return np.asarray(_RADIANCE_32[index] + rise, np.float32)


def apparent_c(radiance: NDArray[Any]) -> NDArray[np.float32]:
    """Degrees of the black surface that gives so much; within the table's ends.

    Args:
        radiance: W/m2/sr.
    """
    return np.asarray(np.interp(radiance, _RADIANCE, _DEGREES), np.float32)
