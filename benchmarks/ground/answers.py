"""Questions to the land by the thousand, each against brute force, and the full answer's time."""

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from benchmarks.ground.district import district, places_in
from benchmarks.support.report import Measure, conclude, figure, limit, machine, rate
from geo.crs import LocalFrame
from geo.joint import JointPlace
from geo.land import LandAsker, LandIndex, RoadNet
from geo.land.batch import LandBatch, PlacesAnswer
from models.incident import DismissReason
from models.land import Layer
from models.ledger import EntryKind, GroundPlace, LedgerDraft, LedgerEntry
from models.times import ALWAYS
from models.wind import Wind

__all__ = ["main"]

QUERIES_BAR: Final = 100_000.0
ANSWER_BAR_MS: Final = 20.0
METRE: Final = 1.0
AT: Final = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
_BURNS: Final = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="./run bench land", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer questions and answers")
    parser.add_argument("--facilities", type=int, default=10_000, help="in all layers together")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    random = np.random.default_rng(10)
    features, name = district(options.facilities, random)
    index = LandIndex(features)
    townships = [one.geometry for one in features if one.layer is Layer.TOWNSHIP]
    inside = shapely.union_all(townships)
    land = f"{name}, {options.facilities} facilities"
    quick = options.quick
    measures = _queries(index, inside, random, land, quick=quick)
    asker = LandAsker(features, land=index.land, roads=RoadNet(features))
    measures += _answers(asker, inside, random, land, 60 if quick else 1_000)
    return conclude(measures, benchmark="land", about=about, quick=quick, path=options.json)


def _queries(
    index: LandIndex,
    inside: BaseGeometry,
    random: np.random.Generator,
    land: str,
    *,
    quick: bool,
) -> list[Measure]:
    asked = places_in(inside, 20_000 if quick else 300_000, random)
    batch = index.batch
    start = time.perf_counter()
    batch.prepare()
    made_s = time.perf_counter() - start
    batch.query(asked[:1000])
    rounds = []
    for _ in range(3):
        start = time.process_time()  # of one core: nothing here runs beside it
        answer = batch.query(asked)
        rounds.append(len(asked) / (time.process_time() - start))
    ours = float(np.median(rounds))
    some = asked[: 50 if quick else 500]
    peer = _by_trees(index, some)
    layers = len(answer.nearest)
    what = f"{land}: township and nearest of {layers} layers each; STRtree a point"
    wrong, off_m = _brute(batch, index, asked[: 100 if quick else 1_000])
    return [
        rate("land_queries_per_s", ours, "queries/s", what, bar=QUERIES_BAR, ratio=ours / peer),
        figure("land_peer_queries_per_s", peer, "queries/s", "shapely STRtree, point by point"),
        limit("land_units_wrong", wrong, "places", "every polygon asked", 0.0),
        limit("land_distance_off_m", off_m, "m", "every shape's distance, least of all", METRE),
        figure("land_tables_s", made_s, "s", "to make them, once for a land"),
    ]


def _by_trees(index: LandIndex, asked: NDArray[np.float64]) -> float:
    """Places a second of the usual way: each asked of each layer's tree."""
    land = index.land
    layers = [one for layer, one in land.layers.items() if _is_asked(layer)]
    trees = [one.tree for one in layers]
    start = time.process_time()
    for lon_deg, lat_deg in asked.tolist():
        point = shapely.Point(land.frame.to_metric(lon_deg, lat_deg))
        for metric, tree in zip(layers, trees, strict=True):
            if metric.layer is Layer.TOWNSHIP:
                tree.query(point, predicate="intersects")
            else:
                shapely.distance(metric.shapes[tree.nearest(point)], point)
    return len(asked) / (time.process_time() - start)


def _brute(batch: LandBatch, index: LandIndex, asked: NDArray[np.float64]) -> tuple[float, float]:
    """Townships that differ, and the farthest that a distance is off, against every shape."""
    found: PlacesAnswer = batch.query(asked)
    land = index.land
    x_m, y_m = land.frame.to_metric(asked[:, 0], asked[:, 1])
    points = np.array(shapely.points(np.column_stack((x_m, y_m))), dtype=object)
    wrong, off_m = 0, 0.0
    for layer, metric in land.layers.items():
        if layer is Layer.TOWNSHIP:
            for row, unit in enumerate(found.unit.tolist()):
                held = np.flatnonzero(shapely.intersects(metric.shapes, points[row]))
                wrong += (int(held[0]) if len(held) else -1) != unit
        elif _is_asked(layer):
            near = found.nearest[layer]
            true_m = np.array([shapely.distance(metric.shapes, one).min() for one in points])
            named_m = shapely.distance(metric.shapes[near.feature], points)
            off_m = max(off_m, float(np.abs(near.distance_m - true_m).max()))
            off_m = max(off_m, float(np.abs(named_m - true_m).max()))
    return float(wrong), off_m


def _is_asked(layer: Layer) -> bool:
    return layer not in {Layer.VILLAGE, Layer.MOUNTAIN_UNIT, Layer.FOREST_STAND}


def _answers(
    asker: LandAsker, inside: BaseGeometry, random: np.random.Generator, land: str, count: int
) -> list[Measure]:
    """Full answers of fires with one to three places, each an oblong of 100 m to 2 km."""
    burns = [
        _burn(number, *at) for number, at in enumerate(places_in(inside, _BURNS, random).tolist())
    ]
    wind = Wind(315.0, 4.0, AT, "bench")
    fires = [_fire(at, random) for at in places_in(inside, count + 10, random).tolist()]
    took, worked = [], []
    for number, places in enumerate(fires):
        start, start_cpu = time.perf_counter(), time.thread_time()
        asker.report(places, wind=wind, at=AT, month=11, burns=burns)
        if number >= 10:  # the first warm trees and caches up
            took.append(1000.0 * (time.perf_counter() - start))
            worked.append(1000.0 * (time.thread_time() - start_cpu))
    what = f"{land}, 480 villages, {_BURNS} burns: full answer, {count} fires"
    return [
        limit("answer_ms", float(np.median(took)), "ms", f"median, {what}", ANSWER_BAR_MS),
        figure("answer_p99_ms", float(np.percentile(took, 99)), "ms", "99th percentile"),
        figure("answer_worst_ms", float(np.max(took)), "ms"),
        figure(
            "answer_p99_processor_ms", float(np.percentile(worked, 99)), "ms", "99th percentile"
        ),
    ]


def _fire(at: list[float], random: np.random.Generator) -> list[JointPlace]:
    """One to three ellipses along one bearing, as a camera's ray leaves them on the ground."""
    frame = LocalFrame(*at)
    weights = np.sort(random.dirichlet(np.ones(random.integers(1, 4))))[::-1]
    bearing = random.uniform(0.0, 2.0 * np.pi)
    east, north = float(np.sin(bearing)), float(np.cos(bearing))
    angles = np.linspace(0.0, 2.0 * np.pi, 37)
    places: list[JointPlace] = []
    for weight in weights.tolist():
        away_m = random.uniform(-4_000.0, 4_000.0) if places else 0.0
        long_m, wide_m = random.uniform(100.0, 2_000.0), random.uniform(30.0, 150.0)
        along, across = away_m + long_m * np.cos(angles) / 2.0, wide_m * np.sin(angles)
        lon, lat = frame.to_lonlat(along * east - across * north, along * north + across * east)
        middle = frame.to_lonlat(away_m * east, away_m * north)
        ring = list(zip(lon.tolist(), lat.tolist(), strict=True))
        ring[-1] = ring[0]
        places.append(JointPlace(*middle, weight, long_m / 2.0, tuple(ring)))
    return places


def _burn(number: int, lon_deg: float, lat_deg: float) -> LedgerEntry:
    draft = LedgerDraft(
        EntryKind.BURN,
        GroundPlace(lon_deg, lat_deg, 200.0),
        datetime(2026, 11, 26, tzinfo=UTC),
        datetime(2026, 11, 27, tzinfo=UTC),
        ALWAYS,
        DismissReason.REGISTERED_BURN,
        "bench",
        "",
    )
    return LedgerEntry(number, draft, "bench", AT)
