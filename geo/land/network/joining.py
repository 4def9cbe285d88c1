"""Facilities that touch nothing: mains without water, hydrants off mains, gates off roads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.land.metric import MetricLayer
from geo.land.network.draft import Draft
from geo.land.network.grouping import grouped
from geo.land.network.pieces import Pieces
from geo.land.network.sheet import Sheet
from models.land import FindingKind, LandFeature, Layer, NotJudged, Ref

__all__ = ["idle_mains", "unjoined"]


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a layer's features should touch.

    Attributes:
        kind: told where they do not.
        layer: whose features.
        targets: any of these layers will do.
    """

    kind: FindingKind
    layer: Layer
    targets: tuple[Layer, ...]


_RULES: Final = (
    _Rule(FindingKind.HYDRANT_NO_PIPE, Layer.HYDRANT, (Layer.PIPE,)),
    _Rule(FindingKind.POOL_NO_ACCESS, Layer.POOL, (Layer.PIPE, Layer.ROAD)),
    _Rule(FindingKind.INTAKE_NO_ACCESS, Layer.INTAKE, (Layer.PIPE, Layer.ROAD)),
    _Rule(FindingKind.QUAY_NO_ROAD, Layer.QUAY, (Layer.ROAD,)),
    _Rule(FindingKind.CHECKPOINT_NO_ROAD, Layer.CHECKPOINT, (Layer.ROAD,)),
    _Rule(FindingKind.PAD_NO_ROAD, Layer.HELIPAD, (Layer.ROAD,)),
    _Rule(FindingKind.STATION_NO_ROAD, Layer.STATION, (Layer.ROAD,)),
)

_SOURCES: Final = (Layer.POOL, Layer.INTAKE, Layer.QUAY, Layer.WATER_POINT)
"""What a main may draw from."""


def unjoined(sheet: Sheet) -> tuple[list[Draft], list[NotJudged]]:
    """Facilities that touch neither main nor road where they should."""
    found: list[Draft] = []
    missing: list[NotJudged] = []
    reaches = {Layer.PIPE: sheet.rule.join_m, Layer.ROAD: sheet.rule.road_m}
    pieces = {layer: Pieces(sheet.working(layer)) for layer in reaches}
    for rule in _RULES:
        facilities = sheet.working(rule.layer)
        if not facilities.features:
            continue
        nothing = sheet.lacking(rule.kind, *rule.targets)
        missing += nothing
        targets = [(pieces[one], reaches[one]) for one in rule.targets if pieces[one].features]
        if not nothing:
            found += _unjoined(rule.kind, facilities, targets)
    return found, missing


def _unjoined(
    kind: FindingKind, facilities: MetricLayer, targets: Sequence[tuple[Pieces, float]]
) -> list[Draft]:
    near = [pieces.nearest(facilities.shapes) for pieces, _ in targets]
    away_m = np.array([shapely.length(ways) for _, ways in near])
    reach_m = np.array([reach for _, reach in targets])
    found = []
    for index in np.flatnonzero((away_m > reach_m[:, None]).all(axis=0)).tolist():
        order = np.argsort(away_m[:, index], kind="stable").tolist()
        others = [targets[at][0].features[near[at][0][index]] for at in order]
        metres = away_m[order, index].tolist()
        found.append(
            Draft(
                kind,
                facilities.features[index],
                near[order[0]][1][index],
                measure=metres[0],
                unit="m",
                place=facilities.shapes[index],
                others=[
                    Ref(one.layer, one.code, one.name, away)
                    for one, away in zip(others, metres, strict=True)
                ],
                drill=others[0].drill,
            )
        )
    return found


def idle_mains(sheet: Sheet) -> tuple[list[Draft], list[NotJudged]]:
    """Connected mains that no water feeds, and those that feed no hydrant: one finding each."""
    pipes = sheet.working(Layer.PIPE)
    if not pipes.features:
        return [], []
    found: list[Draft] = []
    missing: list[NotJudged] = []
    nets = _nets(pipes, sheet.rule.join_m)
    for kind, layers in (
        (FindingKind.PIPE_NO_SOURCE, _SOURCES),
        (FindingKind.PIPE_NO_HYDRANT, (Layer.HYDRANT,)),
    ):
        nothing = sheet.lacking(kind, *layers)
        missing += nothing
        if not nothing:
            ends = [each for each in map(sheet.working, layers) if each.features]
            found += [
                finding
                for net in nets
                if (finding := _idle(sheet.rule.join_m, kind, pipes, net, ends)) is not None
            ]
    return found, missing


def _nets(pipes: MetricLayer, join_m: float) -> list[NDArray[np.intp]]:
    """Pipes that hang together, by their places in the layer."""
    one, other = pipes.tree.query(pipes.shapes, predicate="dwithin", distance=join_m)
    size = len(pipes.features)
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    return grouped(label.astype(np.intp), int(count))


def _idle(
    join_m: float,
    kind: FindingKind,
    pipes: MetricLayer,
    net: NDArray[np.intp],
    ends: Sequence[MetricLayer],
) -> Draft | None:
    shape = shapely.union_all(pipes.shapes[net])
    best: tuple[float, LandFeature, shapely.LineString] | None = None
    for layer in ends:
        index = int(layer.tree.nearest(shape))
        way = shapely.shortest_line(shape, layer.shapes[index])
        if way.length <= join_m:
            return None
        if best is None or way.length < best[0]:
            best = (float(way.length), layer.features[index], way)
    if best is None:  # pragma: no cover -- the layers are not empty
        return None
    away_m, other, way = best
    longest = int(net[np.argmax(shapely.length(pipes.shapes[net]))])
    return Draft(
        kind,
        pipes.features[longest],
        way,
        measure=away_m,
        unit="m",
        place=shapely.get_point(way, 0),
        others=[Ref(other.layer, other.code, other.name, away_m)],
        members=[pipes.features[index].code for index in net.tolist()],
        drill=other.drill or any(pipes.features[index].drill for index in net.tolist()),
    )
