"""What a picture suffers from without being worthless: it is scored, and people are told."""

from enum import StrEnum

__all__ = ["Condition"]


class Condition(StrEnum):
    """A condition of one camera's pictures."""

    FOGGED = "fogged"  # little contrast: fog, haze, rain, or smoke
    BLURRED = "blurred"  # far less detail than this camera usually shows
    OVEREXPOSED = "overexposed"  # much of the picture is white
    MOVED = "moved"  # it does not show the view that it showed before
    STILL = "still"  # hardly anything changes, less than this camera's own noise
    PARTLY_HIDDEN = "partly_hidden"  # a part of the picture has long been without content
    CLOCK_WRONG = "clock_wrong"  # the camera's clock is not believed; receipt time is used
    LATE = "late"  # pictures arrive long after they were made
    STUCK = "stuck"  # the camera shows the same at different presets
    UNREACHED = "unreached"  # the camera does not take the commands of its tour
    UNSETTLED = "unsettled"  # the camera did not come to rest in time
