"""What a mask looks like on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field
from shapely.geometry import Polygon

from api.bodies import RequestBody
from api.moments import Moment
from models.mask import KeptMask, MaskKind, MaskPoint

__all__ = ["MaskAnswer", "MaskList", "MaskRequest", "ShapeRequest"]


class ShapeRequest(RequestBody):
    """The region of a mask and how long and at which zoom it holds."""

    polygon: Annotated[tuple[MaskPoint, ...], Field(max_length=2000)]
    expires_at: Moment | None = None
    fov_min_deg: float | None = None
    fov_max_deg: float | None = None
    note: Annotated[str, Field(max_length=4000)] = ""


class MaskRequest(ShapeRequest):
    """A mask as a person draws it; it holds from now on."""

    camera_id: Annotated[str, Field(max_length=40)]
    preset: Annotated[int, Field(ge=0, le=10_000)]
    kind: MaskKind


class MaskAnswer(BaseModel):
    """A mask, whole.

    Attributes:
        share: of the picture that was drawn; what is painted is a little more.
        is_over: somebody has ended it, or its time is up.
    """

    mask_id: int
    camera_id: str
    preset: int
    kind: MaskKind
    polygon: tuple[MaskPoint, ...]
    author: str
    created_at: datetime
    expires_at: datetime | None
    fov_min_deg: float | None
    fov_max_deg: float | None
    note: str
    ended_by: str
    ended_at: datetime | None
    share: float
    is_over: bool

    @classmethod
    def of(cls, kept: KeptMask, now: datetime) -> "MaskAnswer":
        """With how much it covers and whether its time runs."""
        mask = kept.mask
        plain = {name: getattr(mask, name) for name in cls.model_fields if hasattr(mask, name)}
        return cls(
            **plain,
            mask_id=kept.mask_id,
            ended_by=kept.ended_by,
            ended_at=kept.ended_at,
            share=float(Polygon(mask.polygon).area),
            is_over=kept.is_over(now),
        )


class MaskList(BaseModel):
    """Masks, newest first."""

    masks: tuple[MaskAnswer, ...]
