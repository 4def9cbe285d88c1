import os

import pytest

from camera_gateway import stderr_capture
from camera_gateway.stderr_capture import codec_words


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
