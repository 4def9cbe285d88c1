"""An int8 twin of an exported network: static QDQ, U8 activations, S8 weights per channel.

The head stays in float: boxes run to 640 and scores to 1, and one scale for both rounds every
score to zero. Measured on r2: only the head's tail in float costs 6.6 points of tower AP50, the
whole head in float 5.4. A twin is for the zoo only when its own figures say so.
"""

import argparse
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

__all__ = ["head_nodes", "main", "quantise"]

CALIBRATION_PICTURES = 160
SHAPE = (480, 640)


def head_nodes(graph: onnx.GraphProto) -> list[str]:
    """Names of all nodes of the head, which is the module that holds the edge distribution.

    Raises:
        InputRefused: the graph has no such module.
    """
    names = [node.name for node in graph.node]
    inner = next((name for name in names if "/dfl/" in name), None)
    if inner is None:
        raise InputRefused(
            "The graph has no module 'dfl'.", remedy="Quantise an export of yolo11n."
        )
    head = inner.split("/dfl/")[0] + "/"
    return [name for name in names if name.startswith(head)]


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
            nodes_to_exclude=head_nodes(model.graph),
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
