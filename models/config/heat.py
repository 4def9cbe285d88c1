"""When a hot place in a node's view is worth a look."""

from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["HeatRule"]

Interval = Annotated[int, Field(ge=5, le=86_400)]


class HeatRule(Section):
    """How hot places are weighed; log-odds are natural logarithms.

    Attributes:
        prior_log_odds: of a fire, of any hot place before it is looked at.
        due_log_odds: from here on people should look.
        least_minutes: so long it must have been seen: engines and animals pass sooner.
        most_spots: of one frame that are followed.
        forget_minutes: unseen for so long, a place is no longer followed; longer than any interval
            between two frames.
        habit_days: so many days back a place's habits are known, 0 for none.
        view_intervals_s: seconds between two frames of a thermal camera's view that are looked at,
            for danger classes 1 to 5; the setting of a view that comes from now on.
    """

    prior_log_odds: Annotated[float, Field(ge=-20.0, le=20.0)] = -4.5
    due_log_odds: Annotated[float, Field(ge=-20.0, le=20.0)] = 1.5
    least_minutes: Annotated[float, Field(ge=0.0, le=1440.0)] = 3.0
    most_spots: Annotated[int, Field(ge=1, le=100)] = 20
    forget_minutes: Annotated[float, Field(ge=1.0, le=10_080.0)] = 120.0
    habit_days: Annotated[int, Field(ge=0, le=60)] = 14
    view_intervals_s: tuple[Interval, Interval, Interval, Interval, Interval] = (60, 60, 60, 60, 20)
