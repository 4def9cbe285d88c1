"""What burns in drills of drones."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from models.config.section import Section

__all__ = ["DroneDrillRule"]


class DroneDrillRule(Section):
    """The fire that simulated aircraft see, ``[drones.drill]``: ``docs/drone.md``.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        since: when it was set, with its offset from UTC; before, nothing burns.
    """

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0, allow_inf_nan=False)]
    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0, allow_inf_nan=False)]
    since: AwareDatetime
