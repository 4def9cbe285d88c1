"""A camera's JPEG as a picture that the detection core decodes itself, no larger than it needs.

The core knows no files, and the gateway's strict decoder knows no network; here they meet. Damage
is refused as strictly as everywhere: at every reduction the coded bytes are read to their end.
"""

from dataclasses import dataclass

from camera_gateway.pictures import decode_jpeg, picture_size
from models.errors import FrameCorrupt
from models.units import ImageBGR

__all__ = ["JpegPicture"]


@dataclass(frozen=True, slots=True)
class JpegPicture:
    """An undecoded picture; see :class:`detector.core.Undecoded`.

    Attributes:
        data: the file.
        name: of the frame, for messages.
        width_px: of the upright picture.
        height_px: of the upright picture.
    """

    data: bytes
    name: str
    width_px: int
    height_px: int

    @classmethod
    def of(cls, data: bytes, name: str) -> "JpegPicture":
        """Read the size from the markers.

        Raises:
            FrameCorrupt: it is no whole JPEG.
        """
        try:
            width_px, height_px = picture_size(data)
        except FrameCorrupt as error:
            raise FrameCorrupt(f"{name}: {error.message}") from error
        return cls(data, name, width_px, height_px)

    def decode(self, reduction: int) -> ImageBGR:
        """Decode strictly.

        Args:
            reduction: 1, 2, 4 or 8; each side is divided by it and rounded up.

        Raises:
            FrameCorrupt: the file is damaged.
        """
        return decode_jpeg(self.data, self.name, reduction=reduction)
