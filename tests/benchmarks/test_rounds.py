import pytest

from benchmarks.engine.contenders import Bare, detecting
from benchmarks.engine.district import measure_district, percentile, starved
from benchmarks.engine.environments import environment
from benchmarks.engine.parts import measure_parts
from benchmarks.engine.pictures import SIZES, jpeg, picture
from benchmarks.engine.throughput import measure_gpu, measure_peers
from benchmarks.support.rounds import lower_quartile, take_turns
from camera_gateway.pictures import check_jpeg
from detector.core import Detector
from models.zoo import ModelCard, load_card


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return load_card("firewatch-yolo11n")


def test_turns_are_shared_and_a_disturbance_does_not_count() -> None:
    worked: dict[str, int] = {"steady": 0, "disturbed": 0}

    def contender(name: str, seconds: float, now_and_then: float) -> object:
        def run(count: int) -> float:
            worked[name] += 1
            return count * (now_and_then if worked[name] % 3 == 0 else seconds)

        return run

    spent = take_turns(
        {"steady": contender("steady", 0.1, 0.1), "disturbed": contender("disturbed", 0.05, 5.0)},  # type: ignore[dict-item]
        budget_s=0.0,
        least_rounds=9,
    )
    assert spent.rate("steady") == pytest.approx(10.0)
    assert spent.rate("disturbed") == pytest.approx(20.0)
    assert spent.ratio("disturbed", "steady") == pytest.approx(2.0)
    assert "steady" in spent
    assert "absent" not in spent
    assert worked["steady"] == worked["disturbed"]
    assert lower_quartile([3.0]) == 3.0


@pytest.mark.parametrize("size", SIZES)
def test_pictures_are_the_same_everywhere(size: str) -> None:
    width, height = SIZES[size]
    image = picture(size, 1)
    assert image.shape == (height, width, 3)
    assert image.std() > 20
    picture.cache_clear()
    assert (picture(size, 1) == image).all()
    check_jpeg(jpeg(size, 1), size)


def test_the_bare_runtime_answers_for_the_pictures_it_was_asked_for(card: ModelCard) -> None:
    for callers, batch in ((1, 1), (2, 1), (1, 4)):
        bare = Bare(card, session_threads=1, callers=callers, shape=(32, 32), batch=batch)
        assert 0.0 < bare(4) < 5.0


def test_ours_works_on_every_picture(card: ModelCard) -> None:
    made: list[int] = []

    def make() -> object:
        made.append(1)
        return picture("1024", 0)

    detector = Detector.open(card, device="cpu", threads=2, width_px=64)
    assert detecting(detector, [make], call=4)(10) > 0.0  # type: ignore[list-item]
    assert len(made) == 10


def test_the_parts_are_measured_and_the_bar_is_the_issue_s() -> None:
    measures = {measure.name: measure for measure in measure_parts(0.0)}
    assert measures["preprocess_1080p_ms"].bar == 0.7
    assert all(measure.value is not None and measure.value > 0 for measure in measures.values())
    decode = measures["jpeg_4k_decode_ms"].value, measures["jpeg_4k_decode_reduced_ms"].value
    assert decode[0] > decode[1]  # type: ignore[operator]


def test_starving_counts_the_ends_and_those_who_never_came() -> None:
    from datetime import UTC, datetime, timedelta

    began = datetime(2026, 4, 5, tzinfo=UTC)

    def at(*seconds: float) -> list[datetime]:
        return [began + timedelta(seconds=second) for second in seconds]

    times = {"fed": at(5, 14, 20), "late": at(11, 20), "left": at(5, 10), "gap": at(1, 12, 20)}
    (ended,) = at(22)
    assert starved(times, 6, began, ended, timedelta(seconds=10)) == 5
    assert starved({"fed": times["fed"]}, 1, began, ended, timedelta(seconds=10)) == 0
    assert percentile(list(range(1, 101)), 99) == 99


def test_a_district_is_watched_from_end_to_end(card: ModelCard) -> None:
    measures = {m.name: m for m in measure_district(card, 1.0, cost=1.0)}
    assert measures["district_p99_cadences"].bar == 2.0
    assert "109 cameras" in measures["district_p99_cadences"].against
    assert measures["district_p99_cadences"].value is not None


def test_what_is_not_here_is_skipped_with_its_reason(
    card: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ultralytics", "openvino"):
        monkeypatch.setenv(f"BENCH_{name.upper()}_PYTHON", "/nonexistent/python")
        assert str(environment(name, may_make=False)) == "/nonexistent/python"
    detector = Detector.open(card, device="cpu", threads=1)
    measures = measure_peers(card, detector, 1, 0.0, may_make=False)
    assert [measure.name for measure in measures] == [
        "detect_vs_ultralytics_ort",
        "detect_vs_ultralytics_best",
        "openvino_vs_plain",
    ]
    assert all("its process failed" in measure.against for measure in measures)
    for measure in measure_gpu(card, 0.0):
        assert measure.value is not None or "needs the extra gpu" in measure.against
