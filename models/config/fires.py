"""How fires are worked on, and how their danger follows from the weather."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from models.config.section import Section

__all__ = ["IncidentRule", "WeatherRule"]


class IncidentRule(Section):
    """How fires are worked on: ``docs/incidents.md``.

    Attributes:
        second_check: verdicts that a second person must agree with before they take effect.
    """

    second_check: tuple[Literal["confirmed", "dismissed"], ...] = ()


class WeatherRule(Section):
    """How fire danger follows from the weather: ``docs/incidents.md``, "The danger of the day".

    Attributes:
        latitude_deg: of the district; the length of its days shapes the index.
        noon_hour: of the site's clock when the sun stands highest; in Chongqing 13:00.
        within_hours: readings so far from it still are those of the day.
        longest_gap_days: over so many days in a row without a reading the codes are carried as they
            were; over more the index begins anew.
        start_ffmc: fine fuel moisture code that a chain begins with.
        start_dmc: duff moisture code, likewise.
        start_dc: drought code, likewise.
        classes: index from which the danger classes 2 to 5 hold, rising.
    """

    latitude_deg: Annotated[float, Field(ge=-90.0, le=90.0)] = 29.0
    noon_hour: Annotated[float, Field(ge=0.0, lt=24.0)] = 13.0
    within_hours: Annotated[float, Field(ge=0.5, le=12.0)] = 3.0
    longest_gap_days: Annotated[int, Field(ge=0, le=30)] = 2
    start_ffmc: Annotated[float, Field(ge=0.0, le=101.0)] = 85.0
    start_dmc: Annotated[float, Field(ge=0.0, le=1000.0)] = 6.0
    start_dc: Annotated[float, Field(ge=0.0, le=2000.0)] = 15.0
    classes: tuple[float, float, float, float] = (5.2, 11.2, 21.3, 38.0)

    @model_validator(mode="after")
    def _rising(self) -> "WeatherRule":
        if not all(low < high for low, high in pairwise((0.0, *self.classes))):
            raise ValueError("classes are four rising numbers above 0")
        return self
