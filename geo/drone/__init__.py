"""What a drone sees: the rays of its gimbal, from a height that knows what it is measured from.

Attitude, height and lens know nothing of photos: whatever tells them (a photo's XMP today, a
flight's telemetry tomorrow) becomes a :class:`DroneView`, and that is placed by the same
:class:`geo.locate.Locator` as a tower's picture.
"""

from geo.drone.attitude import Attitude, pose_of
from geo.drone.footprint import Footprint, FootprintEnd, footprint
from geo.drone.heights import DroneHeight, HeightChain, ReportedHeights, RtkState, drone_height
from geo.drone.lens import Optics, field_of_view
from geo.drone.photo import DronePhoto, read_photo
from geo.drone.view import DroneView, view_of

__all__ = [
    "Attitude",
    "DroneHeight",
    "DronePhoto",
    "DroneView",
    "Footprint",
    "FootprintEnd",
    "HeightChain",
    "Optics",
    "ReportedHeights",
    "RtkState",
    "drone_height",
    "field_of_view",
    "footprint",
    "pose_of",
    "read_photo",
    "view_of",
]
