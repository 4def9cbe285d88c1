"""Who is measured inside this process: the bare runtime, and our core from several inputs."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from benchmarks.support.rounds import Contender
from detector.core import Detector, Picture
from detector.core.page_lock import PageLock, cuda_runtime
from detector.core.providers import choose
from models.zoo.registry import ModelCard, read_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FLOOR_SCORE", "Bare", "detecting"]

FLOOR_SCORE = 0.1


class Bare:
    """``session.run`` on tensors that are ready: no picture, no boxes, no waiting.

    Args:
        card: whose weights.
        session_threads: of each run.
        callers: threads that call the one session side by side.
        batch: pictures of one run.
        shape: height and width of the input.
        spinning: the runtime's own default, in which its threads burn the time between two runs.
        page_locked: the tensors lie where a GPU may read them by itself.
    """

    def __init__(
        self,
        card: ModelCard,
        *,
        session_threads: int,
        callers: int,
        shape: tuple[int, int],
        batch: int = 1,
        device: str = "cpu",
        spinning: bool = False,
        page_locked: bool = False,
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = session_threads
        options.inter_op_num_threads = 1
        if not spinning:
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        provider = choose(device, onnxruntime.get_available_providers())
        if provider.on_gpu:
            onnxruntime.preload_dlls()
        self._session = onnxruntime.InferenceSession(
            read_weights(card),
            sess_options=options,
            providers=provider.requests(threads=session_threads * callers, streams=callers),
        )
        self._output = [card.output.name]
        random = np.random.default_rng(0)
        tensor = random.integers(0, 256, (batch, 3, *shape), np.uint8)
        if page_locked:
            PageLock(cuda_runtime())(tensor)
        self._feed: dict[str, NDArray[np.uint8]] = {card.input.name: tensor}
        self._batch = batch
        self._callers = callers
        self._pool = ThreadPoolExecutor(callers)

    def once(self) -> None:
        """One run, in this thread."""
        self._session.run(self._output, self._feed)

    def __call__(self, pictures: int) -> float:
        """A contender."""
        runs = max(1, round(pictures / self._batch))
        started_s = time.perf_counter()
        if self._callers == 1:
            for _ in range(runs):
                self.once()
        else:
            shares = [
                runs // self._callers + (k < runs % self._callers) for k in range(self._callers)
            ]
            list(self._pool.map(self._several, shares))
        # A contender answers for the pictures that it was asked for.
        return (time.perf_counter() - started_s) * pictures / (runs * self._batch)

    def _several(self, runs: int) -> None:
        for _ in range(runs):
            self.once()


def detecting(
    detector: Detector, pictures: Sequence[Callable[[], Picture]], call: int
) -> Contender:
    """Our core on pictures that come again and again.

    Args:
        detector: open.
        pictures: makers, called for every picture of every turn.
        call: pictures handed in at once.
    """

    def run(count: int) -> float:
        started_s = time.perf_counter()
        for start in range(0, count, call):
            some = [
                pictures[number % len(pictures)]()
                for number in range(start, min(count, start + call))
            ]
            detector.detect_each(some, floor_score=FLOOR_SCORE)
        return time.perf_counter() - started_s

    return run
