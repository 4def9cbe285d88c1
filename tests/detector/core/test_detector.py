import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.core import Arrangement, Detector
from detector.core import detector as detector_module
from detector.core.providers import CPU_PROVIDER, CUDA_PROVIDER, Provider
from detector.core.session import Network
from models.detection import Detections, Label
from models.errors import FrameCorrupt, InputRefused, ModelMismatch
from models.units import ImageBGR
from models.zoo import ModelCard

FOOTAGE = Path(__file__).resolve().parents[4] / "shared" / "data" / "footage"
FIRE = FOOTAGE / "sequences" / "20180728_FIRE_rm-w-mobo-c"


def noise(height: int, width: int, seed: int) -> ImageBGR:
    small = np.random.default_rng(seed).integers(0, 256, (9, 16, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def same(first: Detections, second: Detections) -> bool:
    return (
        np.array_equal(first.boxes_xyxy, second.boxes_xyxy)
        and np.array_equal(first.scores, second.scores)
        and np.array_equal(first.labels, second.labels)
    )


class FixedAnswer(Network):
    """A network that gives the same rows for every picture, and remembers its batches."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows
        self.batches: list[tuple[int, ...]] = []
        self.beside: list[bool] = []
        self._provider = Provider("cpu", CPU_PROVIDER)

    def run(self, planes: np.ndarray, *, beside: bool = False) -> np.ndarray:
        self.batches.append(planes.shape)
        self.beside.append(beside)
        return np.repeat(self.rows[None], len(planes), axis=0)


def test_it_says_who_it_is(detector: Detector, card: ModelCard) -> None:
    assert detector.reference == card.reference
    assert detector.provider == CPU_PROVIDER


def test_no_pictures_no_answers(detector: Detector) -> None:
    assert detector.detect([], floor_score=0.1) == []


@pytest.mark.parametrize("floor_score", [-0.1, 1.1, float("nan")])
def test_a_floor_is_a_score(detector: Detector, floor_score: float) -> None:
    with pytest.raises(ValueError, match="floor_score"):
        detector.detect([], floor_score=floor_score)


@pytest.mark.parametrize("width_px", [0, -32, 100, 16384])
def test_a_width_that_the_network_cannot_take(card: ModelCard, width_px: int) -> None:
    with pytest.raises(InputRefused, match=str(width_px)):
        Detector.open(card, width_px=width_px)
    network = FixedAnswer(np.zeros((6, 1), np.float32))
    with pytest.raises(InputRefused, match=str(width_px)):
        Detector(network, card, width_px=320, batch_limit=1).at_width(width_px)


def test_the_card_says_how_wide_a_picture_is_looked_at(card: ModelCard) -> None:
    narrow = replace(card, operating=replace(card.operating, width_px=320))
    asked = Detector.open(card, device="cpu", threads=1, width_px=320)
    left_out = Detector.open(narrow, device="cpu", threads=1)
    picture = np.random.default_rng(3).integers(0, 256, (90, 160, 3), dtype=np.uint8)
    (one,) = asked.detect([picture], floor_score=0.0)
    (other,) = left_out.detect([picture], floor_score=0.0)
    assert np.array_equal(one.scores, other.scores)


def test_another_width_shares_the_weights(card: ModelCard, detector: Detector) -> None:
    wider = detector.at_width(416)
    assert wider._network is detector._network
    own = Detector.open(card, device="cpu", threads=1, width_px=416)
    image = noise(90, 160, 3)
    (shared,), (alone,) = (one.detect([image], floor_score=0.001) for one in (wider, own))
    assert same(shared, alone)


def test_one_bad_picture_refuses_the_call(detector: Detector) -> None:
    empty = np.zeros((0, 5, 3), np.uint8)
    with pytest.raises(FrameCorrupt, match="picture 1: A picture of 5 x 0 has no pixels") as caught:
        detector.detect([noise(90, 160, 0), empty], floor_score=0.1)
    assert caught.value.remedy
    with pytest.raises(FrameCorrupt, match=r"^A picture of 5 x 0"):
        detector.detect([empty], floor_score=0.1)


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 2)])
def test_tiny_and_thin_pictures_are_pictures(detector: Detector, size: tuple[int, int]) -> None:
    answer = detector.detect([np.zeros((*size, 3), np.uint8)], floor_score=0.0)[0]
    assert (answer.boxes_xyxy >= 0).all()
    assert (answer.boxes_xyxy[:, 2] <= size[1]).all()
    assert (answer.boxes_xyxy[:, 3] <= size[0]).all()


def test_answers_are_inside_and_ordered(detector: Detector) -> None:
    answer = detector.detect([noise(90, 160, 1)], floor_score=0.0)[0]
    assert len(answer) > 0
    assert (np.diff(answer.scores) <= 0).all()
    assert (answer.boxes_xyxy[:, 0] < answer.boxes_xyxy[:, 2]).all()
    assert (answer.boxes_xyxy[:, 1] < answer.boxes_xyxy[:, 3]).all()
    assert set(answer.labels.tolist()) <= {Label.SMOKE, Label.FLAME}


def test_a_picture_does_not_depend_on_its_neighbours(detector: Detector) -> None:
    images = [noise(90, 160, seed) for seed in range(3)] + [noise(120, 160, 9), noise(160, 90, 4)]
    together = detector.detect(images, floor_score=0.0)
    alone = [detector.detect([image], floor_score=0.0)[0] for image in images]
    backwards = detector.detect(images[::-1], floor_score=0.0)[::-1]
    assert all(
        same(a, b) and same(a, c) for a, b, c in zip(together, alone, backwards, strict=True)
    )


def test_a_real_batch_agrees_with_single_runs(card: ModelCard, detector: Detector) -> None:
    network = Network.open(card, device="cpu", threads=1)
    batched = Detector(network, card, width_px=320, batch_limit=8)
    images = [noise(90, 160, seed) for seed in range(3)]
    for one, many in zip(
        detector.detect(images, floor_score=0.001),
        batched.detect(images, floor_score=0.001),
        strict=True,
    ):
        assert one.labels[0] == many.labels[0]
        assert many.scores[0] == pytest.approx(one.scores[0], abs=1e-5)
        assert many.boxes_xyxy[0] == pytest.approx(one.boxes_xyxy[0], abs=0.05)


def test_pictures_of_one_shape_share_a_batch(card: ModelCard) -> None:
    network = FixedAnswer(np.zeros((6, 1), np.float32))
    detector = Detector(network, card, width_px=320, batch_limit=2)
    wide, tall = np.zeros((90, 160, 3), np.uint8), np.zeros((160, 90, 3), np.uint8)
    larger = np.zeros((900, 1600, 3), np.uint8)
    detector.detect([wide, tall, wide, larger, tall], floor_score=0.5)
    assert network.batches == [(2, 3, 192, 320), (1, 3, 192, 320), (2, 3, 320, 192)]


@pytest.mark.parametrize(
    ("pictures", "sizes"), [(1, [1]), (2, [2]), (3, [4]), (5, [8]), (16, [16]), (25, [16, 16])]
)
def test_a_gpu_sees_five_sizes_of_batches_only(
    card: ModelCard, pictures: int, sizes: list[int]
) -> None:
    network = FixedAnswer(np.array([[50], [96], [20], [40], [0.9], [0]], np.float32))
    detector = Detector(network, card, width_px=320, batch_limit=16)
    answers = detector.detect([noise(90, 160, 1)] * pictures, floor_score=0.5)
    assert [shape[0] for shape in network.batches] == sizes
    assert [len(answer) for answer in answers] == [1] * pictures


def test_a_crew_prepares_a_batch_as_one_alone_does(card: ModelCard) -> None:
    network = Network.open(card, device="cpu", threads=1)
    images = [noise(90 + 30 * (seed % 2), 160, seed) for seed in range(11)]
    alone, crew = (
        Detector(
            network, card, width_px=320, batch_limit=4, arrangement=Arrangement(threads, 1)
        ).detect(images, floor_score=0.001)
        for threads in (1, 4)
    )
    assert all(same(a, b) for a, b in zip(alone, crew, strict=True))


def test_boxes_in_the_grey_are_left_out(card: ModelCard) -> None:
    # 320 x 180 lies in 320 x 192 with 6 rows of grey above and below.
    rows = np.array([[50, 50], [3, 96], [20, 20], [6, 40], [0.9, 0.8], [0, 0]], np.float32)
    detector = Detector(FixedAnswer(rows), card, width_px=320, batch_limit=1)
    answer = detector.detect([np.zeros((180, 320, 3), np.uint8)], floor_score=0.5)[0]
    assert answer.boxes_xyxy.tolist() == [[40.0, 70.0, 60.0, 110.0]]
    assert answer.scores.tolist() == [pytest.approx(0.8)]


def test_an_impossible_answer_stops(card: ModelCard) -> None:
    rows = np.full((6, 1), np.nan, np.float32)
    detector = Detector(FixedAnswer(rows), card, width_px=320, batch_limit=1)
    with pytest.raises(ModelMismatch, match="finite"):
        detector.detect([noise(90, 160, 0)], floor_score=0.5)


def test_batches_are_for_cuda_only(card: ModelCard, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Detector.open(card, device="cpu", threads=1)._batch_limit == 1
    network = FixedAnswer(np.zeros((6, 1), np.float32))
    network._provider = Provider("cuda", CUDA_PROVIDER)
    monkeypatch.setattr(detector_module.Network, "open", lambda *_args, **_named: network)
    assert Detector.open(card, device="cuda")._batch_limit > 1


def test_threads_do_not_share_buffers(detector: Detector) -> None:
    images = [noise(90 + 40 * (seed % 3), 160, seed) for seed in range(24)]
    expected = [detector.detect([image], floor_score=0.001)[0] for image in images]
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda image: detector.detect([image], floor_score=0.001)[0], images)
        )
    assert all(same(a, b) for a, b in zip(expected, answers, strict=True))


def test_another_stride_changes_the_input(card: ModelCard) -> None:
    network = FixedAnswer(np.zeros((6, 1), np.float32))
    wider = replace(card, input=replace(card.input, stride_px=64))
    Detector(network, wider, width_px=320, batch_limit=1).detect(
        [np.zeros((90, 160, 3), np.uint8)], floor_score=0.5
    )
    assert network.batches == [(1, 3, 192, 320)]


@pytest.mark.footage
@pytest.mark.skipif(not FIRE.is_dir(), reason="the recorded footage is not beside the checkout")
def test_the_column_of_2018_07_28_is_found_where_it_stands(card: ModelCard) -> None:
    # Golden numbers from an independent letterbox and decoder; this event is in the training set.
    detector = Detector.open(card, device="cpu", threads=1)
    before, column = (
        cv2.imread(str(FIRE / name)) for name in ("1532815626_+00000.jpg", "1532816406_+00780.jpg")
    )
    assert before is not None
    assert column is not None
    quiet, loud = detector.detect([before, column], floor_score=0.1)
    assert len(quiet) == 0
    assert loud.labels[0] == Label.SMOKE
    assert loud.scores[0] == pytest.approx(0.90, abs=0.01)
    assert loud.boxes_xyxy[0] == pytest.approx([1394, 628, 1749, 891], abs=2)


class Filed:
    """A picture in a file that decodes as told."""

    name = "north frame 7"

    def __init__(self, image: ImageBGR, size: tuple[int, int] | None = None) -> None:
        self.image = image
        self.height_px, self.width_px = image.shape[:2] if size is None else size
        self.reductions: list[int] = []

    def decode(self, reduction: int) -> ImageBGR:
        self.reductions.append(reduction)
        size = (-(-self.width_px // reduction), -(-self.height_px // reduction))
        return cv2.resize(self.image, size, interpolation=cv2.INTER_AREA)


class Damaged(Filed):
    def decode(self, reduction: int) -> ImageBGR:
        raise FrameCorrupt(f"torn at {reduction}")


@pytest.mark.parametrize(
    ("size", "reduction"),
    [((90, 160), 1), ((180, 320), 1), ((359, 639), 1), ((360, 640), 2), ((1440, 2560), 8)],
)
def test_a_file_is_decoded_no_larger_than_needed(
    detector: Detector, size: tuple[int, int], reduction: int
) -> None:
    picture = Filed(noise(*size, 2))
    (answer,) = detector.detect_each([picture], floor_score=0.0)
    assert picture.reductions == [reduction]
    assert isinstance(answer, Detections)
    assert answer.boxes_xyxy[:, 2].max() > 0.8 * size[1]  # pixels of the whole picture


def test_files_and_arrays_give_the_same_answer(detector: Detector) -> None:
    image = noise(360, 640, 5)
    from_file, from_array = detector.detect_each([Filed(image), image], floor_score=0.01)
    assert isinstance(from_file, Detections)
    assert isinstance(from_array, Detections)
    assert same(from_file, from_array)


@pytest.mark.parametrize("batch_limit", [1, 4])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_damaged_picture_costs_only_itself(
    card: ModelCard, batch_limit: int, threads: int
) -> None:
    rows = np.array([[50], [96], [20], [40], [0.9], [0]], np.float32)
    network = FixedAnswer(rows)
    detector = Detector(
        network, card, width_px=320, batch_limit=batch_limit, arrangement=Arrangement(threads, 1)
    )
    whole = Filed(noise(180, 320, 1))
    torn = Damaged(whole.image)
    answers = detector.detect_each(
        [whole, torn, np.zeros((5, 5), np.uint8), Filed(whole.image, (0, 0)), whole],
        floor_score=0.5,
    )
    damaged = [isinstance(answer, FrameCorrupt) for answer in answers]
    assert damaged == [False, True, True, True, False]
    assert same(answers[0], answers[4])
    assert len(answers[0]) == 1


def test_a_damaged_picture_is_let_go_at_once(card: ModelCard) -> None:
    network = FixedAnswer(np.zeros((6, 1), np.float32))
    detector = Detector(network, card, width_px=320, batch_limit=4)
    for make in (lambda: Damaged(noise(90, 160, 1)), lambda: Filed(noise(90, 160, 1), (0, 0))):
        picture = make()
        gone = weakref.ref(picture)
        gc.disable()
        try:
            answers = detector.detect_each([picture], floor_score=0.5)
            assert isinstance(answers[0], FrameCorrupt)
            del picture, answers
            assert gone() is None
        finally:
            gc.enable()


def test_nothing_but_damage_runs_no_network(card: ModelCard) -> None:
    network = FixedAnswer(np.zeros((6, 1), np.float32))
    detector = Detector(network, card, width_px=320, batch_limit=1)
    (answer,) = detector.detect_each([Damaged(noise(90, 160, 1))], floor_score=0.5)
    assert isinstance(answer, FrameCorrupt)
    assert network.batches == []


def test_a_file_that_lies_about_its_size_is_damaged(detector: Detector) -> None:
    picture = Filed(noise(90, 160, 1))
    picture.decode = lambda _reduction: noise(80, 160, 1)  # type: ignore[method-assign]
    (answer,) = detector.detect_each([picture], floor_score=0.5)
    assert isinstance(answer, FrameCorrupt)
    assert "north frame 7 says 160 x 90 and decodes to 160 x 80" in str(answer)


def test_one_picture_gets_all_cores_and_many_get_one_each(card: ModelCard) -> None:
    network = FixedAnswer(np.zeros((6, 1), np.float32))
    detector = Detector(network, card, width_px=320, batch_limit=1, arrangement=Arrangement(2, 1))
    image = np.zeros((90, 160, 3), np.uint8)
    detector.detect([image], floor_score=0.5)
    detector.detect([image] * 3, floor_score=0.5)
    assert network.beside == [False, True, True, True]


def test_threads_change_no_bit(card: ModelCard, detector: Detector) -> None:
    images = [noise(90 + 40 * (seed % 3), 160, seed) for seed in range(9)]
    crew = Detector.open(card, device="cpu", threads=3, width_px=320)
    expected = detector.detect(images, floor_score=0.001)
    for _ in range(3):
        answers = crew.detect(images, floor_score=0.001)
        assert all(same(a, b) for a, b in zip(expected, answers, strict=True))


@pytest.mark.parametrize("arrangement", [Arrangement(2, 1), Arrangement(1, 2)])
def test_beside_another_detector_the_cores_stay_arranged_as_they_are(
    card: ModelCard, arrangement: Arrangement
) -> None:
    detector = Detector.open(card, device="cpu", threads=2, width_px=320, arrangement=arrangement)
    assert detector.arrangement == arrangement
    assert len(detector.detect([np.zeros((40, 60, 3), np.uint8)], floor_score=0.1)) == 1
