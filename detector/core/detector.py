"""Pictures in, detections out: the one door of the detection core."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.core.postprocess import candidates, check_predictions, suppress
from detector.core.preprocess import Letterbox, check_picture, write_planes
from detector.core.session import CUDA_PROVIDER, Network
from models.detection import Detections, ModelReference
from models.errors import InputRefused
from models.units import ImageBGR
from models.zoo.registry import ModelCard

__all__ = ["Detector"]

_BATCH_ON_CUDA = 16
_BATCH_ON_CPU = 1  # measured: a batch of 8 costs 10 % more per picture than eight batches of 1
_MAX_WIDTH_PX = 8192


class _Scratch(threading.local):
    """One thread's byte buffers, grown to the largest batch it has seen."""

    def __init__(self) -> None:
        self._canvas = np.empty(0, np.uint8)
        self._planes = np.empty(0, np.uint8)

    def take(
        self, count: int, height: int, width: int
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """A canvas (height, width, 3) and planes (count, 3, height, width), contents undefined."""
        size = 3 * height * width
        if self._canvas.size < size:
            self._canvas = np.empty(size, np.uint8)
        if self._planes.size < count * size:
            self._planes = np.empty(count * size, np.uint8)
        return (
            self._canvas[:size].reshape(height, width, 3),
            self._planes[: count * size].reshape(count, 3, height, width),
        )


class Detector:
    """Finds smoke and flame in pictures.

    Deterministic: a picture's detections do not depend on its neighbours in a call by more than
    floating-point rounding, and not at all on the CPU, where every picture runs alone. Safe to use
    from several threads at once.

    Args:
        network: loaded weights.
        card: theirs.
        width_px: length of the longer side of the network's input.
        batch_limit: most pictures of one run, at least 1.
    """

    def __init__(
        self, network: Network, card: ModelCard, *, width_px: int, batch_limit: int
    ) -> None:
        self._network = network
        self._card = card
        self._width_px = width_px
        self._batch_limit = batch_limit
        self._scratch = _Scratch()

    @classmethod
    def open(
        cls, card: ModelCard, *, device: str = "auto", threads: int = 0, width_px: int = 640
    ) -> "Detector":
        """Load weights and make ready.

        Args:
            card: from :func:`models.zoo.registry.load_card`.
            device: ``auto``, ``cpu`` or ``cuda``.
            threads: of one run on the CPU; 0 for one per core.
            width_px: length of the longer side of the network's input, a multiple of the card's
                stride, at most 8192. More sees smaller smoke and takes time with its square.

        Raises:
            InputRefused: no such device, or a width that the network cannot take.
            ModelMismatch: the weights are not the card's or the device is not there.
        """
        stride_px = card.input.stride_px
        if width_px % stride_px != 0 or not stride_px <= width_px <= _MAX_WIDTH_PX:
            raise InputRefused(
                f"The network cannot look at {width_px} pixels.",
                remedy=f"Choose a multiple of {stride_px} up to {_MAX_WIDTH_PX}.",
            )
        network = Network.open(card, device=device, threads=threads)
        limit = _BATCH_ON_CUDA if network.provider == CUDA_PROVIDER else _BATCH_ON_CPU
        return cls(network, card, width_px=width_px, batch_limit=limit)

    @property
    def provider(self) -> str:
        """The runtime's provider in force, e.g. ``CPUExecutionProvider``."""
        return self._network.provider

    @property
    def reference(self) -> ModelReference:
        """Which weights speak."""
        return self._card.reference

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        """Find smoke and flame.

        Args:
            images: upright pictures of any sizes; none is allowed.
            floor_score: detections below it are left out, 0 to 1.

        Returns:
            One answer per picture, in the order of the pictures.

        Raises:
            FrameCorrupt: one of the pictures is not a picture; none was scored.
            ModelMismatch: the network's answer is not one.
            ValueError: the floor is not a score.
        """
        if not 0.0 <= floor_score <= 1.0:
            msg = f"floor_score {floor_score} is not between 0 and 1"
            raise ValueError(msg)
        groups: dict[tuple[int, int], list[tuple[int, Letterbox]]] = {}
        for index, image in enumerate(images):
            check_picture(image)
            letterbox = Letterbox.fit(
                image.shape[1],
                image.shape[0],
                longer_side_px=self._width_px,
                stride_px=self._card.input.stride_px,
            )
            groups.setdefault((letterbox.height, letterbox.width), []).append((index, letterbox))
        answers = [Detections.empty()] * len(images)
        for members in groups.values():
            for start in range(0, len(members), self._batch_limit):
                batch = members[start : start + self._batch_limit]
                for (index, letterbox), prediction in zip(
                    batch, self._run(images, batch), strict=True
                ):
                    answers[index] = self._read(prediction, letterbox, floor_score)
        return answers

    def _run(
        self, images: Sequence[ImageBGR], batch: list[tuple[int, Letterbox]]
    ) -> NDArray[np.float32]:
        shape = batch[0][1]
        canvas, planes = self._scratch.take(len(batch), shape.height, shape.width)
        for place, (index, letterbox) in enumerate(batch):
            write_planes(images[index], letterbox, canvas, planes[place])
        predictions = self._network.run(planes)
        check_predictions(predictions, len(batch), len(self._card.classes))
        return predictions

    def _read(
        self, prediction: NDArray[np.float32], letterbox: Letterbox, floor_score: float
    ) -> Detections:
        boxes, scores, labels = candidates(prediction, floor_score)
        boxes = letterbox.to_picture(boxes)
        inside = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        boxes, scores, labels = boxes[inside], scores[inside], labels[inside]
        kept = suppress(boxes, scores, labels, self._card.operating.nms_iou)
        return Detections(boxes[kept], scores[kept], labels[kept])
