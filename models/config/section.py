"""What every section of the settings has in common."""

from pydantic import BaseModel, ConfigDict

__all__ = ["Section"]


class Section(BaseModel):
    """Values that do not change; keys that are not known are refused with their name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
