"""A span out of the ring: from a key frame on, unbroken in each file, with true times."""

import hashlib
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_rig import MADE_AT, Disk, form, pictures, times_in
from small_disk import fill, small_disk

from camera_gateway.recording.cutting import cut
from camera_gateway.recording.preview import encode_preview
from camera_gateway.recording.segment import Segment
from camera_gateway.vault import EvidenceVault
from models.errors import InputRefused, StorageFull

SECOND = timedelta(seconds=1)


def seconds_between(least: int, most: int) -> st.SearchStrategy[float]:
    return st.integers(least, most).map(lambda number: number / 1000)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> list[Segment]:
    """Fifty seconds of one run: a key frame each second."""
    disk = Disk(tmp_path_factory.mktemp("ring"))
    disk.begin()
    disk.take(pictures(50))
    disk.end()
    return disk.closed


def span(ring: list[Segment], from_s: float, until_s: float) -> list[Segment]:
    began, ended = MADE_AT + from_s * SECOND, MADE_AT + until_s * SECOND
    return [piece for piece in ring if piece.from_at < ended and piece.until_at > began]


def top_boxes(path: Path) -> list[bytes]:
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        found.append(data[at + 4 : at + 8])
        at += int.from_bytes(data[at : at + 4], "big")
    return found


@settings(max_examples=30, deadline=None)
@given(from_s=seconds_between(0, 48_000), length_s=seconds_between(200, 30_000))
def test_a_cut_begins_with_the_key_frame_before_and_ends_where_it_was_asked_to(
    ring: list[Segment], tmp_path_factory: pytest.TempPathFactory, from_s: float, length_s: float
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    until_s = min(50.0, from_s + length_s)
    pieces = span(ring, from_s, until_s)
    (one,) = cut(pieces, MADE_AT + from_s * SECOND, MADE_AT + until_s * SECOND, folder)
    began_s = (one.from_at - MADE_AT) / SECOND
    ended_s = (one.until_at - MADE_AT) / SECOND
    assert began_s == pytest.approx(int(from_s), abs=0.005)
    assert until_s - 0.001 <= ended_s <= until_s + 0.045
    times, whole = times_in(one.path)
    assert times[0] == 0.0
    assert len(times) == whole == round((ended_s - began_s) * 25)
    assert times == pytest.approx([n / 25 for n in range(len(times))], abs=0.002)
    assert top_boxes(one.path)[:2] == [b"ftyp", b"moov"], "the index stands in front"
    assert (one.codec, one.width_px, one.height_px) == ("h264", 160, 96)
    shutil.rmtree(folder)


def test_nothing_is_encoded_again(ring: list[Segment], tmp_path: Path) -> None:
    (one,) = cut(ring[1:3], MADE_AT + 10 * SECOND, MADE_AT + 30 * SECOND, tmp_path)
    wanted, got = hashlib.sha256(), hashlib.sha256()
    for piece in ring[1:3]:
        with av.open(str(piece.path)) as container:
            for packet in container.demux(video=0):
                wanted.update(bytes(packet))
    with av.open(str(one.path)) as container:
        for packet in container.demux(video=0):
            got.update(bytes(packet))
    assert got.hexdigest() == wanted.hexdigest()


def test_a_gap_begins_another_file(ring: list[Segment], tmp_path: Path) -> None:
    holed = [piece for piece in ring if piece.number != 2]
    first, second = cut(holed, MADE_AT + 3.4 * SECOND, MADE_AT + 44.5 * SECOND, tmp_path)
    assert first.from_at == MADE_AT + 3 * SECOND
    assert first.until_at == MADE_AT + 20 * SECOND
    assert second.from_at == MADE_AT + 30 * SECOND
    assert second.until_at == pytest.approx(MADE_AT + 44.5 * SECOND, abs=0.05 * SECOND)
    for one in (first, second):
        times, whole = times_in(one.path)
        assert times[0] == 0.0
        assert len(times) == whole


def test_a_piece_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.begin()
    disk.take(pictures(30))
    disk.end()
    disk.closed[1].path.write_bytes(b"not a film")
    (one,) = cut(disk.closed, MADE_AT, MADE_AT + 30 * SECOND, tmp_path)
    assert one.until_at == MADE_AT + 10 * SECOND
    disk.closed[0].path.unlink()
    assert cut(disk.closed[:1], MADE_AT, MADE_AT + 30 * SECOND, tmp_path) == []


def test_a_span_after_the_last_picture_has_the_last_group(
    ring: list[Segment], tmp_path: Path
) -> None:
    (one,) = cut(ring[-1:], MADE_AT + 49.99 * SECOND, MADE_AT + 60 * SECOND, tmp_path)
    assert one.from_at == MADE_AT + 49 * SECOND
    assert cut([], MADE_AT, MADE_AT + SECOND, tmp_path) == []
    assert cut(ring[3:], MADE_AT, MADE_AT + SECOND, tmp_path) == []


def test_a_first_piece_that_came_late_does_not_date_the_rest(
    ring: list[Segment], tmp_path: Path
) -> None:
    late = [replace(ring[0], from_at=ring[0].from_at + 1.5 * SECOND), *ring[1:]]
    (one,) = cut(late, MADE_AT + 5 * SECOND, MADE_AT + 45 * SECOND, tmp_path)
    assert one.from_at == MADE_AT + 5 * SECOND


def test_a_disk_that_is_really_full_leaves_nothing_half(
    ring: list[Segment], tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", "256k") as small:
        with pytest.raises(OSError, match="space") as full:
            cut(ring, MADE_AT, MADE_AT + 50 * SECOND, small)
        assert full.value.errno == 28
        assert list(small.iterdir()) == []
        (one,) = cut(ring[:1], MADE_AT, MADE_AT + 2 * SECOND, small)
        with pytest.raises(OSError, match="space"):
            encode_preview(_film(tmp_path, 200), small / "preview.mp4")
        (small / "preview.mp4").unlink(missing_ok=True)
        vault = EvidenceVault(small / "vault")
        _, size_bytes = vault.adopt("a/b.mp4", one.path)
        fill(small)
        with pytest.raises(StorageFull):
            vault.put("a/c.jpg", b"y" * 100_000)
        assert [key for key, _ in vault.files()] == ["a/b.mp4"]
        assert vault.remove("a/b.mp4") == size_bytes


def _film(folder: Path, seconds: float, codec: str = "h264") -> Path:
    disk = Disk(folder / f"film-{codec}")
    disk.begin(form(codec))
    disk.take(pictures(seconds, codec=codec, size=(160, 96)))
    disk.end()
    folder = folder / "films"
    folder.mkdir(exist_ok=True)
    (one,) = cut(disk.closed, MADE_AT, MADE_AT + seconds * SECOND, folder)
    return one.path


def test_a_preview_shows_the_same_at_the_same_time(tmp_path: Path) -> None:
    source, target = _film(tmp_path, 12, "h265"), tmp_path / "preview.mp4"
    assert encode_preview(source, target)
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx([n / 5 for n in range(60)], abs=0.05)
    with av.open(str(source)) as container:
        originals = {round(frame.time * 25): frame for frame in container.decode(video=0)}
    for frame in frames:
        original = originals[round(frame.time * 25)].to_ndarray(format="gray")
        assert abs(frame.to_ndarray(format="gray")[:40].mean() - original[:40].mean()) < 3.0
    assert top_boxes(target)[:2] == [b"ftyp", b"moov"]
    assert not encode_preview(source, tmp_path / "left.mp4", lambda: True)


def test_the_vault_adopts_a_file_and_counts_what_it_removes(tmp_path: Path) -> None:
    vault = EvidenceVault(tmp_path / "vault")
    file = vault.root / ".cut-1.mp4"
    file.write_bytes(b"film")
    assert vault.adopt("a/b.mp4", file) == (hashlib.sha256(b"film").hexdigest(), 4)
    assert not file.exists()
    assert vault.get("a/b.mp4") == b"film"
    vault.put("a/c.jpg", b"12")
    (vault.root / ".new-x").write_bytes(b"1")
    assert {key: facts.st_size for key, facts in vault.files()} == {"a/b.mp4": 4, "a/c.jpg": 2}
    assert vault.remove("a/b.mp4") == 4
    assert vault.remove("a/b.mp4") == 0
    assert vault.remove("a/c.jpg") == 2
    assert not (vault.root / "a").exists(), "an empty folder goes along"
    with pytest.raises(InputRefused):
        vault.adopt("../x", file)
    with pytest.raises(InputRefused):
        vault.adopt("a/b", tmp_path / "nowhere")
    (vault.root / "d").mkdir()
    with pytest.raises(InputRefused):
        vault.remove("d")
