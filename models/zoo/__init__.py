"""The detector's weights: ONNX files, a card for each, and the registry that checks both."""

from models.zoo.card import DataSource, InputSpec, Metric, ModelCard, Operating, OutputSpec
from models.zoo.registry import card_names, load_card, read_card, read_weights

__all__ = [
    "DataSource",
    "InputSpec",
    "Metric",
    "ModelCard",
    "Operating",
    "OutputSpec",
    "card_names",
    "load_card",
    "read_card",
    "read_weights",
]
