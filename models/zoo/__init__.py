"""The detector's weights: ONNX files, a card for each, and the registry that checks both."""

from models.zoo.card import (
    DataSource,
    InfraredUse,
    InputSpec,
    Metric,
    ModelCard,
    Operating,
    OutputSpec,
    ScoreMap,
)
from models.zoo.registry import card_names, load_card, read_card, read_weights

__all__ = [
    "DataSource",
    "InfraredUse",
    "InputSpec",
    "Metric",
    "ModelCard",
    "Operating",
    "OutputSpec",
    "ScoreMap",
    "card_names",
    "load_card",
    "read_card",
    "read_weights",
]
