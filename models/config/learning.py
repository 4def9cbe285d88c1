"""What the watch learns of people's verdicts: the nightly digest of false alarms."""

from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["LearningRule"]


class LearningRule(Section):
    """When a place of a view is proposed for the ledger; nothing is held back by itself.

    Attributes:
        hour: of the site's clock at which the night's digest is made, 0 to 23.
        look_back_days: alerts of so many days are looked at.
        least_alarms: so many dismissed alerts at one place make a proposal.
        least_days: on so many different days.
        nearness: how far their feet may lie from that of the proposed box, in sizes of the box; at
            1 as far as an entry of the ledger reaches.
        clear_of_fires: how far from every fire that was confirmed in the view, and from what
            nobody has judged, in sizes of the box.
        lasts_days: so long the proposed entry holds.
        narrow_hours: alarms that all come within so many hours of the day are held back only then.
    """

    hour: Annotated[int, Field(ge=0, le=23)] = 3
    look_back_days: Annotated[int, Field(ge=1, le=90)] = 14
    least_alarms: Annotated[int, Field(ge=2, le=100)] = 4
    least_days: Annotated[int, Field(ge=1, le=90)] = 2
    nearness: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    clear_of_fires: Annotated[float, Field(ge=1.0, le=20.0)] = 3.0
    lasts_days: Annotated[int, Field(ge=1, le=366)] = 14
    narrow_hours: Annotated[int, Field(ge=1, le=20)] = 8
