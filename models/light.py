"""By what light a picture was made, as the picture itself shows it."""

from enum import StrEnum

__all__ = ["Light"]


class Light(StrEnum):
    """What a picture's own pixels say."""

    DAY = "day"  # colours, and bright enough
    NIGHT = "night"  # colours, but dark
    INFRARED = "infrared"  # no colour at all: a monochrome sensor, or infrared light at night
