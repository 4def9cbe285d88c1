"""Stands that no tower sees: over the relief where one is loaded, else as the crow flies."""

from collections.abc import Sequence

import numpy as np
import shapely

from geo.coverage import Coverage
from geo.land.network.draft import Draft
from geo.land.network.sheet import Sheet
from models.land import FindingKind, LandFeature, Layer, NotJudged, Ref
from models.units import FloatArray

__all__ = ["Eye", "seen_shares", "unseen_stands"]

Eye = tuple[str, float, float]
"""Name, longitude and latitude of a camera that looks over the land."""


def unseen_stands(
    sheet: Sheet, coverage: Coverage | None, eyes: Sequence[Eye]
) -> tuple[list[Draft], list[NotJudged]]:
    """Stands that towers see too little of.

    Args:
        sheet: the land.
        coverage: what the towers see together; None where no relief is loaded.
        eyes: cameras on towers; used without a coverage, together with the towers of the land.
    """
    kind = FindingKind.STAND_UNSEEN
    if not sheet.stands.features:
        return [], []
    if coverage is not None:
        return _by_relief(sheet, coverage), []
    if not eyes:
        missing = sheet.lacking(kind, Layer.TOWER)
        if missing:
            return [], missing
    return _by_distance(sheet, eyes), []


def _by_relief(sheet: Sheet, coverage: Coverage) -> list[Draft]:
    shares = seen_shares(coverage, sheet.stands.features, sheet.rule.smoke_m)
    return [
        Draft(
            FindingKind.STAND_UNSEEN,
            sheet.stands.features[index],
            sheet.stands.shapes[index],
            measure=float(shares[index]),
            unit="share",
        )
        for index in np.flatnonzero(shares < sheet.rule.seen_share).tolist()
    ]


def seen_shares(coverage: Coverage, stands: Sequence[LandFeature], smoke_m: float) -> FloatArray:
    """How much of each stand towers are known to see smoke over; NaN where nobody can tell.

    By the cells whose middle lies in the stand, else by the one that holds a place inside it.
    What is not known either way counts neither for nor against.
    """
    seen, blind = coverage.seen(smoke_m), coverage.blind(smoke_m)
    grid = coverage.grid
    lon_deg, lat_deg = grid.lon_deg, grid.lat_deg
    shares = np.full(len(stands), np.nan)
    for index, stand in enumerate(stands):
        west, south, east, north = stand.geometry.bounds
        columns = slice(*np.searchsorted(lon_deg, (west, east)).tolist())
        rows = slice(*np.searchsorted(-lat_deg, (-north, -south)).tolist())
        inside = shapely.contains_xy(stand.geometry, *np.meshgrid(lon_deg[columns], lat_deg[rows]))
        if not inside.any():
            point = shapely.point_on_surface(stand.geometry)
            cell = grid.cell_of(float(point.x), float(point.y))
            if cell is None:
                continue
            rows, columns = (slice(at, at + 1) for at in cell)
            inside = np.array([[True]])
        yes = int(np.count_nonzero(seen[rows, columns] & inside))
        no = int(np.count_nonzero(blind[rows, columns] & inside))
        if yes + no:
            shares[index] = yes / (yes + no)
    return shares


def _by_distance(sheet: Sheet, eyes: Sequence[Eye]) -> list[Draft]:
    towers = sheet.working(Layer.TOWER)
    places = np.array([[lon_deg, lat_deg] for _, lon_deg, lat_deg in eyes]).reshape(-1, 2)
    metric = np.column_stack(sheet.frame.to_metric(places[:, 0], places[:, 1]))
    points = np.concatenate([shapely.points(metric), towers.shapes])
    refs = [(name, name) for name, _, _ in eyes]
    refs += [(each.code, each.name) for each in towers.features]
    # The farthest corner: who sees the near edge of a stand does not see the stand.
    farthest_m = _farthest_m(sheet, points)
    nearest = np.argmin(farthest_m, axis=1)
    found = []
    for index, at in enumerate(nearest.tolist()):
        away_m = float(farthest_m[index, at])
        if away_m <= sheet.rule.sight_m:
            continue
        code, name = refs[at]
        found.append(
            Draft(
                FindingKind.STAND_UNSEEN,
                sheet.stands.features[index],
                sheet.stands.shapes[index],
                measure=away_m,
                unit="m",
                others=[Ref(Layer.TOWER, code, name, away_m)],
            )
        )
    return found


def _farthest_m(sheet: Sheet, points: FloatArray) -> FloatArray:
    """(stands, points) from each point to the farthest corner of each stand."""
    farthest = np.empty((len(sheet.stands.shapes), len(points)))
    places = shapely.get_coordinates(points)
    for index, shape in enumerate(sheet.stands.shapes):
        corners = shapely.get_coordinates(shapely.convex_hull(shape))
        apart = corners[:, None, :] - places[None, :, :]
        farthest[index] = np.hypot(apart[..., 0], apart[..., 1]).max(axis=0)
    return farthest
