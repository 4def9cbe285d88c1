"""A camera whose picture tells when it was made, so that whoever looks can say how late it is.

Its upper part is a row of blocks, black and white: 32 bits of Unix milliseconds and their sum. The
rest moves, for a picture that stands still is refused. Each picture is coded when it is sent.
"""

import time
from fractions import Fraction

import av
import numpy as np
from tiny_rtsp import Script, TinyRtsp

__all__ = ["CLOCK_JS", "ClockCamera"]

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


class ClockCamera(TinyRtsp):
    """A camera of 640 x 360 for one reader."""

    def __init__(self, *, rate_hz: float = 25.0, gop: int = 50) -> None:
        self._encoder = _Encoder(gop, rate_hz)
        self._hangs_up = False
        super().__init__(Script([b""], rate_hz=rate_hz, change=self._change))

    def hang_up(self) -> None:
        """End the connection; the next one is answered."""
        self._hangs_up = True

    def _change(self, number: int, unit: bytes, shown_s: float) -> tuple[bytes, float]:
        if self._hangs_up:
            self._hangs_up = False
            raise OSError
        return self._encoder.change(number, unit, shown_s)


def _write(luma: np.ndarray, now_ms: int) -> None:
    told = (now_ms % 2**32).to_bytes(4, "big")
    bits = np.unpackbits(np.frombuffer(told + bytes([sum(told) % 256]), np.uint8))
    for number, bit in enumerate(bits):
        y, x = number // ROW * BLOCK_PX, number % ROW * BLOCK_PX
        luma[y : y + BLOCK_PX, x : x + BLOCK_PX] = 235 if bit else 16
