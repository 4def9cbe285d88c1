"""The figures of COCO by two implementations that are not ours: pycocotools and faster-coco-eval.

Every case is a category of its own over the same pictures, so that one call judges all of them.
"""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_coco_eval import COCO as FASTER_COCO  # type: ignore[import-untyped]
from faster_coco_eval import COCOeval_faster
from numpy.typing import NDArray
from pycocotools.coco import COCO  # type: ignore[import-untyped]
from pycocotools.cocoeval import COCOeval  # type: ignore[import-untyped]

from detector.measures.boxes import Scene

__all__ = ["Peers", "peers"]


@dataclass(frozen=True)
class Peers:
    """Average precision, (overlap, case, size); not a number without true boxes."""

    pycocotools: NDArray[np.float64]
    faster_coco_eval: NDArray[np.float64]


def peers(
    cases: Sequence[tuple[Sequence[Scene], int]], areas_px: Sequence[tuple[float, float]]
) -> Peers:
    """Judge cases, each some pictures and the class that counts, once for each span of areas."""
    images = [{"id": 1 + place} for place in range(max(len(scenes) for scenes, _ in cases))]
    known: dict[str, list[dict[str, Any]]] = {
        "images": images,
        "categories": [{"id": 1 + place} for place in range(len(cases))],
        "annotations": [],
    }
    found: list[dict[str, Any]] = []
    for place, (scenes, label) in enumerate(cases):
        for picture, scene in enumerate(scenes):
            row = {"image_id": 1 + picture, "category_id": 1 + place}
            for box in scene.true_boxes[scene.true_classes == label].tolist():
                bbox = [box[0], box[1], box[2] - box[0], box[3] - box[1]]
                known["annotations"].append(
                    {
                        **row,
                        "id": len(known["annotations"]) + 1,
                        "bbox": bbox,
                        "area": bbox[2] * bbox[3],
                        "iscrowd": 0,
                    }
                )
            mine = scene.classes == label
            for box, score in zip(
                scene.boxes[mine].tolist(), scene.scores[mine].tolist(), strict=True
            ):
                bbox = [box[0], box[1], box[2] - box[0], box[3] - box[1]]
                found.append({**row, "bbox": bbox, "score": score})
    with contextlib.redirect_stdout(io.StringIO()):
        plain = COCO()
        plain.dataset = known
        plain.createIndex()
        slow = COCOeval(plain, plain.loadRes(found), "bbox")
        quick_truth = FASTER_COCO(known)
        quick = COCOeval_faster(quick_truth, quick_truth.loadRes(found), "bbox", print_function=str)
        answers = []
        for judge in (slow, quick):
            judge.params.areaRng = [list(area_px) for area_px in areas_px]
            judge.params.areaRngLbl = [str(place) for place in range(len(areas_px))]
            judge.evaluate()
            judge.accumulate()
            precision = judge.eval["precision"][..., -1]  # overlap, recall, case, size
            means = precision.mean(axis=1)
            answers.append(np.where(precision.min(axis=1) < 0, np.nan, means))
    return Peers(*answers)
