"""What becomes of looks that heat under the trees proposes."""

from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["LooksRule"]


class LooksRule(Section):
    """Of looks; when heat is worth one is :class:`models.config.heat.HeatRule`.

    Attributes:
        fade_hours: so long after its heat was seen last, and after it was proposed, a look that
            nobody has taken up fades; it stays in the list.
        standing_days: so long a place is not proposed again of which people said that it is a
            stove or the sun's warmth; hotter than it was, it is.
        passing_hours: likewise of people, animals and engines, and of what nobody has named.
        burn_hours: likewise of a fire that is registered, and of a fault of the node.
    """

    fade_hours: Annotated[float, Field(ge=0.5, le=168.0)] = 6.0
    standing_days: Annotated[float, Field(ge=0.0, le=60.0)] = 14.0
    passing_hours: Annotated[float, Field(ge=0.0, le=72.0)] = 2.0
    burn_hours: Annotated[float, Field(ge=0.0, le=240.0)] = 24.0
