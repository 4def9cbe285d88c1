"""The whole view of a district's network, made at one go."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from geo.coverage import Coverage
from geo.land.network.draft import finished
from geo.land.network.driving import stands_without_road_water
from geo.land.network.ends import open_belts
from geo.land.network.guarding import stands_without_belt
from geo.land.network.joining import idle_mains, unjoined
from geo.land.network.seeing import Eye, unseen_stands
from geo.land.network.sheet import Sheet
from geo.land.network.watering import stands_without_air_water
from geo.land.roads import RoadNet
from geo.land.water import Ground
from models.config import HelicopterRule, NetworkRule
from models.land import FindingKind, LandFeature, Layer, NetworkFinding, NetworkReport, SeenBy

__all__ = ["Sights", "survey"]

_ORDER = {kind: place for place, kind in enumerate(FindingKind)}


@dataclass(frozen=True, slots=True, eq=False)
class Sights:
    """What is known of towers and ground beside the land.

    Attributes:
        coverage: what the towers see together; None where no relief is loaded.
        eyes: cameras that look over the land.
        ground_m: heights of the relief; None without one.
        roads: of the same land, where somebody has them ready.
    """

    coverage: Coverage | None = None
    eyes: tuple[Eye, ...] = ()
    ground_m: Ground | None = None
    roads: RoadNet | None = None


def survey(
    features: Sequence[LandFeature],
    rule: NetworkRule,
    helicopter: HelicopterRule,
    sights: Sights = Sights(),
    *,
    at: datetime,
    land_version: int = 0,
) -> NetworkReport:
    """Look at every stand and every facility.

    Args:
        features: of all layers.
        rule: what counts as lacking.
        helicopter: that water is weighed for.
        sights: of towers and ground.
        at: UTC, now.
        land_version: of the features.
    """
    begun_s = time.perf_counter()
    sheet = Sheet(features, rule)
    parts = [
        stands_without_belt(sheet),
        stands_without_air_water(sheet, helicopter, ground_m=sights.ground_m),
        stands_without_road_water(sheet, sights.roads),
        unseen_stands(sheet, sights.coverage, sights.eyes),
        open_belts(sheet),
        idle_mains(sheet),
        unjoined(sheet),
    ]
    drafts = [each for found, _ in parts for each in found]
    findings = finished(drafts, sheet.frame, sheet.layer(Layer.TOWNSHIP))
    return NetworkReport(
        at=at,
        land_version=land_version,
        findings=tuple(sorted(findings, key=_worst_first)),
        not_judged=tuple(each for _, missing in parts for each in missing),
        seen_by=SeenBy.DISTANCE if sights.coverage is None else SeenBy.RELIEF,
        stands=len(sheet.stands.features),
        minutes=rule.water_minutes,
        took_ms=1000.0 * (time.perf_counter() - begun_s),
        drill=any(each.drill for each in features),
    )


def _worst_first(finding: NetworkFinding) -> tuple[int, float, str]:
    """By kind; little share, many minutes and metres are worse, and nothing at all is worst."""
    measure = finding.measure
    if finding.unit == "share":
        badness = measure if measure is not None else -1.0
    else:
        badness = -measure if measure is not None else float("-inf")
    return _ORDER[finding.kind], badness, finding.code
