"""A camera whose picture tells when it was made, so that whoever looks can say how late it is.

Its upper part is a row of blocks, black and white: 32 bits of Unix milliseconds and their sum. The
rest moves, for a picture that stands still is refused. Each picture is coded when it is sent.
"""

import time
from fractions import Fraction

import av
import numpy as np
from tiny_rtsp import Script, TinyRtsp

__all__ = ["BLOCK_PX", "CLOCK_JS", "clock_camera", "clock_of"]

BLOCK_PX = 40
ROW = 16
SIZE = (640, 360)

# In a browser: what the element shows, milliseconds modulo 2 ** 32; null when it cannot be read.
CLOCK_JS = """element => {
  const wide = element.videoWidth || element.naturalWidth;
  const high = element.videoHeight || element.naturalHeight;
  if (!wide) return null;
  const canvas = document.createElement("canvas");
  canvas.width = 640; canvas.height = 360;
  const brush = canvas.getContext("2d");
  brush.drawImage(element, 0, 0, wide, high, 0, 0, 640, 360);
  const bytes = [];
  for (let at = 0; at < 5; at++) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) {
      const number = 8 * at + bit;
      const x = (number % 16) * 40 + 20, y = Math.floor(number / 16) * 40 + 20;
      byte = byte * 2 + (brush.getImageData(x, y, 1, 1).data[1] > 128 ? 1 : 0);
    }
    bytes.push(byte);
  }
  if ((bytes[0] + bytes[1] + bytes[2] + bytes[3]) % 256 !== bytes[4]) return null;
  return ((bytes[0] * 256 + bytes[1]) * 256 + bytes[2]) * 256 + bytes[3];
}"""


class _Encoder:
    """Codes a picture of now whenever it is asked; a new connection begins with a key frame."""

    def __init__(self, gop: int, rate_hz: float) -> None:
        self._gop = gop
        self._rate_hz = rate_hz
        self._codec = self._fresh()
        grain = np.random.default_rng(3).integers(0, 70, (SIZE[1], 2 * SIZE[0]), np.uint8)
        self._land = grain + np.linspace(60, 150, SIZE[1], dtype=np.uint8)[:, None]

    def _fresh(self) -> av.VideoCodecContext:
        codec = av.CodecContext.create("libx264", "w")
        assert isinstance(codec, av.VideoCodecContext)
        codec.width, codec.height = SIZE
        codec.pix_fmt = "yuv420p"
        codec.framerate = Fraction(round(self._rate_hz))
        codec.time_base = Fraction(1, round(self._rate_hz))
        codec.thread_count = 1
        words = f"keyint={self._gop}:min-keyint={self._gop}:scenecut=0:repeat-headers=1"
        codec.options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": words}
        return codec

    def change(self, number: int, _unit: bytes, shown_s: float) -> tuple[bytes, float]:
        if number == 0:
            self._codec = self._fresh()
        land = np.roll(self._land, number % SIZE[0], axis=1)[:, : SIZE[0]]
        luma = np.array(land, np.uint8)
        _write(luma, round(time.time() * 1000))
        planes = np.vstack([luma, np.full((SIZE[1] // 2, SIZE[0]), 128, np.uint8)])
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = number
        return b"".join(bytes(packet) for packet in self._codec.encode(frame)), shown_s


def clock_camera(*, rate_hz: float = 25.0, gop: int = 50) -> TinyRtsp:
    """A camera of 640 x 360 for one reader."""
    encoder = _Encoder(gop, rate_hz)
    return TinyRtsp(Script([b""], rate_hz=rate_hz, change=encoder.change))


def clock_of(luma: np.ndarray) -> int | None:
    """What the picture of (360, 640) tells: milliseconds modulo 2 ** 32, None when unreadable."""
    number = np.arange(40)
    y, x = (number // ROW) * BLOCK_PX + 20, (number % ROW) * BLOCK_PX + 20
    told = np.packbits(luma[y, x] > 128)
    if int(told[:4].sum(dtype=np.uint32)) % 256 != told[4]:
        return None
    return int.from_bytes(told[:4].tobytes(), "big")


def _write(luma: np.ndarray, now_ms: int) -> None:
    told = (now_ms % 2**32).to_bytes(4, "big")
    bits = np.unpackbits(np.frombuffer(told + bytes([sum(told) % 256]), np.uint8))
    for number, bit in enumerate(bits):
        y, x = number // ROW * BLOCK_PX, number % ROW * BLOCK_PX
        luma[y : y + BLOCK_PX, x : x + BLOCK_PX] = 235 if bit else 16
