"""How coverage travels."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from shapely.geometry import mapping

from api.coverage.asking import Asked
from api.coverage.desk import CoverageDesk, CoverageState, Network
from geo.coverage import BlindArea, BlindReport, Ink, SeenVerdict, TowerSight
from models.patrol import PoseTrust
from models.site import Camera
from models.watching import LastLook

__all__ = [
    "AtAnswer",
    "BlindAnswer",
    "CoverageAnswer",
    "InkAnswer",
    "WatchedAnswer",
    "inks_told",
]


class InkAnswer(BaseModel):
    """One class of a picture, and how much land that is."""

    key: str
    colour: str
    alpha: float
    upto: float | None
    hectares: float
    share: float


def inks_told(inks: Sequence[Ink], hectares: Sequence[float]) -> tuple[InkAnswer, ...]:
    """All classes but the first, which is what lies outside."""
    total = sum(hectares[1:])
    return tuple(
        InkAnswer(
            key=ink.key,
            colour=ink.colour,
            alpha=round(ink.alpha / 255.0, 3),
            upto=ink.upto,
            hectares=round(area, 1),
            share=area / total if total > 0.0 else 0.0,
        )
        for ink, area in zip(inks[1:], hectares[1:], strict=True)
    )


class CoverageAnswer(BaseModel):
    """How far it is, and what the towers see."""

    state: CoverageState
    done: int
    total: int
    version: str
    bounds: tuple[float, float, float, float] | None
    cell_m: float | None
    reach_m: float
    towers: int
    without_ground: tuple[str, ...]
    seen: tuple[InkAnswer, ...]

    @classmethod
    def of(
        cls, desk: CoverageDesk, network: Network | None, seen: tuple[InkAnswer, ...]
    ) -> "CoverageAnswer":
        """With what there is."""
        grid = None if network is None else network.coverage.grid
        return cls(
            state=desk.state,
            done=desk.done,
            total=desk.total,
            version="" if network is None else network.version,
            bounds=None if grid is None else grid.bounds_deg,
            cell_m=None if grid is None else round(grid.cell_m, 1),
            reach_m=desk.reach_m,
            towers=0 if network is None else len(network.cameras),
            without_ground=() if network is None else tuple(network.without_ground),
            seen=seen,
        )


class WatchedAnswer(BaseModel):
    """When the land was last watched."""

    at: datetime
    smoke_m: float
    version: str
    bounds: tuple[float, float, float, float]
    classes: tuple[InkAnswer, ...]


class BlindAreaAnswer(BaseModel):
    """One area that nobody sees."""

    lon_deg: float
    lat_deg: float
    hectares: float
    township: str
    village: str
    village_m: float | None
    outline: dict[str, Any]

    @classmethod
    def of(cls, area: BlindArea, names: tuple[str, str, float | None]) -> "BlindAreaAnswer":
        """With the names of its place."""
        return cls(
            lon_deg=round(area.lon_deg, 6),
            lat_deg=round(area.lat_deg, 6),
            hectares=round(area.hectares, 1),
            township=names[0],
            village=names[1],
            village_m=None if names[2] is None else round(names[2]),
            outline=mapping(area.outline),
        )


class BlindAnswer(BaseModel):
    """What nobody sees."""

    smoke_m: float
    area_count: int
    blind_ha: float
    seen_ha: float
    unknown_ha: float
    areas: tuple[BlindAreaAnswer, ...]

    @classmethod
    def of(
        cls, report: BlindReport, smoke_m: float, areas: Sequence[BlindAreaAnswer]
    ) -> "BlindAnswer":
        """As it travels."""
        return cls(
            smoke_m=smoke_m,
            area_count=report.area_count,
            blind_ha=round(report.blind_ha, 1),
            seen_ha=round(report.seen_ha, 1),
            unknown_ha=round(report.unknown_ha, 1),
            areas=tuple(areas),
        )


class PresetAnswer(BaseModel):
    """A preset whose picture holds the place."""

    number: int
    name: str
    smoke_m: float


class TowerAnswer(BaseModel):
    """One tower and the place; ``smoke_m`` is None where the relief leaves it open."""

    camera_id: str
    name: str
    range_m: float
    bearing_deg: float
    smoke_m: float | None
    sees: bool | None
    presets: tuple[PresetAnswer, ...]

    @classmethod
    def of(cls, tower: TowerSight, smoke_m: float) -> "TowerAnswer":
        """For smoke of that height."""
        least_m = tower.line.smoke_m
        return cls(
            camera_id=tower.camera.camera_id,
            name=tower.camera.name,
            range_m=round(tower.line.range_m),
            bearing_deg=round(tower.line.bearing_deg, 1),
            smoke_m=None if math.isnan(least_m) else round(least_m, 1),
            sees=None if math.isnan(least_m) else least_m <= smoke_m,
            presets=tuple(
                PresetAnswer(
                    number=one.number,
                    name=_preset_name(tower.camera, one.number),
                    smoke_m=round(one.smoke_m, 1),
                )
                for one in tower.presets
            ),
        )


class LookAnswer(BaseModel):
    """Who looked, and when."""

    camera_id: str
    name: str
    preset: int
    preset_name: str
    at: datetime
    trust: PoseTrust

    @classmethod
    def of(cls, look: LastLook, cameras: dict[str, Camera]) -> "LookAnswer":
        """With the names of camera and preset as they are now."""
        camera = cameras[look.camera_id]
        return cls(
            camera_id=look.camera_id,
            name=camera.name,
            preset=look.preset,
            preset_name=_preset_name(camera, look.preset),
            at=look.at,
            trust=look.trust,
        )


class AtAnswer(BaseModel):
    """Who could see a place, and who did; ``verdict`` is what may be said of a miss there."""

    lon_deg: float
    lat_deg: float
    smoke_m: float
    at: datetime
    within_s: float
    verdict: SeenVerdict
    ground_m: float | None
    reach_m: float
    township: str
    village: str
    village_m: float | None
    towers: tuple[TowerAnswer, ...]
    watched: tuple[LookAnswer, ...]
    last: LookAnswer | None

    @classmethod
    def of(cls, asked: Asked, reach_m: float) -> "AtAnswer":
        """As it travels."""
        question, sight = asked.question, asked.sight
        cameras = {tower.camera.camera_id: tower.camera for tower in sight.towers}
        return cls(
            lon_deg=question.lon_deg,
            lat_deg=question.lat_deg,
            smoke_m=question.smoke_m,
            at=question.at,
            within_s=question.within.total_seconds(),
            verdict=asked.verdict,
            ground_m=None if math.isnan(sight.ground_m) else round(sight.ground_m, 1),
            reach_m=reach_m,
            township=asked.township,
            village=asked.village,
            village_m=None if asked.village_m is None else round(asked.village_m),
            towers=tuple(TowerAnswer.of(tower, sight.smoke_m) for tower in sight.towers),
            watched=tuple(LookAnswer.of(look, cameras) for look in asked.watched),
            last=None if asked.last is None else LookAnswer.of(asked.last, cameras),
        )


def _preset_name(camera: Camera, number: int) -> str:
    preset = camera.preset(number)
    return "" if preset is None else preset.name
