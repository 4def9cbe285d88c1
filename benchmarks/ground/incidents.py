"""Fires at once over real relief, as towers see them, put together by what the watch goes by.

Every fire is seen by each of six towers that has it, or no more than its smoke over a ridge, in
sight, with errors of pose, lens, relief and box of its own; half of the towers see it with two
cameras. The sightings come in any order, all at one time, which is the hardest case. Counted are

- **duplicates**: fires that are told in more than one incident,
- **wrong marriages**: fires that share an incident with another one,
- **hidden fires**: fires that stand nowhere but in incidents that are mostly of another fire.
"""

import argparse
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from pyproj import Geod

from benchmarks.ground.fires import BOX_SIGMA_PX, MAST_M, SIZE, TERRAIN_SIGMA_M, recorded
from benchmarks.ground.land import Tower, jacksboro, thirty_metres, towers_on
from benchmarks.ground.pairs import FARTHEST_M, MOST_SMOKE_M, line_between
from benchmarks.support.report import Measure, conclude, figure, limit, machine, skipped
from detector.incidents.choosing import belongs
from detector.incidents.matching import Lot
from detector.incidents.testimony import Testimony
from geo.locate import Locator
from geo.meeting import seen_by_alert
from geo.terrain import Terrain
from models.alert import Alert, AlertDraft, Decision
from models.detection import Label, ModelReference
from models.fix import Fix
from models.frame import FrameMode, Provenance, TimeSource
from models.incident import IncidentState
from models.land import LandAnswer
from models.site import Camera, CameraKind, HeightDatum, Position

__all__ = ["main", "together"]

TOWERS: Final = 6
POOL: Final = 300
QUICK_POOL: Final = 120
SIGMA_DEG: Final = 0.1
AT_ONCE: Final = (1, 2, 3)
FIRES: Final = 300  # for each number at once
QUICK_FIRES: Final = 60
NEAREST_M: Final = 1_000.0
NOON: Final = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)
MOST_SPLIT: Final = {1: 5.0, 2: 6.0, 3: 8.0}
"""Per cent of fires told twice, by how many burn at once."""

MOST_MARRIED: Final = {1: 0.0, 2: 4.0, 3: 5.0}
MOST_HIDDEN: Final = {1: 0.0, 2: 1.0, 3: 1.0}
_EARTH: Final = Geod(ellps="WGS84")

_Fire = list[tuple[int, Fix]]
"""Number of the camera and what it says; cameras above a hundred are a tower's second one."""


@dataclass(slots=True)
class Told:
    """What is told as one fire.

    Attributes:
        evidence: of it.
        fires: of which fire each of them is in truth.
    """

    evidence: list[Testimony]
    fires: list[int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a bar is not held."""
    parser = argparse.ArgumentParser(prog="./run bench incidents", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of the fires")
    parser.add_argument("--sigma", type=float, default=SIGMA_DEG, help="of pointing, degrees")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    measures: list[Measure] = []
    fine = thirty_metres()
    if fine is None:
        measures.append(skipped("split", "%", "the 30 m relief is not at hand"))
    for terrain in (each for each in (fine, jacksboro()) if each is not None):
        count = QUICK_FIRES if options.quick else FIRES
        size = QUICK_POOL if options.quick else POOL
        measures += _measured(terrain, size, count, options.sigma)
    return conclude(
        measures, benchmark="incidents", about=about, quick=options.quick, path=options.json
    )


def _measured(terrain: Terrain, size: int, count: int, sigma_deg: float) -> list[Measure]:
    key = terrain.name.split(maxsplit=1)[0].lower()
    towers = towers_on(terrain, TOWERS)
    pool = _pool(terrain, towers, size, sigma_deg)
    measures: list[Measure] = []
    for at_once in AT_ONCE:
        measures += _figures(f"{key}_{at_once}", _play(towers, pool, at_once, count), at_once)
    bare = [[(number, _without_relief(fix)) for number, fix in fire] for fire in pool]
    for at_once in (1, 2):
        name = f"{key}_no_relief_{at_once}"
        measures += _figures(name, _play(towers, bare, at_once, count), None)
    return measures


def _figures(name: str, told: Counter[str], at_once: int | None) -> list[Measure]:
    fires = told["fires"]
    what = f"{fires} fires, {told['sightings'] / fires:.1f} sightings of each"
    found = []
    for word, bars in (("split", MOST_SPLIT), ("married", MOST_MARRIED), ("hidden", MOST_HIDDEN)):
        share = 100.0 * told[word] / fires
        bar = None if at_once is None else bars.get(at_once)
        if bar is None:
            found.append(figure(f"{word}_{name}", share, "%", what))
        else:
            # A share of so few fires strays by two of its own standard deviations.
            most = bar + 2.0 * math.sqrt(bar * (100.0 - bar) / fires)
            words = f"{what}; at most {bar:g} of very many"
            found.append(limit(f"{word}_{name}", share, "%", words, round(most, 1)))
    same = 100.0 * told["same"] / told["rounds"]
    found.append(figure(f"any_order_{name}", same, "%", "of rounds alike in another order"))
    took_ms = 1e3 * told["took_ns"] / 1e9 / told["sightings"]
    return [*found, figure(f"link_ms_{name}", took_ms, "ms", "a sighting")]


def _play(towers: list[Tower], pool: list[_Fire], at_once: int, count: int) -> Counter[str]:
    random, told = np.random.default_rng(3), Counter[str]()
    for _ in range(count // at_once):
        chosen = random.choice(len(pool), at_once, replace=False)
        sightings = [
            (fire, _testimony(towers, int(index), number, fix))
            for fire, index in enumerate(chosen)
            for number, fix in pool[int(index)]
        ]
        known = [(fire, one) for fire, one in sightings if one is not None]
        partitions = []
        for turn in range(2):
            order = random.permutation(len(known))
            start = time.perf_counter_ns()
            incidents = together([known[index] for index in order])
            if turn == 0:
                told["took_ns"] += time.perf_counter_ns() - start
                _count(told, incidents, at_once)
            partitions.append(
                {frozenset(each.seen.key for each in one.evidence) for one in incidents}
            )
        told["rounds"] += 1
        told["same"] += partitions[0] == partitions[1]
        told["fires"] += at_once
        told["sightings"] += len(known)
    return told


def together(sightings: list[tuple[int, Testimony]]) -> list[Told]:
    """As the watch does it: each joins or opens; then what turns out to be one is merged.

    Args:
        sightings: in the order in which they come, each with the fire that it is of in truth.
    """
    known: dict[int, Told] = {}
    for number, (fire, one) in enumerate(sightings):
        lots = {key: Lot(each.evidence) for key, each in known.items()}
        found = belongs(Lot([one]), lots)
        stands = number if found is None else found[0]
        incident = known.setdefault(stands, Told([], []))
        incident.evidence.append(one)
        incident.fires.append(fire)
        while True:
            lots = {key: Lot(each.evidence) for key, each in known.items() if key != stands}
            found = belongs(Lot(known[stands].evidence), lots)
            if found is None:
                break
            gone = known.pop(found[0])
            known[stands].evidence += gone.evidence
            known[stands].fires += gone.fires
    return list(known.values())


def _count(told: Counter[str], incidents: list[Told], at_once: int) -> None:
    for fire in range(at_once):
        holding = [one for one in incidents if fire in one.fires]
        told["split"] += len(holding) > 1
        told["married"] += any(len(set(one.fires)) > 1 for one in holding)
        told["hidden"] += bool(holding) and all(
            2 * one.fires.count(fire) < len(one.fires) for one in holding
        )


def _pool(terrain: Terrain, towers: list[Tower], size: int, sigma_deg: float) -> list[_Fire]:
    random, locator = np.random.default_rng(5), Locator(terrain)
    pool: list[_Fire] = []
    while len(pool) < size:
        near = towers[int(random.integers(len(towers)))]
        range_m = float(np.sqrt(random.uniform(1_500.0**2, FARTHEST_M**2)))
        place = _EARTH.fwd(*near, random.uniform(0.0, 360.0), range_m)[:2]
        bias_m = float(random.normal(0.0, TERRAIN_SIGMA_M))
        fire: _Fire = []
        for number, tower in enumerate(towers):
            line = line_between(terrain, tower, place, bias_m, random)
            if line is None or not NEAREST_M <= line.range_m < FARTHEST_M:
                continue
            if line.smoke_m > MOST_SMOKE_M:
                continue
            ray_deg = line.azimuth_deg, line.elevation_deg
            for camera in (number, number + 100) if number % 2 else (number,):
                seen = recorded(
                    tower, 0, place, ray_deg=ray_deg, sigma_deg=sigma_deg, random=random
                )
                at = Position(*tower, MAST_M, HeightDatum.GROUND)
                fix = locator.locate(
                    at, seen.pose, seen.x_px, seen.y_px, *SIZE, box_sigma_px=BOX_SIGMA_PX
                )
                fire.append((camera, fix))
        if fire:
            pool.append(fire)
    return pool


def _testimony(towers: list[Tower], fire: int, number: int, fix: Fix) -> Testimony | None:
    at = Position(*towers[number % 100], MAST_M, HeightDatum.GROUND)
    camera = Camera(f"c{number}", "", CameraKind.TOWER, at, ())
    decision = Decision(NOON, 3.0, 2.0, (), (), ModelReference("", "", ""), "")
    draft = AlertDraft(
        idempotency_key="",
        camera_id=camera.camera_id,
        preset=fire,
        pose=None,
        label=Label.SMOKE,
        score=0.8,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.LIVE,
        captured_at=NOON,
        received_at=NOON,
        time_source=TimeSource.RECEIPT,
        first_seen_at=NOON,
        decision=decision,
        fix=fix,
        land=LandAnswer(),
    )
    alert = Alert(1000 * fire + number, draft, 0, IncidentState.OPEN, NOON, NOON, (), "", ())
    seen = seen_by_alert(f"alert-{alert.alert_id}", alert, camera)
    return None if seen is None else Testimony(alert, seen, camera.kind)


def _without_relief(fix: Fix) -> Fix:
    return replace(fix, clusters=(), hidden=(), terrain=None)
