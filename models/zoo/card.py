"""What a model card says: where weights come from, what they eat and answer, how good they are.

A card is a TOML file beside the weights. Its keys are the fields below, no more and no fewer, so
that a mistyped key is an error and not a silent default.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from models.detection import ModelReference

__all__ = [
    "DataSource",
    "InfraredUse",
    "InputSpec",
    "Metric",
    "ModelCard",
    "Operating",
    "OutputSpec",
    "ScoreMap",
]

_STRICT = ConfigDict(extra="forbid", frozen=True)
_Share = Annotated[float, Field(ge=0.0, le=1.0)]
_Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class InputSpec:
    """The one input of the network.

    Attributes:
        name: of the graph's input.
        dtype: element type; the graph does its own cast and normalisation.
        layout: axis order.
        colour: order of the three channels.
        range: of the values, in words.
        stride_px: height and width must be multiples of it.
        batch: in words, and likewise ``height`` and ``width``.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: _Text
    dtype: Literal["uint8"]
    layout: Literal["NCHW"]
    colour: Literal["RGB"]
    range: _Text
    stride_px: Annotated[int, Field(ge=1)]
    batch: _Text
    height: _Text
    width: _Text


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """The one output of the network.

    Attributes:
        name: of the graph's output.
        dtype: element type.
        layout: axis order.
        boxes: meaning of the box rows, in words.
        scores: meaning of the score rows, in words.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: _Text
    dtype: Literal["float32"]
    layout: Literal["N, 4 + classes, anchors"]
    boxes: _Text
    scores: _Text


@dataclass(frozen=True, slots=True)
class Operating:
    """How the weights are meant to be used.

    Attributes:
        width_px: length of the longer side of the input, a multiple of the stride.
        floor_score: detections below it are not worth tracking.
        report_score: score at which a single picture's box is worth showing to a person.
        nms_iou: two boxes of a class that overlap more than this are one.
        source: how ``report_score`` was found.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    width_px: Annotated[int, Field(ge=32)]
    floor_score: _Share
    report_score: _Share
    nms_iou: Annotated[float, Field(gt=0.0, lt=1.0)]
    source: _Text


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """What a score is worth: ``sigmoid(slope * logit(score) + offset)``.

    Attributes:
        slope: of the logit, above 0: the order of scores stays.
        offset: added to it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    slope: Annotated[float, Field(ge=0.1, le=10.0)]
    offset: Annotated[float, Field(ge=-10.0, le=10.0)]


@dataclass(frozen=True, slots=True)
class InfraredUse:
    """How the weights are meant to be used on pictures without colour.

    Attributes:
        report_score: as of :class:`Operating`, after the maps.
        smoke: makes scores of smoke probabilities there.
        flame: likewise of flame.
        source: how they were found.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    report_score: _Share
    smoke: ScoreMap
    flame: ScoreMap
    source: _Text


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with where it was read or measured."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: _Text
    value: float
    source: _Text


@dataclass(frozen=True, slots=True)
class DataSource:
    """A set of pictures that the weights were trained on, and its licence.

    Attributes:
        name: of the set.
        licence: as stated by its authors, or that none was stated.
        non_commercial: the licence says so in words.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: _Text
    licence: _Text
    non_commercial: bool


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A checked card: the file exists and its sha256 is the card's.

    Attributes:
        name: of the card, ``[a-z0-9][a-z0-9._-]*``.
        version: ``YYYY.M.N``.
        path: absolute path of the ONNX file; the only field that does not stand in the TOML.
        file: bare name of the ONNX file beside the cards folder.
        sha256: of the ONNX file, 64 hexadecimal digits.
        licence: SPDX name.
        trained_with: recipe and tools, in words.
        classes: words in the order of the class index.
        opset: of the graph.
        notes: known failures, in words.
        input: the network's input.
        output: the network's output.
        operating: how it is meant to be used.
        metrics: figures with their sources.
        data: training data with their licences.
        infrared: how they are used on pictures without colour; None: as on all others.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    version: Annotated[str, Field(pattern=r"^\d{4}\.\d{1,2}\.\d+$")]
    path: Path
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    licence: _Text
    trained_with: _Text
    classes: Annotated[tuple[_Text, ...], Field(min_length=1)]
    opset: Annotated[int, Field(ge=1)]
    notes: tuple[_Text, ...]
    input: InputSpec
    output: OutputSpec
    operating: Operating
    metrics: tuple[Metric, ...]
    data: Annotated[tuple[DataSource, ...], Field(min_length=1)]
    infrared: InfraredUse | None = None

    @property
    def reference(self) -> ModelReference:
        """What is kept with every decision."""
        return ModelReference(self.name, self.version, self.sha256)
