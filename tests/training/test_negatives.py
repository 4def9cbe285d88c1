"""Made sequences without fire: the same every time, of a camera's life, playable as recordings."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from camera_gateway.pictures import decode_jpeg
from detector.evaluate.footage import PictureSequence, Sampling, find_recordings
from models.errors import InputRefused
from training.mist import SOFTNESS, Mist
from training.negatives import (
    CADENCES_S,
    NegativeSequence,
    main,
    negative_sequences,
    quiet_pictures,
)


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    folder = tmp_path / "stills"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for number in range(3):
        coarse = rng.integers(0, 256, (4, 5, 3), np.uint8)
        image = cv2.resize(coarse, (320, 240), interpolation=cv2.INTER_CUBIC)
        assert cv2.imwrite(str(folder / f"{number}.png"), image)
    return folder


def test_the_same_seed_makes_the_same_bytes(stills: Path) -> None:
    pictures = quiet_pictures(stills, "val")
    first, second = (negative_sequences(pictures, 5, seed=6) for _ in range(2))
    assert first == second
    assert [list(one.frames()) for one in first[:2]] == [list(one.frames()) for one in second[:2]]
    other = negative_sequences(pictures, 5, seed=7)
    assert list(first[0].frames()) != list(other[0].frames())


def test_every_picture_and_every_cadence_is_used_alike(stills: Path) -> None:
    sequences = negative_sequences(quiet_pictures(stills, "val"), 12, seed=6)
    used = [one.picture for one in sequences]
    assert {used.count(picture) for picture in used} == {4}
    cadences = [one.cadence_s for one in sequences]
    assert {cadences.count(cadence_s) for cadence_s in CADENCES_S} == {3}
    assert len({one.name for one in sequences}) == 12


def test_frames_are_whole_pictures_in_the_order_of_their_time(stills: Path) -> None:
    for sequence in negative_sequences(quiet_pictures(stills, "val"), 24, seed=6):
        times, jpegs = zip(*sequence.frames(), strict=True)
        assert 8 <= len(times) <= 12
        assert times[0] == 0.0
        gaps = [second - first for first, second in pairwise(times)]
        assert min(gaps) == pytest.approx(sequence.cadence_s)
        shapes = {decode_jpeg(jpeg, sequence.name).shape for jpeg in jpegs}
        assert shapes == {(202, 269, 3)}
        assert len(set(jpegs)) > 1


def test_mist_drifts_while_detail_stays() -> None:
    """Trees before a bright soft bank: the bank's light moves, the trees' edges do not."""
    rows, columns = np.mgrid[0:240, 0:320]
    bank = 90 + 110 * np.exp(-(((rows - 120) / 50.0) ** 2 + ((columns - 160) / 70.0) ** 2))
    trees = 25 * ((columns // 4) % 2) * (rows > 60)
    image = np.repeat((bank - trees)[:, :, None], 3, axis=2).clip(0, 255).astype(np.uint8)
    mist = Mist.drawn(np.random.default_rng(5), image)
    before, after = (mist.moved(image, at_s).astype(np.float32) for at_s in (0.0, 120.0))
    soft, detail = zip(
        *(
            (low := cv2.GaussianBlur(one, (0, 0), SOFTNESS * 320), one - low)
            for one in (before, after)
        ),
        strict=True,
    )
    inside = (slice(80, 220), slice(30, 290))
    assert np.abs(soft[1] - soft[0])[inside].max() > 5.0
    moved = [one[inside].mean(axis=2).ravel() for one in detail]
    assert np.corrcoef(*moved)[0, 1] > 0.95
    again = Mist.drawn(np.random.default_rng(5), image).moved(image, 120.0)
    assert np.array_equal(again, after.astype(np.uint8))


def test_mist_changes_nothing_else_of_a_sequence(stills: Path) -> None:
    pictures = quiet_pictures(stills, "val")
    plain, misty = (negative_sequences(pictures, 4, seed=6, mist=mist) for mist in (False, True))
    for one, other in zip(plain, misty, strict=True):
        assert (one.picture, one.cadence_s) == (other.picture, other.cadence_s)
        assert [at_s for at_s, _ in one.frames()] == [at_s for at_s, _ in other.frames()]
        assert [jpeg for _, jpeg in one.frames()] != [jpeg for _, jpeg in other.frames()]


def test_what_is_seen_moves_and_dims_but_stays_the_picture(stills: Path) -> None:
    """Every frame is more like its own picture than like another one."""
    pictures = quiet_pictures(stills, "val")
    own = {path: cv2.imread(str(path))[19:221, 25:294].astype(float) for path in pictures}
    steps = []
    for sequence in negative_sequences(pictures, 24, seed=6):
        frames = [decode_jpeg(jpeg, "f").astype(float) for _, jpeg in sequence.frames()]
        for image in frames:
            likeness = {
                path: np.corrcoef(image.ravel(), other.ravel())[0, 1] for path, other in own.items()
            }
            assert max(likeness, key=lambda path: likeness[path]) == sequence.picture
        steps += [float(np.abs(b - a).mean()) for a, b in pairwise(frames)]
    assert min(steps) > 0.0
    assert max(steps) > 5.0


def test_a_sequence_plays_as_a_recording(stills: Path) -> None:
    sequence = NegativeSequence("s", stills / "0.png", 5.0, (1, 2))
    all_frames = list(sequence.frames())
    moments = list(sequence.moments(Sampling(every=3)))
    assert [(one.at_s, one.picture) for one in moments] == all_frames[::3]
    assert not sequence.has_known_times


def test_written_sequences_are_found_again(stills: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main([str(stills), "--count", "4", "--out", str(out)]) == 0
    found = list(find_recordings([out], leave_out=tmp_path / "no"))
    assert len(found) == 4
    planned = negative_sequences(quiet_pictures(stills, "val"), 4, seed=6)
    for one, made in zip(found, planned, strict=True):
        assert isinstance(one, PictureSequence)
        played = [(m.at_s, m.picture) for m in one.moments(Sampling())]
        frames = list(made.frames())
        assert [jpeg for _, jpeg in played] == [jpeg for _, jpeg in frames]
        assert [at_s for at_s, _ in played] == pytest.approx([t for t, _ in frames], abs=0.001)


def labelled_set(folder: Path) -> Path:
    rows = ["name,group,source,view,split"]
    for name, split, label in (
        ("fire", "val", "0 0.5 0.5 0.1 0.1\n"),
        ("quiet", "val", ""),
        ("learnt", "train", ""),
    ):
        rows.append(f"s/{name},{name},s,tower,{split}")
        for room, text in (("images", None), ("labels", label)):
            place = folder / room / "s" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                assert cv2.imwrite(f"{place}.jpg", np.zeros((24, 32, 3), np.uint8))
            else:
                Path(f"{place}.txt").write_text(text, encoding="ascii")
    (folder / "index.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_of_a_labelled_set_only_what_does_not_burn_in_that_split(tmp_path: Path) -> None:
    data = labelled_set(tmp_path / "set")
    assert [path.stem for path in quiet_pictures(data, "val")] == ["quiet"]
    assert [path.stem for path in quiet_pictures(data, "train")] == ["learnt"]


def test_nothing_quiet_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputRefused, match="no picture without fire"):
        quiet_pictures(labelled_set(tmp_path / "set"), "test")
    assert main([str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 1
    assert "no picture without fire" in capsys.readouterr().err
