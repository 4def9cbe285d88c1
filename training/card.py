"""Write the card of weights from what was measured; the registry then reads and checks it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.zoo import ModelCard

__all__ = ["CardText", "write_card"]


@dataclass(frozen=True, slots=True)
class CardText:
    """What a card says beside its figures.

    Attributes:
        name: of the card, and stem of its file.
        version: ``YYYY.M.N``.
        trained_with: recipe and tools, in words.
        notes: known failures, in words.
        floor_score: detections below it are not worth tracking.
        report_score: score at which one picture's box is worth showing.
        operating_source: how ``report_score`` was found.
    """

    name: str
    version: str
    trained_with: str
    notes: tuple[str, ...]
    floor_score: float
    report_score: float
    operating_source: str


def write_card(
    weights: Path,
    text: CardText,
    model: ModelCard,
    measures: Sequence[Mapping[str, Any]],
    further: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """Write ``cards/NAME.toml`` beside the weights.

    Args:
        weights: the ONNX file in the zoo.
        text: what the card says in words.
        model: a card of the same input, output and data, copied from there.
        measures: rows of :func:`detector.evaluate.report.report`, with intervals and counts.
        further: rows of name, value and source, written as they are.
    """
    rows = [
        {
            "name": row["name"],
            "value": round(float(row["value"]), 4),
            "source": f"val split at {model.operating.width_px} px, {row['counts']}; 95 % "
            f"interval over groups {row['low']:.3f} to {row['high']:.3f}; training/evaluate.py",
        }
        for row in measures
    ]
    operating = {
        **asdict(model.operating),
        "floor_score": text.floor_score,
        "report_score": text.report_score,
        "source": text.operating_source,
    }
    lines = [
        "# Written by training/card.py. `models/zoo/registry.py` reads and checks it.",
        _pair("name", text.name),
        _pair("version", text.version),
        _pair("file", weights.name),
        _pair("sha256", hashlib.sha256(weights.read_bytes()).hexdigest()),
        _pair("licence", model.licence),
        _pair("trained_with", text.trained_with),
        _pair("classes", list(model.classes)),
        _pair("opset", model.opset),
        "notes = [",
        *(f"  {json.dumps(note, ensure_ascii=False)}," for note in text.notes),
        "]",
    ]
    for title, table in (
        ("[input]", asdict(model.input)),
        ("[output]", asdict(model.output)),
        ("[operating]", operating),
        *(("[[metrics]]", row) for row in (*rows, *further)),
        *(("[[data]]", asdict(source)) for source in model.data),
    ):
        lines += ["", title, *(_pair(key, value) for key, value in table.items())]
    path = weights.parent / "cards" / f"{text.name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _pair(key: str, value: object) -> str:
    """A line of TOML, whose strings, numbers, truths and flat lists are written as in JSON."""
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
