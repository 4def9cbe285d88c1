"""How hot a surface may be without burning: by the air, and by how high the sun stands.

A dry dark surface that faces the sun comes to rest where what it takes in equals what it gives to
the air and to the sky: an excess of absorptivity times irradiance over the heat transfer. The
irradiance through a clear sky is Meinel's (1976), 1353 W/m2 times 0.7 to the power of air mass to
the power of 0.678, the air mass Kasten and Young's (1989). 0.9 is absorbed, and 18 W/m2/K leave in
calm air: 47 K under a high sun, 38 K at 30 degrees, 12 K at 5 degrees. Season is in it as far as
it is the sun's height; whoever knows the air's temperature knows the rest.
"""

import math
from typing import Final

__all__ = ["sunlit_excess_k", "warm_limit_c"]

MARGIN_K: Final = 20.0
"""Above what sun and air explain: rock that kept its heat, warm-blooded animals in mild air."""
ABSORBED: Final = 0.9
LOSS_W_M2_K: Final = 18.0
SUN_W_M2: Final = 1353.0


def sunlit_excess_k(sun_elevation_deg: float) -> float:
    """By how much a dry dark surface that faces the sun is at most hotter than the air, >= 0 K.

    Args:
        sun_elevation_deg: apparent, -90 to 90; 0 or less: none.
    """
    if sun_elevation_deg <= 0.0:
        return 0.0
    height = math.sin(math.radians(sun_elevation_deg))
    air_mass = 1.0 / (height + 0.50572 * (sun_elevation_deg + 6.07995) ** -1.6364)
    return float(ABSORBED * SUN_W_M2 * 0.7 ** (air_mass**0.678) / LOSS_W_M2_K)


def warm_limit_c(air_c: float, sun_elevation_deg: float) -> float:
    """What neither sun nor air explains begins here, degrees of Celsius.

    Args:
        air_c: temperature of the air.
        sun_elevation_deg: as of :func:`sunlit_excess_k`.
    """
    return air_c + sunlit_excess_k(sun_elevation_deg) + MARGIN_K
