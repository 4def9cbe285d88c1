"""Pictures of heat, of whatever device: read to temperatures where they are, else to levels."""

from camera_gateway.thermal.reading import MOST_PX, read_thermal

__all__ = ["MOST_PX", "read_thermal"]
