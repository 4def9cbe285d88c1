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
from training.export_starter import WithNormalisation, check, export, load_network

__all__ = ["export_weights", "fold_calibration", "main"]


def fold_calibration(network: WithNormalisation, maps: Sequence[Calibration]) -> None:
    """Make the graph's scores probabilities, at no cost: change the layer that they come from.

    ``sigmoid(slope * x + offset)`` of a convolution x is the sigmoid of a convolution with its
    weights times the slope, and its bias times the slope plus the offset.

    Args:
        network: as :func:`training.export_starter.load_network` gives it; changed.
        maps: one a class.
    """
    slope = torch.tensor([one.slope for one in maps])
    offset = torch.tensor([one.offset for one in maps])
    for branch in network.network.model[-1].cv3:
        last = branch[-1]
        last.weight.mul_(slope[:, None, None, None])
        last.bias.mul_(slope).add_(offset)


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
    if maps is not None:
        fold_calibration(network, maps)
    export(network, names, out)
    if pictures and not check(network, out, list(pictures)):
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
