import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from camera_gateway import stderr_capture
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from camera_gateway.stderr_capture import CodecWords, codec_words
from models.errors import FrameCorrupt

CODEC = b"Corrupt JPEG data: bad Huffman code\n"


def test_words_of_codecs_are_taken_and_those_of_others_pass(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with codec_words() as words:
        os.write(2, b"Corrupt JPEG data: bad Huffman code\n")
        os.write(2, b'{"event": "another thread"}\nlibpng error: bad\n')
    assert words.lines == ("Corrupt JPEG data: bad Huffman code", "libpng error: bad")
    assert capfd.readouterr().err == '{"event": "another thread"}\n'


def test_the_stream_comes_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), codec_words():
        raise KeyError
    os.write(2, b"back\n")
    assert capfd.readouterr().err == "back\n"


@pytest.mark.parametrize("closed", [(2,), (0, 2)])
def test_a_daemon_without_an_error_stream_is_served(closed: tuple[int, ...]) -> None:
    kept = {descriptor: os.dup(descriptor) for descriptor in closed}
    for descriptor in closed:
        os.close(descriptor)
    try:
        with codec_words() as words:
            os.write(2, b"libpng warning: odd\nforeign\n")
        assert words.lines == ("libpng warning: odd",)
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(2)
    finally:
        for descriptor, copy in kept.items():
            os.dup2(copy, descriptor)
            os.close(copy)
    assert stderr_capture.STDERR == 2


def test_alone_the_words_are_certain() -> None:
    for alone in (False, True):
        with codec_words(alone=alone) as words:
            os.write(2, CODEC)
        assert (len(words.lines), words.certain) == (1, True)


def overlapping(first_says: bytes, second_says: bytes) -> tuple[CodecWords, CodecWords]:
    """Two threads decode at the same time: each comes in before the other leaves."""
    both_inside = threading.Barrier(2, timeout=30)
    both_spoke = threading.Barrier(2, timeout=30)

    def decode(says: bytes) -> CodecWords:
        with codec_words() as words:
            both_inside.wait()
            os.write(2, says)
            both_spoke.wait()
        return words

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(decode, (first_says, second_says))
    return first, second


def test_two_decode_side_by_side_and_words_are_nobody_s_for_certain(
    capfd: pytest.CaptureFixture[str],
) -> None:
    quiet = overlapping(b"a log line\n", b"another\n")
    assert [words.lines for words in quiet] == [(), ()]
    spoken = overlapping(CODEC, b"")
    assert [(len(words.lines), words.certain) for words in spoken] == [(1, False)] * 2
    assert sorted(capfd.readouterr().err.splitlines()) == ["a log line", "another"]


def test_of_two_that_speak_at_once_neither_is_lost(capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(1_500):  # one overwrote the other once in some four hundred
        overlapping(b"a log line\n", b"another\n")
        assert sorted(capfd.readouterr().err.splitlines()) == ["a log line", "another"]


def test_words_from_before_are_not_the_next_one_s(capfd: pytest.CaptureFixture[str]) -> None:
    inside, leave = threading.Event(), threading.Event()

    def stays() -> None:
        with codec_words():
            os.write(2, CODEC + b"early\nhal")
            inside.set()
            assert leave.wait(30)

    with ThreadPoolExecutor(1) as pool:
        staying = pool.submit(stays)
        assert inside.wait(30)
        with codec_words() as words:
            pass
        assert (words.lines, words.certain) == ((), False)
        # Others' whole lines pass while one is still inside, what is cut waits for its rest.
        assert capfd.readouterr().err == "early\n"
        os.write(2, b"f\n")
        leave.set()
        staying.result()
    assert capfd.readouterr().err == "half\n"


@pytest.mark.parametrize("full", [False, True])
def test_nobody_joins_one_who_is_alone_nor_a_capture_that_is_full(
    monkeypatch: pytest.MonkeyPatch, *, full: bool
) -> None:
    monkeypatch.setattr(stderr_capture, "FULL_BYTES", 10 if full else 2**16)
    seen: list[str] = []
    inside, tried = threading.Event(), threading.Event()

    def first() -> None:
        with codec_words(alone=not full):
            os.write(2, CODEC)
            inside.set()
            assert tried.wait(30)
            seen.append("first")

    def second() -> None:
        assert inside.wait(30)
        tried.set()
        with codec_words() as words:
            seen.append("second")
        assert (words.lines, words.certain) == ((), True)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(first), pool.submit(second)]:
            done.result()
    assert seen == ["first", "second"]


def test_damage_is_told_from_wholeness_whoever_decodes_beside() -> None:
    random = np.random.default_rng(0)
    whole = [
        encode_jpeg(random.integers(0, 256, (120, 160 + 16 * n, 3), np.uint8)) for n in range(6)
    ]
    damaged = []
    for data in whole:
        scan = data.index(b"\xff\xda")
        damaged.append(data[: scan + 100] + data[-2:])  # whole to its markers, hollow inside

    def is_whole(data: bytes) -> bool:
        try:
            decode_jpeg(data, "t1")
        except FrameCorrupt:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(is_whole, [*whole, *damaged] * 12))
    assert verdicts == ([True] * 6 + [False] * 6) * 12


def test_without_a_descriptor_left_the_stream_is_not_taken_for_closed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def none_left(_descriptor: int) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(os, "dup", none_left)
        with pytest.raises(OSError, match="Too many"), codec_words():
            pass
    with codec_words() as words:
        os.write(2, b"still here\n")
    assert words.certain
    assert capfd.readouterr().err == "still here\n"
