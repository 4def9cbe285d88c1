"""Pictures in, detections out: the one door of the detection core.

Pictures are given as arrays, or as files that are decoded here (:class:`Undecoded`): then each
thread decodes what it looks at, no larger than the network can use.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.core.arrangement import Arrangement
from detector.core.buffers import Buffers
from detector.core.crew import Crew
from detector.core.item import Item, Picture, named, pixels_of
from detector.core.machine import usable_cores
from detector.core.page_lock import PageLock, cuda_runtime
from detector.core.postprocess import candidates, check_predictions, suppress, vote
from detector.core.preprocess import Letterbox, check_picture, check_size, write_planes
from detector.core.session import Network
from detector.core.trial import settle
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt, InputRefused
from models.units import ImageBGR
from models.zoo.registry import ModelCard

__all__ = ["Detector", "Picture"]

ONE_AT_A_TIME = Arrangement(1, 1)
_BATCH_ON_GPU = 16
_BATCH_ON_CPU = 1  # measured: a batch of 8 costs 10 % more per picture than eight batches of 1
_MAX_WIDTH_PX = 8192


class Detector:
    """Finds smoke and flame in pictures.

    Deterministic: a picture's detections do not depend on its neighbours in a call by more than
    floating-point rounding, and not at all on the CPU, where every picture runs alone; nor do they
    depend on the number of threads. Safe to use from several threads at once.

    Args:
        network: loaded weights.
        card: theirs.
        width_px: length of the longer side of the network's input.
        batch_limit: most pictures of one run, at least 1.
        arrangement: how runs share the cores; one at a time when left out.
    """

    def __init__(
        self,
        network: Network,
        card: ModelCard,
        *,
        width_px: int,
        batch_limit: int,
        arrangement: Arrangement = ONE_AT_A_TIME,
    ) -> None:
        self._network = network
        self._card = card
        self._width_px = width_px
        self._batch_limit = batch_limit
        self._arrangement = arrangement
        self._crew = Crew(arrangement.workers)
        self._buffers = Buffers()
        self._inputs = Buffers(PageLock(cuda_runtime()) if network.on_gpu else None)

    @classmethod
    def open(
        cls,
        card: ModelCard,
        *,
        device: str = "auto",
        threads: int = 0,
        width_px: int | None = None,
        memory: Path | None = None,
        arrangement: Arrangement | None = None,
    ) -> "Detector":
        """Load weights and make ready.

        Where pictures are looked at side by side, OpenCV gets one thread in this process: its own
        helpers would stand in the way of the crew's (1,747 pictures a second and 2,702 with one
        thread, 16 cores and an H100; 1.6 to 3 % on two cores).

        Args:
            card: from :func:`models.zoo.registry.load_card`.
            device: ``auto``, ``cpu``, ``openvino``, ``cuda`` or ``tensorrt``.
            threads: of the CPU for one call; 0 for one per core that this process may use.
            width_px: length of the longer side of the network's input, a multiple of the card's
                stride, at most 8192; the card's own when left out. More sees smaller smoke and
                takes time with its square.
            memory: a file in which is kept how this machine's cores are best arranged; where it
                does not know yet, that is measured now, in less than three seconds. Without it,
                and on a GPU, nothing is measured.
            arrangement: of another detector at work here: taken as it is, and nothing is measured.

        Raises:
            InputRefused: no such device, or a width that the network cannot take.
            ModelMismatch: the weights are not the card's or the device is not there.
        """
        width_px = card.operating.width_px if width_px is None else width_px
        _check_width(card, width_px)
        threads = threads or usable_cores()
        network = Network.open(card, device=device, threads=threads)
        usual = Arrangement.usual(threads)
        if arrangement is not None:
            network = network if arrangement == usual else network.arranged(arrangement)
        elif memory is None or threads == 1 or network.on_gpu:
            arrangement = usual
        else:
            network, arrangement = settle(network, card, threads, memory)
        if arrangement.workers > 1:
            cv2.setNumThreads(1)
        limit = _BATCH_ON_GPU if network.on_gpu else _BATCH_ON_CPU
        return cls(network, card, width_px=width_px, batch_limit=limit, arrangement=arrangement)

    def at_width(self, width_px: int) -> "Detector":
        """The same weights, loaded once, looking at pictures of another width.

        Args:
            width_px: as for :meth:`open`.

        Raises:
            InputRefused: a width that the network cannot take.
        """
        _check_width(self._card, width_px)
        return Detector(
            self._network,
            self._card,
            width_px=width_px,
            batch_limit=self._batch_limit,
            arrangement=self._arrangement,
        )

    @property
    def arrangement(self) -> Arrangement:
        """How many pictures are looked at side by side, on how many threads each."""
        return self._arrangement

    @property
    def provider(self) -> str:
        """The runtime's provider in force, e.g. ``CPUExecutionProvider``."""
        return self._network.provider

    @property
    def reference(self) -> ModelReference:
        """Which weights speak."""
        return self._card.reference

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        """Find smoke and flame in pictures that are whole for certain.

        Args:
            images: upright pictures of any sizes; none is allowed.
            floor_score: detections below it are left out, 0 to 1.

        Returns:
            One answer per picture, in the order of the pictures.

        Raises:
            FrameCorrupt: one of the pictures is not a picture.
            ModelMismatch: the network's answer is not one.
            ValueError: the floor is not a score.
        """
        answers = []
        for number, answer in enumerate(self.detect_each(images, floor_score=floor_score)):
            if isinstance(answer, FrameCorrupt):
                which = f"picture {number}" if len(images) > 1 else ""
                raise named(which, answer) from answer
            answers.append(answer)
        return answers

    def detect_each(
        self, pictures: Sequence[Picture], *, floor_score: float
    ) -> list[Detections | FrameCorrupt]:
        """Find smoke and flame in pictures that may be damaged; a damaged one costs only itself.

        Args:
            pictures: upright pictures of any sizes, as arrays or still in their files.
            floor_score: detections below it are left out, 0 to 1.

        Returns:
            One answer per picture, in the order of the pictures: what was found, in pixels of the
            whole picture, or why the picture was not looked at.

        Raises:
            ModelMismatch: the network's answer is not one.
            ValueError: the floor is not a score.
        """
        if not 0.0 <= floor_score <= 1.0:
            msg = f"floor_score {floor_score} is not between 0 and 1"
            raise ValueError(msg)
        answers: list[Detections | FrameCorrupt] = [Detections.empty()] * len(pictures)
        groups: dict[tuple[int, int], list[Item]] = {}
        for index, picture in enumerate(pictures):
            try:
                letterbox = self._lay(picture)
            except FrameCorrupt as error:
                answers[index] = _told(error)
            else:
                key = (letterbox.height, letterbox.width)
                groups.setdefault(key, []).append(Item(index, picture, letterbox))
        batches = [
            items[start : start + self._batch_limit]
            for items in groups.values()
            for start in range(0, len(items), self._batch_limit)
        ]
        jobs: list[Callable[[], None]] = [
            partial(self._look, batch, floor_score, answers, beside=len(batches) > 1)
            for batch in batches
        ]
        self._crew.run(jobs)
        return answers

    def _lay(self, picture: Picture) -> Letterbox:
        if isinstance(picture, np.ndarray):
            check_picture(picture)
            height_px, width_px = picture.shape[:2]
        else:
            height_px, width_px = picture.height_px, picture.width_px
            try:
                check_size(width_px, height_px)
            except FrameCorrupt as error:
                raise named(picture.name, error) from error
        return Letterbox.fit(
            width_px,
            height_px,
            longer_side_px=self._width_px,
            stride_px=self._card.input.stride_px,
        )

    def _look(
        self,
        batch: list[Item],
        floor_score: float,
        answers: list[Detections | FrameCorrupt],
        *,
        beside: bool,
    ) -> None:
        """Answer one batch; on a GPU many pictures, which the crew prepares side by side."""
        shape = batch[0].letterbox
        # A GPU's library takes a second or two for the first run of each size (H100): five sizes
        # instead of sixteen, at the cost of looking at what an earlier batch left behind.
        room = 1 << (len(batch) - 1).bit_length()
        planes = self._inputs.take("planes", (room, 3, shape.height, shape.width))
        whole = [True] * len(batch)

        def prepare(place: int) -> None:
            item = batch[place]
            try:
                image = pixels_of(item)
            except FrameCorrupt as error:
                answers[item.index], whole[place] = _told(error), False
            else:
                write_planes(image, item.letterbox, planes[place], self._buffers)

        self._crew.run([partial(prepare, place) for place in range(len(batch))])
        if not any(whole):
            return
        predictions = self._network.run(planes, beside=beside)
        check_predictions(predictions, room, self._card)
        for item, prediction, good in zip(batch, predictions, whole, strict=False):
            if good:
                answers[item.index] = self._read(prediction, item.letterbox, floor_score)

    def _read(
        self, prediction: NDArray[np.float32], letterbox: Letterbox, floor_score: float
    ) -> Detections:
        boxes, scores, labels = candidates(prediction, floor_score)
        if len(scores) == 0:
            return Detections.empty()
        boxes = letterbox.to_picture(boxes)
        inside = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        boxes, scores, labels = boxes[inside], scores[inside], labels[inside]
        kept = suppress(boxes, scores, labels, self._card.operating.nms_iou)
        boxes = vote(boxes, scores, labels, kept)
        return Detections(boxes, scores[kept], labels[kept])


def _told(error: FrameCorrupt) -> FrameCorrupt:
    """The refusal without its tracebacks.

    Their frames hold the answers, which hold the refusal: a circle that would keep every damaged
    picture until the collector comes by.
    """
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error


def _check_width(card: ModelCard, width_px: int) -> None:
    stride_px = card.input.stride_px
    if width_px % stride_px != 0 or not stride_px <= width_px <= _MAX_WIDTH_PX:
        raise InputRefused(
            f"The network cannot look at {width_px} pixels.",
            remedy=f"Choose a multiple of {stride_px} up to {_MAX_WIDTH_PX}.",
        )
