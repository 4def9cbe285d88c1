"""How far sea level lies from the WGS 84 ellipsoid around Qijiang: the EGM96 geoid.

Sea level lies 26 to 43 m *below* the ellipsoid here (33 to 38 m in the district); a height that is
taken for the other kind moves a fix by 170 m at 10 km.

The table holds the 15-minute grid WW15MGH of the National Geospatial-Intelligence Agency (United
States, public domain), 105 to 108.5 degrees east and 27.5 to 30.25 north, in centimetres. Two
distributions of that grid agree to the centimetre, and a synthesis of the model's own 360 x 360
coefficients to 0.3 m.

The national height system of 1985 differs from it by decimetres, for which no public grid exists.
"""

from typing import Final

import numpy as np

from geo.crs.places import Wgs84
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["geoid_m"]

WEST_DEG: Final = 105.0
NORTH_DEG: Final = 30.25
STEP_DEG: Final = 0.25
_ROWS: Final = """
-4265 -4225 -4181 -4146 -4110 -4053 -3975 -3892 -3815 -3736 -3633 -3496 -3334 -3168 -3013
-4234 -4192 -4140 -4096 -4058 -4011 -3945 -3867 -3783 -3688 -3567 -3415 -3246 -3085 -2948
-4200 -4157 -4101 -4052 -4015 -3977 -3919 -3837 -3734 -3613 -3476 -3326 -3174 -3036 -2922
-4182 -4139 -4082 -4028 -3986 -3945 -3882 -3784 -3656 -3512 -3371 -3240 -3121 -3014 -2920
-4183 -4138 -4077 -4012 -3954 -3893 -3810 -3694 -3551 -3401 -3270 -3167 -3082 -3001 -2918
-4182 -4131 -4058 -3977 -3893 -3802 -3696 -3571 -3432 -3297 -3186 -3106 -3044 -2976 -2898
-4149 -4086 -4003 -3907 -3800 -3682 -3559 -3438 -3320 -3211 -3120 -3051 -2994 -2930 -2851
-4057 -3986 -3900 -3803 -3690 -3562 -3436 -3326 -3231 -3144 -3065 -2997 -2936 -2869 -2790
-3903 -3830 -3753 -3672 -3575 -3462 -3348 -3251 -3170 -3094 -3018 -2949 -2883 -2813 -2732
-3704 -3639 -3578 -3523 -3460 -3379 -3290 -3207 -3132 -3058 -2983 -2913 -2844 -2770 -2685
-3496 -3446 -3404 -3375 -3346 -3303 -3244 -3176 -3104 -3030 -2956 -2886 -2814 -2733 -2644
-3318 -3286 -3260 -3248 -3243 -3229 -3193 -3138 -3069 -2998 -2928 -2858 -2780 -2694 -2605
"""
CENTIMETRES: Final = np.array([line.split() for line in _ROWS.split("\n")[1:-1]], np.float64)


def geoid_m(place: Wgs84) -> FloatArray:
    """Height of sea level above the ellipsoid, metres, of the places' shape; negative here.

    Linear between the four nodes around each place, as the grid's own publisher interpolates.

    Raises:
        InputRefused: a place lies outside the table.
    """
    rows = (NORTH_DEG - place.lat_deg) / STEP_DEG
    columns = (place.lon_deg - WEST_DEG) / STEP_DEG
    last_row, last_column = CENTIMETRES.shape[0] - 1, CENTIMETRES.shape[1] - 1
    if not bool(
        np.all((rows >= 0.0) & (rows <= last_row) & (columns >= 0.0) & (columns <= last_column))
    ):
        raise InputRefused(
            "The geoid is known here from 105 to 108.5 degrees east and 27.5 to 30.25 north only.",
            remedy="Give the height above sea level, or above ground.",
            code="geoid_outside",
        )
    top = np.minimum(rows.astype(np.intp), last_row - 1)
    left = np.minimum(columns.astype(np.intp), last_column - 1)
    down, right = rows - top, columns - left
    upper = CENTIMETRES[top, left] * (1.0 - right) + CENTIMETRES[top, left + 1] * right
    lower = CENTIMETRES[top + 1, left] * (1.0 - right) + CENTIMETRES[top + 1, left + 1] * right
    found: FloatArray = (upper * (1.0 - down) + lower * down) / 100.0
    return found
