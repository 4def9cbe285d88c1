"""A district of the size that the network view is made for: invented, and always the same."""

import numpy as np
import shapely

from geo.crs import LocalFrame
from models.land import Fact, LandFeature, Layer

MIDDLE = (106.65, 28.85)


class LandMaker:
    """Land drawn in metres around a place."""

    def __init__(self, lon_deg: float = MIDDLE[0], lat_deg: float = MIDDLE[1]) -> None:
        self.frame = LocalFrame(lon_deg, lat_deg)
        self.features: list[LandFeature] = []

    def add(self, layer: Layer, shape: shapely.Geometry, code: str = "", **facts: Fact) -> str:
        """Add one feature drawn in metres; its code is its number in its layer when left out."""
        own = code or f"{layer}-{sum(each.layer is layer for each in self.features)}"
        place = self.frame.geometry_to_lonlat(shape)
        self.features.append(
            LandFeature(layer, own, f"name {own}", place, drill=False, properties=facts)
        )
        return own

    def line(
        self, layer: Layer, *corners: tuple[float, float], code: str = "", **facts: Fact
    ) -> str:
        return self.add(layer, shapely.LineString(corners), code, **facts)

    def point(self, layer: Layer, x_m: float, y_m: float, code: str = "", **facts: Fact) -> str:
        return self.add(layer, shapely.Point(x_m, y_m), code, **facts)

    def box(
        self, layer: Layer, x_m: float, y_m: float, size_m: float, code: str = "", **facts: Fact
    ) -> str:
        return self.add(layer, shapely.box(x_m, y_m, x_m + size_m, y_m + size_m), code, **facts)


def district(stands: int = 2000, belts: int = 500, facilities: int = 10_000) -> list[LandFeature]:
    """Stands, belts, roads of some thousand corners, townships, and points of every kind."""
    random = np.random.default_rng(20)
    features: list[LandFeature] = []
    frame, half_m = LocalFrame(*MIDDLE), 30_000.0

    def keep(layer: Layer, index: int, shape: shapely.Geometry, **facts: Fact) -> None:
        place = frame.geometry_to_lonlat(shape)
        features.append(
            LandFeature(
                layer, f"{layer}-{index}", f"{layer} {index}", place, drill=True, properties=facts
            )
        )

    def walk(length_m: float, step_m: float) -> shapely.LineString:
        count = max(2, int(length_m / step_m))
        turns = np.cumsum(random.normal(0.0, 0.15, count)) + random.uniform(0.0, 2.0 * np.pi)
        steps = np.column_stack((np.cos(turns), np.sin(turns))) * step_m
        return shapely.LineString(random.uniform(-half_m, half_m, 2) + np.cumsum(steps, axis=0))

    side = int(np.ceil(np.sqrt(stands)))
    cell_m = 2.0 * half_m / side
    angles = np.linspace(0.0, 2.0 * np.pi, 61)[:-1]
    for index in range(stands):
        middle = np.array([index % side + 0.5, index // side + 0.5]) * cell_m - half_m
        radius_m = cell_m * random.uniform(0.35, 0.5, len(angles))
        ring = middle + np.column_stack((np.cos(angles), np.sin(angles))) * radius_m[:, None]
        keep(Layer.FOREST_STAND, index, shapely.Polygon(ring))
    for index in range(belts):
        keep(Layer.FOREST_BELT, index, walk(random.uniform(500.0, 6000.0), 40.0), width_m=30.0)
    for index in range(200):
        keep(
            Layer.ROAD,
            index,
            walk(20_000.0, 30.0),
            **{"class": "county" if index < 60 else "track"},
        )
    for index in range(30):
        x_m, y_m = (index % 6) * half_m / 3.0 - half_m, (index // 6) * half_m / 2.5 - half_m
        ring = shapely.segmentize(
            shapely.box(x_m, y_m, x_m + half_m / 3.0, y_m + half_m / 2.5), 15.0
        )
        keep(Layer.TOWNSHIP, index, ring)
    points = [
        *(Layer.HYDRANT, Layer.HYDRANT, Layer.POOL, Layer.INTAKE, Layer.QUAY, Layer.CHECKPOINT),
        *(Layer.HELIPAD, Layer.STATION, Layer.TOWER, Layer.WATER_POINT),
    ]
    for index in range(facilities):
        layer = points[index % 10] if index % 100 < 90 else Layer.PIPE
        layer = layer if layer is not Layer.WATER_POINT or index % 100 < 30 else Layer.HYDRANT
        layer = layer if layer is not Layer.TOWER or index % 100 < 10 else Layer.VILLAGE
        if layer is Layer.PIPE:
            keep(layer, index, walk(600.0, 60.0))
        else:
            keep(layer, index, shapely.Point(random.uniform(-half_m, half_m, 2)), depth_m=5.0)
    return features
