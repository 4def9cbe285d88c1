"""Export trained weights for the zoo: normalisation and calibration inside the graph.

The score rows leave the graph as probabilities, ``sigmoid(slope * logit + offset)`` a class, so
that nobody downstream has to know how they were calibrated. The rest is as in
``training/export_starter.py``, which this builds on.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from detector.evaluate.labelled_set import CLASSES
from models.errors import InputRefused
from training.calibration import Calibration
from training.export_starter import check, export, load_network

__all__ = ["export_weights", "main"]


class _WithProbabilities(torch.nn.Module):
    """The network behind its normalisation, its scores mapped class by class."""

    def __init__(self, network: torch.nn.Module, maps: Sequence[Calibration]) -> None:
        super().__init__()
        self.network = network
        shape = (1, len(maps), 1)
        self.register_buffer("slope", torch.tensor([m.slope for m in maps]).reshape(shape))
        self.register_buffer("offset", torch.tensor([m.offset for m in maps]).reshape(shape))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Map uint8 (n, 3, h, w) to float32 (n, 4 + classes, anchors)."""
        answer = self.network(images)
        logits = torch.logit(answer[:, 4:].clamp(1e-7, 1 - 1e-6))
        return torch.cat((answer[:, :4], torch.sigmoid(logits * self.slope + self.offset)), 1)


def export_weights(
    weights: Path,
    out: Path,
    maps: Sequence[Calibration] | None = None,
    pictures: Sequence[Path] = (),
    *,
    one_to_one: bool = True,
) -> None:
    """Write the ONNX file and compare it with torch on pictures.

    Args:
        weights: ultralytics ``.pt`` with the classes smoke and flame.
        out: ONNX file to write.
        maps: of the scores, one a class; none leaves them alone.
        pictures: to compare on, square and rectangular.
        one_to_one: which head of a network with two, see ``training/export_starter.py``.

    Raises:
        InputRefused: other classes, or the two runtimes differ.
    """
    network, names = load_network(weights, one_to_one=one_to_one)
    if tuple(names[index] for index in sorted(names)) != CLASSES:
        raise InputRefused(
            f"{weights} knows the classes {names}.", remedy=f"Export {CLASSES} only."
        )
    whole = network if maps is None else _WithProbabilities(network, maps).eval()
    export(whole, names, out)
    if pictures and not check(whole, out, list(pictures)):
        raise InputRefused(
            f"{out} answers otherwise than {weights}.", remedy="Use the pinned versions of torch."
        )


def main() -> int:
    """Export as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("weights", type=Path, help="ultralytics .pt file")
    parser.add_argument("out", type=Path, help="ONNX file to write")
    parser.add_argument("--calibration", type=Path, help="JSON: {class: {slope, offset}}")
    parser.add_argument("--one-to-many", action="store_true", help="of two heads the other one")
    parser.add_argument("--check", type=Path, nargs="*", default=[], metavar="PICTURE")
    arguments = parser.parse_args()
    maps = None
    if arguments.calibration is not None:
        read = json.loads(arguments.calibration.read_text())
        maps = [Calibration(read[word]["slope"], read[word]["offset"]) for word in CLASSES]
    try:
        export_weights(
            arguments.weights,
            arguments.out,
            maps,
            arguments.check,
            one_to_one=not arguments.one_to_many,
        )
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
