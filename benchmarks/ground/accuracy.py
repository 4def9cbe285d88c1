"""Whether the stated 90 % region holds nine fires in ten, and how far off the stated place is."""

import argparse
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from pyproj import Geod

from benchmarks.ground.fires import (
    BANDS_KM,
    BOX_SIGMA_PX,
    MAST_M,
    SIZE,
    Fire,
    fires_of,
    first_hit,
)
from benchmarks.ground.land import jacksboro, thirty_metres, towers_on
from benchmarks.support.report import Measure, conclude, figure, machine, skipped
from geo.camera import ray_of_pixel
from geo.locate import Locator
from geo.terrain import Terrain
from models.fix import Fix, FixOutcome
from models.site import HeightDatum, Position

__all__ = ["main"]

FIRES: Final = 6_000  # on each relief
QUICK_FIRES: Final = 600
TOWERS: Final = 6
SIGMA_DEG: Final = 0.1
HELD: Final = (88.0, 92.0)
_EARTH: Final = Geod(ellps="WGS84")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a band's region holds too few or too many."""
    parser = argparse.ArgumentParser(prog="./run bench geo-accuracy", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the fires")
    parser.add_argument("--sigma", type=float, default=SIGMA_DEG, help="of pointing, degrees")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    count = QUICK_FIRES if options.quick else FIRES
    measures: list[Measure] = []
    fine = thirty_metres()
    if fine is None:
        measures.append(skipped("region90_coverage", "%", "the 30 m relief is not at hand"))
    for terrain in (each for each in (fine, jacksboro()) if each is not None):
        measures += _measured(terrain, count, options.sigma)
    return conclude(
        measures, benchmark="geo-accuracy", about=about, quick=options.quick, path=options.json
    )


def _measured(terrain: Terrain, count: int, sigma_deg: float) -> list[Measure]:
    random = np.random.default_rng(11)
    locator = Locator(terrain)
    towers = towers_on(terrain, TOWERS)
    fires: list[Fire] = []
    for tower in towers:
        fires += islice(fires_of(terrain, tower, sigma_deg, random), count // len(towers))
    start = time.perf_counter()
    fixes = [_fix(locator, fire) for fire in fires]
    took_ms = (time.perf_counter() - start) * 1e3 / len(fires)
    key, about = terrain.name.split()[0].lower(), f"{terrain.name}, {sigma_deg:g} degrees"
    measures = [
        _share(f"region90_coverage_{key}", fires, fixes, about),
        figure(f"fix_ms_{key}", took_ms, "ms", f"mean over {len(fires)} fires"),
    ]
    for band, (near_km, far_km) in enumerate(BANDS_KM):
        own = [index for index, fire in enumerate(fires) if fire.band == band]
        if not own:
            continue
        seen, told = [fires[index] for index in own], [fixes[index] for index in own]
        name = f"{key}_{near_km:.0f}_{far_km:.0f}km"
        measures.append(_share(f"region90_coverage_{name}", seen, told, about))
        measures += _errors(terrain, name, seen, told)
    return measures


def _fix(locator: Locator, fire: Fire) -> Fix:
    observer = Position(*fire.tower, MAST_M, HeightDatum.GROUND)
    return locator.locate(
        observer, fire.pose, fire.x_px, fire.y_px, *SIZE, box_sigma_px=BOX_SIGMA_PX
    )


def _share(name: str, fires: list[Fire], fixes: list[Fix], about: str) -> Measure:
    """How often the outlines together hold the truth, of the fires that got a place."""
    pairs = [
        (fire, fix)
        for fire, fix in zip(fires, fixes, strict=True)
        if fix.outcome is FixOutcome.LOCATED
    ]
    held = sum(
        any(
            shapely.Polygon(each.outline_lonlat).covers(shapely.Point(fire.lon_deg, fire.lat_deg))
            for each in fix.clusters
        )
        for fire, fix in pairs
    )
    share = 100.0 * held / len(pairs)
    sigma = 100.0 * float(np.sqrt(0.09 / len(pairs)))
    words = f"{about}; {len(pairs)} of {len(fires)} located; must be {HELD[0]:g} to {HELD[1]:g}"
    holds = HELD[0] <= share <= HELD[1]
    return Measure(name, round(share, 2), "%", f"{words}, +- {sigma:.1f}", None, HELD[0], holds)


def _errors(terrain: Terrain, name: str, fires: list[Fire], fixes: list[Fix]) -> list[Measure]:
    """Distance from the stated place to the truth; without a place it is infinite."""
    ours, naive, radii = [], [], []
    for fire, fix in zip(fires, fixes, strict=True):
        truth = fire.lon_deg, fire.lat_deg
        best = fix.clusters[0].position if fix.clusters else None
        ours.append(np.inf if best is None else _apart_m(truth, (best.lon_deg, best.lat_deg)))
        if fix.clusters:
            radii.append(fix.clusters[0].r90_m)
        ray = ray_of_pixel(fire.x_px, fire.y_px, *SIZE, fire.pose)
        hit = first_hit(terrain, fire.tower, *ray)
        naive.append(np.inf if hit is None else _apart_m(truth, hit))
    told = f"naive first hit {_percentile(naive, 50)} and {_percentile(naive, 90)}"
    return [
        figure(f"ce50_{name}_m", float(np.percentile(ours, 50)), "m", told),
        _far(f"ce90_{name}_m", ours),
        figure(f"r90_median_{name}_m", float(np.median(radii)), "m", "as stated, best cluster"),
    ]


def _far(name: str, errors_m: list[float]) -> Measure:
    value = float(np.percentile(errors_m, 90, method="higher"))
    if np.isinf(value):
        return skipped(name, "m", "more than a tenth got no place")
    return figure(name, value, "m")


def _percentile(errors_m: list[float], share: float) -> str:
    value = float(np.percentile(errors_m, share, method="higher"))
    return "none" if np.isinf(value) else f"{value:.0f} m"


def _apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(_EARTH.inv(*one, *other)[2])
