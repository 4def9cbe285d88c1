"""Whether two towers together say where a fire is: the stated regions against the truth."""

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from pyproj import Geod

from benchmarks.ground.fires import BOX_SIGMA_PX, MAST_M, SIZE, Fire
from benchmarks.ground.land import jacksboro, thirty_metres, towers_on
from benchmarks.ground.pairs import Pair, pairs_of
from benchmarks.support.report import Measure, conclude, figure, machine, skipped
from geo.alternatives import Account
from geo.crs import LocalFrame
from geo.joint import AGAINST, Joint, joined
from geo.locate import Locator
from geo.terrain import Terrain
from geo.triangulate import triangulate
from models.crossing import Bearing, Crossing
from models.fix import Fix
from models.site import HeightDatum, Position

__all__ = ["main"]

FIRES: Final = 2_000  # on each relief
QUICK_FIRES: Final = 200
TOWERS: Final = 6
SIGMA_DEG: Final = 0.1
HELD: Final = (88.0, 95.0)
"""Nine in ten, and a little more: what no relief explains keeps a share of its own."""

OPENINGS_DEG: Final = (0.0, 15.0, 45.0, 180.0)
_EARTH: Final = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class _Told:
    """What was said of one pair, with distances from the truth in metres."""

    pair: Pair
    fixes: tuple[Fix, Fix]
    crossing: Crossing
    joint: Joint
    took_ms: float

    @property
    def truth(self) -> tuple[float, float]:
        return self.pair.first.lon_deg, self.pair.first.lat_deg

    @property
    def single_m(self) -> list[float]:
        return [
            _apart_m(
                self.truth, (fix.clusters[0].position.lon_deg, fix.clusters[0].position.lat_deg)
            )
            if fix.clusters
            else math.inf
            for fix in self.fixes
        ]

    @property
    def crossing_m(self) -> float:
        return _apart_m(self.truth, (self.crossing.lon_deg or 0.0, self.crossing.lat_deg or 0.0))

    @property
    def joint_m(self) -> float:
        best = self.joint.places[0]
        return _apart_m(self.truth, (best.lon_deg, best.lat_deg))

    @property
    def is_in_joint(self) -> bool:
        return _holds([place.outline_lonlat for place in self.joint.places], self.truth)

    @property
    def is_in_ellipse(self) -> bool:
        crossing = self.crossing
        frame = LocalFrame(crossing.lon_deg or 0.0, crossing.lat_deg or 0.0)
        east_m, north_m = frame.to_metric(*self.truth)
        axis = math.radians(crossing.major_bearing_deg)
        along = (east_m * math.sin(axis) + north_m * math.cos(axis)) / crossing.semi_major_m
        across = (east_m * math.cos(axis) - north_m * math.sin(axis)) / crossing.semi_minor_m
        return along**2 + across**2 <= 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a joint region holds too few or too many."""
    parser = argparse.ArgumentParser(prog="./run bench geo-crossing", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the fires")
    parser.add_argument("--sigma", type=float, default=SIGMA_DEG, help="of pointing, degrees")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    count = QUICK_FIRES if options.quick else FIRES
    measures: list[Measure] = []
    fine = thirty_metres()
    if fine is None:
        measures.append(skipped("joint90_coverage", "%", "the 30 m relief is not at hand"))
    for terrain in (each for each in (fine, jacksboro()) if each is not None):
        measures += _measured(terrain, count, options.sigma)
    return conclude(
        measures, benchmark="geo-crossing", about=about, quick=options.quick, path=options.json
    )


def _measured(terrain: Terrain, count: int, sigma_deg: float) -> list[Measure]:
    locator, towers = Locator(terrain), towers_on(terrain, TOWERS)
    key = terrain.name.split()[0].lower()
    found: list[Measure] = []
    for hidden in (False, True):
        random = np.random.default_rng(17)
        wanted = count // 2 if hidden else count
        pairs = list(islice(pairs_of(terrain, towers, sigma_deg, random, hidden=hidden), wanted))
        told = [each for each in (_told(locator, pair) for pair in pairs) if each is not None]
        name = f"{key}_hidden" if hidden else key
        what = f"{terrain.name}, {sigma_deg:g} degrees, {len(told)} of {len(pairs)} crossed"
        if hidden:
            what += ", the second tower sees only smoke over a ridge"
        found += _figures(name, what, told)
        if not hidden:
            found += _by_opening(key, told)
            found += _ghosts(key, told)
    return found


def _told(locator: Locator, pair: Pair) -> _Told | None:
    fixes = _fix(locator, pair.first), _fix(locator, pair.second)
    accounts = [_account(fix) for fix in fixes]
    start = time.perf_counter()
    crossing = triangulate([each.witness for each in accounts])
    if not crossing.is_located:
        return None
    joint = joined(accounts, crossing)
    return _Told(pair, fixes, crossing, joint, (time.perf_counter() - start) * 1e3)


def _fix(locator: Locator, fire: Fire) -> Fix:
    observer = Position(*fire.tower, MAST_M, HeightDatum.GROUND)
    return locator.locate(
        observer, fire.pose, fire.x_px, fire.y_px, *SIZE, box_sigma_px=BOX_SIGMA_PX
    )


def _account(fix: Fix) -> Account:
    assert fix.bearing_deg is not None
    assert fix.bearing_sigma_deg is not None
    return Account(Bearing(fix.observer, fix.bearing_deg, fix.bearing_sigma_deg), fix)


def _figures(name: str, what: str, told: list[_Told]) -> list[Measure]:
    held = 100.0 * float(np.mean([each.is_in_joint for each in told]))
    ellipse = 100.0 * float(np.mean([each.is_in_ellipse for each in told]))
    error = 100.0 * math.sqrt(0.09 / len(told))
    words = f"{what}; the ellipse alone {ellipse:.1f}; must be {HELD[0]:g} to {HELD[1]:g}"
    holds = HELD[0] <= held <= HELD[1]
    single = [error_m for each in told for error_m in each.single_m]
    crossing, joint = [each.crossing_m for each in told], [each.joint_m for each in told]
    return [
        Measure(
            f"joint90_coverage_{name}",
            round(held, 2),
            "%",
            f"{words}, +- {error:.1f}",
            None,
            HELD[0],
            holds,
        ),
        *(
            figure(
                f"joint_ce{share}_{name}_m",
                _percentile(joint, share),
                "m",
                f"one tower {_percentile(single, share):.0f} m, the crossing alone "
                f"{_percentile(crossing, share):.0f} m",
            )
            for share in (50, 90)
        ),
        figure(f"joint_ms_{name}", float(np.mean([each.took_ms for each in told])), "ms", "mean"),
    ]


def _by_opening(key: str, told: list[_Told]) -> list[Measure]:
    found = []
    for low_deg, high_deg in pairwise(OPENINGS_DEG):
        own = [each for each in told if low_deg <= each.pair.opening_deg < high_deg]
        if not own:
            continue
        held = 100.0 * float(np.mean([each.is_in_joint for each in own]))
        joint = [each.joint_m for each in own]
        crossing = [each.crossing_m for each in own]
        what = (
            f"{len(own)} fires; joint {_percentile(joint, 50):.0f} and {_percentile(joint, 90):.0f}"
            f" m, crossing alone {_percentile(crossing, 50):.0f} and"
            f" {_percentile(crossing, 90):.0f} m"
        )
        found.append(figure(f"joint90_{key}_{low_deg:.0f}_{high_deg:.0f}deg", held, "%", what))
    return found


def _ghosts(key: str, told: list[_Told]) -> list[Measure]:
    """One tower's bearing of a fire, crossed with another tower's bearing of another fire."""
    factors = []
    for one, other in pairwise(told):
        if one.pair.first.tower == other.pair.second.tower:
            continue
        apart = one.truth, other.truth
        if _apart_m(*apart) < 500.0:
            continue
        accounts = [_account(one.fixes[0]), _account(other.fixes[1])]
        crossing = triangulate([each.witness for each in accounts])
        if crossing.is_located:
            factors.append(joined(accounts, crossing).log_factor)
    true = np.array([each.joint.log_factor for each in told])
    ghosts = np.array(factors)
    what = f"{len(ghosts)} crossings of two fires"
    kept = f"of {len(true)} crossings of one fire"
    return [
        figure(f"ghosts_refuted_{key}", 100.0 * float((ghosts < AGAINST).mean()), "%", what),
        figure(f"true_refuted_{key}", 100.0 * float((true < AGAINST).mean()), "%", kept),
    ]


def _holds(outlines: list[tuple[tuple[float, float], ...]], place: tuple[float, float]) -> bool:
    return any(shapely.Polygon(ring).covers(shapely.Point(place)) for ring in outlines)


def _percentile(errors_m: list[float], share: float) -> float:
    return float(np.percentile(errors_m, share, method="higher"))


def _apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(_EARTH.inv(*one, *other)[2])
