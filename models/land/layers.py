"""The kinds of land features, and the shapes that each may have.

The list follows what a district builds against fire (林火阻隔系统, 消防管网, 瞭望塔 …). A
registered burn is not among them: it holds alerts back, so it lives in :mod:`models.ledger`.
"""

from enum import StrEnum

__all__ = ["FACILITIES", "SHAPES", "UNITS", "Layer"]


class Layer(StrEnum):
    """Kinds of land features, in the order in which they are told."""

    TOWNSHIP = "township"
    VILLAGE = "village"
    MOUNTAIN_UNIT = "mountain_unit"  # 山系
    FOREST_STAND = "forest_stand"  # 林班, 小班
    FOREST_BELT = "forest_belt"  # 林火阻隔带: engineered, biological or natural
    WATER_POINT = "water_point"  # 直升机取水点
    HELIPAD = "helipad"  # 停机坪
    POOL = "pool"  # 消防水池, 水箱
    PIPE = "pipe"  # 消防管网
    HYDRANT = "hydrant"  # 消火栓
    INTAKE = "intake"  # 取水口
    QUAY = "quay"  # 取水码头
    ROAD = "road"  # 消防通道 and any other road
    CHECKPOINT = "checkpoint"  # 检查站, smart gates too
    TOWER = "tower"  # 瞭望塔
    POST = "post"  # 监测哨
    NODE = "node"  # infrared node under the canopy
    STATION = "station"  # teams and their stations
    AIRSPACE = "airspace"  # 空域: where drones may not, or may, fly


POINT = frozenset({"Point"})
LINE = frozenset({"LineString", "MultiLineString"})
AREA = frozenset({"Polygon", "MultiPolygon"})

SHAPES: dict[Layer, frozenset[str]] = {
    Layer.TOWNSHIP: AREA,
    Layer.VILLAGE: POINT | AREA,
    Layer.MOUNTAIN_UNIT: AREA,
    Layer.FOREST_STAND: AREA,
    Layer.FOREST_BELT: LINE | AREA,
    Layer.WATER_POINT: POINT | AREA,
    Layer.HELIPAD: POINT | AREA,
    Layer.POOL: POINT | AREA,
    Layer.PIPE: LINE,
    Layer.HYDRANT: POINT,
    Layer.INTAKE: POINT,
    Layer.QUAY: POINT,
    Layer.ROAD: LINE,
    Layer.CHECKPOINT: POINT,
    Layer.TOWER: POINT,
    Layer.POST: POINT,
    Layer.NODE: POINT,
    Layer.STATION: POINT | AREA,
    Layer.AIRSPACE: AREA,
}
"""GeoJSON geometry types that a feature of a layer may have."""

UNITS = (Layer.TOWNSHIP, Layer.VILLAGE, Layer.MOUNTAIN_UNIT, Layer.FOREST_STAND)
"""Layers that say whose land it is: asked by containment, with a probability."""

FACILITIES = tuple(layer for layer in Layer if layer not in {*UNITS, Layer.AIRSPACE})
"""Layers that are built: asked by distance. Airspace is neither: no answer about a fire has it."""
