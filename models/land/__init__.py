"""The land that a fire is set against: units, belts, water, roads, gates, posts and teams."""

from models.land.answer import LandAnswer, NearestAsset, UnitShare
from models.land.attributes import ATTRIBUTES, Attribute, AttributeKind
from models.land.change import ChangeKind, LandChange, LandEdit
from models.land.feature import Fact, LandFeature, same_feature
from models.land.layers import FACILITIES, SHAPES, UNITS, Layer
from models.land.report import (
    Asset,
    AtRisk,
    Barrier,
    BurnNear,
    LandReport,
    LostBecause,
    Route,
    WaterOption,
    WaterReport,
)

__all__ = [
    "ATTRIBUTES",
    "FACILITIES",
    "SHAPES",
    "UNITS",
    "Asset",
    "AtRisk",
    "Attribute",
    "AttributeKind",
    "Barrier",
    "BurnNear",
    "ChangeKind",
    "Fact",
    "LandAnswer",
    "LandChange",
    "LandEdit",
    "LandFeature",
    "LandReport",
    "Layer",
    "LostBecause",
    "NearestAsset",
    "Route",
    "UnitShare",
    "WaterOption",
    "WaterReport",
    "same_feature",
]
