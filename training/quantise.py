"""An int8 twin of an exported network: static QDQ, U8 activations, S8 weights per channel.

The head stays in float: boxes run to 640 and scores to 1, and one scale for both rounds every
score to zero. So do the first three modules. Each alone in int8 moves the logits of scores by 0.28,
0.15 and 0.12, every other module of yolo26n by less than 0.05: a few of their channels reach far
beyond the rest and take the scale for themselves. Together in float they cost a twentieth of the
speed.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from camera_gateway.pictures import read_picture
from detector.evaluate.labelled_set import Picture, read_index
from models.errors import InputRefused
from training.framing import Labelled, letterbox

__all__ = ["float_nodes", "main", "quantise"]

CALIBRATION_PICTURES = 160
SHAPE = (480, 640)
MODULE = re.compile(r"/network/model\.(\d+)/")
STEM = 2
"""Last module of the stem."""


def float_nodes(names: Sequence[str]) -> list[str]:
    """Names of the nodes that stay in float: stem, head, and what belongs to no module.

    Raises:
        InputRefused: the names are not those of an export of ours.
    """
    modules = {name: int(found[1]) for name in names if (found := MODULE.match(name))}
    if not modules:
        raise InputRefused(
            "The graph has no modules by name.",
            remedy="Quantise what training/export.py wrote.",
        )
    head = max(modules.values())
    return [name for name in names if not STEM < modules.get(name, head) < head]


class _Pictures(CalibrationDataReader):
    """Calibration pictures as the network eats them, one at a time."""

    def __init__(self, name: str, pictures: Sequence[Picture]) -> None:
        self.name = name
        self.rest = iter(pictures)

    def get_next(self) -> dict[str, np.ndarray] | None:
        picture = next(self.rest, None)
        if picture is None:
            return None
        image = read_picture(picture.path)
        framed = letterbox(Labelled(image, picture.classes[:0], picture.boxes[:0]), *SHAPE)
        planes = np.ascontiguousarray(framed.image[:, :, ::-1].transpose(2, 0, 1))
        return {self.name: planes[None]}


def calibration_pictures(pictures: Sequence[Picture], count: int) -> list[Picture]:
    """Training pictures only: every n-th tower picture for one half, every n-th other one."""
    train = [picture for picture in pictures if picture.split == "train"]
    answer: list[Picture] = []
    for half in (
        [picture for picture in train if picture.view == "tower"],
        [picture for picture in train if picture.view != "tower"],
    ):
        answer.extend(half[:: max(1, len(half) * 2 // count)][: count // 2])
    return answer


def quantise(weights: Path, out: Path, pictures: Sequence[Picture]) -> None:
    """Write the int8 twin.

    Args:
        weights: float ONNX file.
        out: ONNX file to write.
        pictures: of the whole index; only training pictures are looked at.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(weights), str(prepared), skip_symbolic_shape=True)
        model = onnx.load(str(prepared))
        quantize_static(
            str(prepared),
            str(out),
            _Pictures(
                model.graph.input[0].name, calibration_pictures(pictures, CALIBRATION_PICTURES)
            ),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["Conv", "Concat", "MaxPool", "Add", "Mul", "Sigmoid", "Resize"],
            nodes_to_exclude=float_nodes([node.name for node in model.graph.node]),
            calibrate_method=CalibrationMethod.MinMax,
        )
    kept = onnx.load(str(out))
    del kept.metadata_props[:]
    for entry in onnx.load(str(weights)).metadata_props:
        added = kept.metadata_props.add()
        added.key, added.value = entry.key, entry.value
    onnx.save(kept, str(out))


def main() -> int:
    """Quantise as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with index.csv")
    parser.add_argument("weights", type=Path, help="float ONNX file")
    parser.add_argument("out", type=Path, help="int8 ONNX file to write")
    arguments = parser.parse_args()
    try:
        quantise(arguments.weights, arguments.out, read_index(arguments.data))
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
