"""What footage looks like on the wire."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

import shapely
from pydantic import BaseModel, Field
from shapely.geometry.base import BaseGeometry

from api.imagery.finding import region_of, report_of
from geo.meeting import HELD
from models.flight import AttitudeSource
from models.imagery import (
    HitGap,
    Imagery,
    ImageryHit,
    ImageryKind,
    ImageryResult,
    ImageryState,
)

__all__ = ["HitAnswer", "ImageryAnswer", "ImageryHead", "ImageryPage"]

_Box = Annotated[tuple[float, float, float, float], Field(description="x, y, width, height")]
GeoJson = dict[str, Any]


class HitAnswer(BaseModel):
    """A find.

    Attributes:
        time_s: from the beginning of the video; 0 in a still.
        bbox: x, y, width, height, pixels of the picture as shown upright.
        placed: whether it is told where it lies.
        radius_m: round the place, holds nine in ten.
        region: where it may be.
        gaps: why it has no place, or is no observation.
        model: name and version of the weights that found it; empty where that was not kept yet.
    """

    hit_id: int
    time_s: float
    category: Literal["smoke", "flame"]
    score: float
    bbox: _Box
    placed: bool
    lon_deg: float | None
    lat_deg: float | None
    radius_m: float | None
    region: GeoJson | None
    observation_id: int | None
    incident_id: int | None
    gaps: tuple[HitGap, ...]
    model: str

    @classmethod
    def of(cls, hit: ImageryHit) -> "HitAnswer":
        """On the wire."""
        draft, box = hit.draft, hit.draft.box
        fix = draft.fix if draft.fix is not None and draft.fix.clusters else None
        report = None if fix is None else report_of(fix)
        at = None if report is None else report.position
        return cls(
            hit_id=hit.hit_id,
            time_s=draft.time_s,
            category="smoke" if box.label.word == "smoke" else "flame",
            score=box.score,
            bbox=(box.x_min, box.y_min, box.x_max - box.x_min, box.y_max - box.y_min),
            placed=fix is not None,
            lon_deg=None if at is None else at.lon_deg,
            lat_deg=None if at is None else at.lat_deg,
            radius_m=None if report is None else report.sigma_m * HELD,
            region=None if fix is None else _geojson(region_of(fix)),
            observation_id=draft.observation_id,
            incident_id=hit.incident_id,
            gaps=draft.gaps,
            model="" if draft.model is None else f"{draft.model.name} {draft.model.version}",
        )


class ImageryHead(BaseModel):
    """A file.

    Attributes:
        code: of a refusal, of damage behind the last good picture, or of a thermal picture.
        taken_at: of its first picture.
        frames: pictures that were scored.
        gaps: what its pictures lack to be placed.
        attitude: who told where the camera pointed; None while nobody has looked.
        is_drill: of a simulated aircraft, or of a flight to an invented fire.
    """

    imagery_id: int
    name: str
    kind: ImageryKind
    run_id: int | None
    state: ImageryState
    code: str
    message: str
    remedy: str
    taken_at: datetime | None
    frames: int
    gaps: tuple[HitGap, ...]
    attitude: AttitudeSource | None
    author: str
    entered_at: datetime
    is_drill: bool

    @classmethod
    def of(cls, imagery: Imagery, *, is_drill: bool = False) -> "ImageryHead":
        """On the wire."""
        return cls(**_head(imagery), is_drill=is_drill)


class ImageryAnswer(ImageryHead):
    """A file with what was found in it.

    Attributes:
        footprint: the ground of its picture; of a video, of some of its pictures.
    """

    footprint: GeoJson | None
    hits: tuple[HitAnswer, ...]

    @classmethod
    def whole(
        cls, imagery: Imagery, hits: list[ImageryHit], *, is_drill: bool = False
    ) -> "ImageryAnswer":
        """On the wire."""
        ground = None if imagery.result is None else imagery.result.footprint
        return cls(
            **_head(imagery),
            is_drill=is_drill,
            footprint=_geojson(ground),
            hits=tuple(HitAnswer.of(hit) for hit in hits),
        )


class ImageryPage(BaseModel):
    """Files, the newest first."""

    imagery: tuple[ImageryHead, ...]
    next_before: int | None


def _head(imagery: Imagery) -> dict[str, Any]:
    result = imagery.result or ImageryResult(ImageryState.QUEUED)
    return {
        "imagery_id": imagery.imagery_id,
        "name": imagery.draft.name,
        "kind": imagery.draft.kind,
        "run_id": imagery.draft.run_id,
        "state": result.state,
        "code": result.code,
        "message": result.message,
        "remedy": result.remedy,
        "taken_at": result.taken_at,
        "frames": result.frames,
        "gaps": result.gaps,
        "attitude": None if imagery.result is None else result.attitude,
        "author": imagery.author,
        "entered_at": imagery.entered_at,
    }


def _geojson(area: BaseGeometry | None) -> GeoJson | None:
    if area is None:
        return None
    plain: GeoJson = json.loads(shapely.to_geojson(shapely.set_precision(area, 1e-7)))
    return plain
