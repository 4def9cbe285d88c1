"""What the parts around the network cost, in processor milliseconds of one thread."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from benchmarks.engine.pictures import SIZES, jpeg, picture
from benchmarks.support.report import Measure, figure, limit
from benchmarks.support.rounds import cpu_ms
from camera_gateway.pictures import check_jpeg, decode_jpeg
from detector.core.buffers import Buffers
from detector.core.postprocess import candidates, check_predictions, suppress
from detector.core.preprocess import Letterbox, write_planes
from models.config import Settings
from models.units import ImageBGR
from models.zoo import load_card

__all__ = ["measure_parts", "opencv_alone"]

INPUT_PX = 640
PREPROCESS_BAR_MS = 0.7
_CPU = "processor time of one thread, OpenCV on one thread"


def measure_parts(budget_s: float) -> list[Measure]:
    """Preprocessing, postprocessing and decoding.

    Args:
        budget_s: for all of them together, about.
    """
    share_s = budget_s / 13
    with opencv_alone():
        return [*_preprocess(share_s), *_postprocess(share_s), *_decode(share_s)]


@contextmanager
def opencv_alone() -> Iterator[None]:
    """Keep OpenCV in the caller's thread: what it gave to helpers would not be counted."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def _preprocess(share_s: float) -> list[Measure]:
    measures = []
    for size in SIZES:
        image = picture(size, 0)
        letterbox = Letterbox.fit(
            image.shape[1], image.shape[0], longer_side_px=INPUT_PX, stride_px=32
        )
        planes = np.empty((3, letterbox.height, letterbox.width), np.uint8)
        buffers = Buffers()

        def ours(
            image: ImageBGR = image,
            letterbox: Letterbox = letterbox,
            planes: np.ndarray = planes,
            buffers: Buffers = buffers,
        ) -> None:
            write_planes(image, letterbox, planes, buffers)

        spent_ms = cpu_ms(ours, budget_s=share_s)
        words = (
            f"{image.shape[1]} x {image.shape[0]} BGR to planes {letterbox.width} x "
            f"{letterbox.height}; {_CPU}"
        )
        name = f"preprocess_{size}_ms"
        if size == "1080p":
            measures.append(limit(name, spent_ms, "ms", words, PREPROCESS_BAR_MS))
        else:
            measures.append(figure(name, spent_ms, "ms", words))
    return measures


def _postprocess(share_s: float) -> list[Measure]:
    measures = []
    card = load_card(Settings().model_card)
    for name, objects in (("postprocess_nothing_ms", 0), ("postprocess_50_objects_ms", 50)):
        prediction = _prediction(objects)

        def ours(prediction: np.ndarray = prediction) -> None:
            check_predictions(prediction[None], 1, card)
            boxes, scores, labels = candidates(prediction, 0.1)
            suppress(boxes, scores, labels, 0.5)

        words = f"raw answer of 384 x 640 with {objects} objects of 6 boxes each; {_CPU}"
        measures.append(figure(name, cpu_ms(ours, budget_s=share_s), "ms", words))
    return measures


def _prediction(objects: int) -> np.ndarray:
    """A raw answer (6, 5040): objects far apart, each seen by six anchors."""
    random = np.random.default_rng(1)
    prediction = np.zeros((6, 5040), np.float32)
    prediction[:2] = random.uniform(0, 384, (2, 5040))
    prediction[2:4] = 20.0
    for number in range(objects):
        anchors = slice(6 * number, 6 * number + 6)
        prediction[0, anchors] = 30 + 60 * (number % 10) + random.uniform(-2, 2, 6)
        prediction[1, anchors] = 30 + 60 * (number // 10) + random.uniform(-2, 2, 6)
        prediction[4 + number % 2, anchors] = random.uniform(0.2, 0.9, 6)
    return prediction


def _decode(share_s: float) -> list[Measure]:
    measures = []
    for size, reduction in (("1080p", 2), ("4k", 4)):
        data = jpeg(size, 0)
        words = f"{len(data) // 1000} kB, strict; {_CPU}"
        full_ms = cpu_ms(lambda data=data: decode_jpeg(data, "bench"), budget_s=share_s)  # type: ignore[misc]
        reduced_ms = cpu_ms(
            lambda data=data, reduction=reduction: decode_jpeg(  # type: ignore[misc]
                data, "bench", reduction=reduction
            ),
            budget_s=share_s,
        )
        check_ms = cpu_ms(lambda data=data: check_jpeg(data, "bench"), budget_s=share_s)  # type: ignore[misc]
        measures += [
            figure(f"jpeg_{size}_decode_ms", full_ms, "ms", words),
            figure(f"jpeg_{size}_decode_reduced_ms", reduced_ms, "ms", f"1/{reduction}; {words}"),
            figure(f"jpeg_{size}_check_ms", check_ms, "ms", f"the gateway's; {words}"),
        ]
    return measures
