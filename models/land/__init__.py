"""The land that a fire is set against: units, belts, water, roads, gates, posts and teams."""

from models.land.answer import LandAnswer, NearestAsset, UnitShare
from models.land.attributes import ATTRIBUTES, Attribute, AttributeKind
from models.land.change import ChangeKind, LandChange, LandEdit
from models.land.checking import FactFault, FaultKind, ShapeFault, fact_faults, shape_fault
from models.land.feature import Fact, LandFeature, feature_tag, same_feature
from models.land.layers import FACILITIES, SHAPES, UNITS, Layer
from models.land.network import (
    FindingKind,
    NetworkFinding,
    NetworkReport,
    NotJudged,
    Ref,
    SeenBy,
)
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
    "FactFault",
    "FaultKind",
    "FindingKind",
    "LandAnswer",
    "LandChange",
    "LandEdit",
    "LandFeature",
    "LandReport",
    "Layer",
    "LostBecause",
    "NearestAsset",
    "NetworkFinding",
    "NetworkReport",
    "NotJudged",
    "Ref",
    "Route",
    "SeenBy",
    "ShapeFault",
    "UnitShare",
    "WaterOption",
    "WaterReport",
    "fact_faults",
    "feature_tag",
    "same_feature",
    "shape_fault",
]
