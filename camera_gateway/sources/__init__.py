"""Places where pictures come from; each module is one kind of source."""

from camera_gateway.sources.drill import DrillScene
from camera_gateway.sources.folder import FolderSource
from camera_gateway.sources.mjpeg import MjpegSource
from camera_gateway.sources.onvif_source import OnvifSource
from camera_gateway.sources.rtsp import RtspSource, rtsp_opener
from camera_gateway.sources.snapshot import SnapshotSource
from camera_gateway.sources.stream_facts import StreamFacts
from camera_gateway.sources.video import VideoSource
from camera_gateway.sources.video_frames import iterate_video

__all__ = [
    "DrillScene",
    "FolderSource",
    "MjpegSource",
    "OnvifSource",
    "RtspSource",
    "SnapshotSource",
    "StreamFacts",
    "VideoSource",
    "iterate_video",
    "rtsp_opener",
]
