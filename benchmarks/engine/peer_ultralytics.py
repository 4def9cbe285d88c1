"""Runs in the environment of ultralytics: ``predict`` on the same weights, as its users call it.

Our graph takes bytes and divides by 255 itself; ultralytics divides before. So its copy of the
graph begins behind that division; every other node and weight is the same.

Arguments: our ONNX file, an .npy of pictures, a folder for the copy.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnx  # of its own environment, like the next two
import ultralytics
from ultralytics import YOLO


def copy_for_ultralytics(source: Path, folder: Path) -> Path:
    """Write the graph without its first two nodes, with the metadata that ultralytics reads."""
    model = onnx.load(source)
    cast, divide = model.graph.node[0], model.graph.node[1]
    assert (cast.op_type, divide.op_type) == ("Cast", "Div")
    name = model.graph.input[0].name
    for node in model.graph.node:
        node.input[:] = [name if value == divide.output[0] else value for value in node.input]
    model.graph.node.remove(divide)
    model.graph.node.remove(cast)
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    classes = next(prop.value for prop in model.metadata_props if prop.key == "classes").split(",")
    del model.metadata_props[:]
    facts = {
        "task": "detect",
        "stride": 32,
        "batch": 1,
        "imgsz": [640, 640],
        "names": dict(enumerate(classes)),
        "dynamic": True,
    }
    for key, value in facts.items():
        model.metadata_props.add(key=key, value=str(value))
    path = folder / "same-weights.onnx"
    onnx.save(model, path)
    return path


def main() -> None:
    """Load, say so, and work as told."""
    weights, pictures, folder = (Path(argument) for argument in sys.argv[1:4])
    model = YOLO(str(copy_for_ultralytics(weights, folder)), task="detect")
    images = list(np.load(pictures))

    def predict(image: np.ndarray, *, rect: bool) -> None:
        model.predict(image, imgsz=640, conf=0.1, iou=0.5, rect=rect, device="cpu", verbose=False)

    shapes: dict[str, str] = {}
    for rect in (False, True):
        predict(images[0], rect=rect)
        model.predictor.args.rect = rect
        height, width = model.predictor.preprocess([images[0]]).shape[2:]
        shapes["rect" if rect else "square"] = f"{height} x {width}"
    print(json.dumps({"ultralytics": ultralytics.__version__, **shapes}), flush=True)
    for line in sys.stdin:
        word, count = line.split()
        started_s = time.perf_counter()
        for number in range(int(count)):
            predict(images[number % len(images)], rect=word == "rect")
        print(json.dumps({"seconds": time.perf_counter() - started_s}), flush=True)


main()
