"""How fast a model must be to go live."""

from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["ReleaseRule"]


class ReleaseRule(Section):
    """What the release gate asks of a model's speed.

    Attributes:
        cameras: that it must keep up with; 0 for as many as the watch has.
        frame_every_s: so often each of them sends a frame.
        spare: so many times the frames of all cameras it must look at, on the machine that the
            replay ran on.
        least_speed: so fast it must be beside the model in force, as a share.
    """

    cameras: Annotated[int, Field(ge=0, le=10_000)] = 0
    frame_every_s: Annotated[float, Field(gt=0.0, le=86_400.0)] = 5.0
    spare: Annotated[float, Field(ge=1.0, le=100.0)] = 1.0
    least_speed: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
