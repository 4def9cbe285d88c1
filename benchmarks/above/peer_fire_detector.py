"""Runs in the environment of fire_detector: what it sees in pictures, as JSON.

The weights inside that package name classes of their author's as if they stood in the main module,
so those are put there before the weights are read.

Argument: a text file, one picture a line. Answer: a list of ``{path, category, bbox, score}``.
"""

import json
import sys
from importlib import util
from pathlib import Path

from ultralytics import YOLO


def main() -> None:
    """Look at every picture and write what was found."""
    found = util.find_spec("fire_detector")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    # Only the file that holds the classes: importing the package would load its other weights.
    spec = util.spec_from_file_location("classes_of_the_weights", package / "modules.py")
    assert spec is not None
    assert spec.loader is not None
    classes = util.module_from_spec(spec)
    spec.loader.exec_module(classes)
    vars(sys.modules["__main__"]).update(vars(classes))
    model = YOLO(package / "models" / "light_yolov8_flame.pt")
    words = {"smoke": "smoke", "fire": "flame"}
    rows = []
    for path in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        (answer,) = model.predict(path, conf=0.001, imgsz=640, device="cpu", verbose=False)
        boxes = answer.boxes.cpu().numpy()
        for box, score, label in zip(boxes.xyxy, boxes.conf, boxes.cls, strict=True):
            rows.append(
                {
                    "path": path,
                    "category": words[model.names[int(label)]],
                    "box": [float(edge) for edge in box],
                    "score": float(score),
                }
            )
    print(json.dumps(rows))


main()
