"""What one frame says of its hot spots: boosted trees over their features.

``training/heat.py`` trains them on frames of a fire among hot rock and roofs and on frames without
fire. The answer counts as log-odds under even chances: how much likelier the look is for a fire
than for anything else that is warm.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

import numpy as np
import onnxruntime
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from detector.thermal.features import FEATURES, spot_features
from models.errors import ModelMismatch
from models.thermal import HotSpot, ThermalImage
from models.zoo.card import DataSource, Metric

__all__ = ["CARD", "HeatCard", "SpotClassifier", "read_heat_card"]

CARD: Final = (
    Path(__file__).resolve().parents[2] / "models" / "zoo" / "heat" / "firewatch-heat.toml"
)
_STRICT = ConfigDict(extra="forbid", frozen=True)
_Text = Annotated[str, Field(min_length=1)]
_REINSTALL = "Reinstall Firewatch, or copy the file again from where it was released."


@dataclass(frozen=True, slots=True)
class HeatCard:
    """What is known of the classifier.

    Attributes:
        name: of it, and stem of the card's file.
        version: ``YYYY.M.N``.
        file: of the network, beside the card.
        sha256: of that file, 64 hexadecimal digits.
        licence: SPDX name.
        trained_with: recipe and tools, in words.
        features: that it eats, in order.
        weight: what its answer counts.
        candidate_log_odds: of one frame; from here on a spot is a candidate.
        notes: known failures, in words.
        metrics: figures with their sources.
        data: training data with their licences.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    version: Annotated[str, Field(pattern=r"^\d{4}\.\d{1,2}\.\d+$")]
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    licence: _Text
    trained_with: _Text
    features: tuple[_Text, ...]
    weight: Annotated[float, Field(gt=0.0, le=1.0)]
    candidate_log_odds: Annotated[float, Field(ge=-20.0, le=20.0)]
    notes: tuple[_Text, ...]
    metrics: tuple[Metric, ...]
    data: Annotated[tuple[DataSource, ...], Field(min_length=1)]


_CARD = TypeAdapter(HeatCard)


def read_heat_card(path: Path = CARD) -> HeatCard:
    """Read a card.

    Raises:
        ModelMismatch: it cannot be read, has a missing, unknown or impossible key, or is for other
            features than this program's.
    """
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        card = _CARD.validate_python(values)
    except OSError as error:
        raise ModelMismatch(
            f"The model card {path} cannot be read: {error.strerror}.", remedy=_REINSTALL
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise ModelMismatch(
            f"The model card {path} is refused: {str(error).splitlines()[0]}.", remedy=_REINSTALL
        ) from error
    if card.features != FEATURES:
        raise ModelMismatch(
            f"The model card {path} is for other features of a hot spot.",
            remedy="Train it again with training/heat.py, or reinstall Firewatch.",
        )
    return card


class SpotClassifier:
    """Judges the spots of one frame together."""

    def __init__(self, card: HeatCard, session: onnxruntime.InferenceSession) -> None:
        self.card = card
        self._session = session

    @classmethod
    def open(cls, card: Path = CARD) -> "SpotClassifier":
        """Read card and network.

        Args:
            card: the TOML file; the product's own when left out.

        Raises:
            ModelMismatch: the card is refused, or its network is missing or has another sha256.
        """
        read = read_heat_card(card)
        path = card.parent / read.file
        try:
            network = path.read_bytes()
        except OSError as error:
            raise ModelMismatch(
                f"The weights {path} cannot be read: {error.strerror}.", remedy=_REINSTALL
            ) from error
        digest = hashlib.sha256(network).hexdigest()
        if digest != read.sha256:
            raise ModelMismatch(
                f"The weights {path} have sha256 {digest}, their card says {read.sha256}.",
                remedy=_REINSTALL,
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # a sum in one order: the same answer every time
        options.inter_op_num_threads = 1
        return cls(
            read,
            onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"]),
        )

    def log_odds(self, image: ThermalImage, spots: Sequence[HotSpot]) -> tuple[float, ...]:
        """Of a fire under even chances, of each spot.

        Args:
            image: the frame.
            spots: all of it, for they are compared with one another.
        """
        if not spots:
            return ()
        answer = self._session.run(None, {"features": spot_features(image, spots)})[0]
        weighed = self.card.weight * np.asarray(answer, np.float64).reshape(-1)
        return tuple(float(one) for one in weighed)
