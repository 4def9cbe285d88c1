"""The fitted weights of the evidence: ``weights.toml`` beside this file, written by the training.

They belong to the detector that they were fitted with; what they were fitted on and how they did on
sites they had not seen stands in the file.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.evidence.features import NAMES
from models.config import Settings
from models.errors import ModelMismatch

__all__ = ["WEIGHTS", "Weights", "decision_version", "read_weights"]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the evidence's numbers count.

    Attributes:
        of: weight by feature name, log-odds a unit.
        floor_log_odds: the sum never falls below it.
        seen_news: how much news the sightings must have brought together: 1 is a single frame, 1.5
            are two frames 14 s or more apart.
        version: of the fit, for decision records.
        model: name of the card of the detector's weights that they were fitted with.
    """

    of: Mapping[str, float]
    floor_log_odds: float
    seen_news: float
    version: str
    model: str

    def fits(self, card_name: str) -> bool:
        """Whether they were fitted on the network of a card, or on one that it was made from.

        >>> WEIGHTS.fits(f"{WEIGHTS.model}-int8"), WEIGHTS.fits("another")
        (True, False)
        """
        return card_name == self.model or card_name.startswith(f"{self.model}-")


def read_weights(path: Path) -> Weights:
    """Read and check a file of weights.

    Raises:
        ModelMismatch: a feature without a weight, one that does not exist, or a number that is
            none.
    """
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    of = {str(name): float(value) for name, value in table["weights"].items()}
    if set(of) != set(NAMES) or not all(math.isfinite(value) for value in of.values()):
        raise ModelMismatch(
            f"{path.name} holds weights for {sorted(of)}, the evidence measures {sorted(NAMES)}.",
            remedy="Fit them again with training/evidence.py, or reinstall Firewatch.",
        )
    return Weights(
        of=of,
        floor_log_odds=float(table["floor_log_odds"]),
        seen_news=float(table["seen_news"]),
        version=str(table["version"]),
        model=str(table["model"]),
    )


def decision_version(settings: Settings) -> str:
    """What shaped a decision beside the detector: the settings' hash and the weights' version."""
    return f"{settings.decision_version}/{WEIGHTS.version}"


WEIGHTS = read_weights(Path(__file__).with_name("weights.toml"))
