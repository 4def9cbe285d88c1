"""Camera gateway: sources of pictures, their pace, their health, the bus and the evidence."""

from camera_gateway.bus import FrameBus, MemoryBus
from camera_gateway.clip import encode_clip
from camera_gateway.gateway import Gateway
from camera_gateway.pictures import decode_jpeg, encode_jpeg, picture_size, read_picture
from camera_gateway.ring import FrameRing
from camera_gateway.source import FrameSource, RawFrame
from camera_gateway.sources import DrillScene, FolderSource, VideoSource, iterate_video
from camera_gateway.status import GatewayState, GatewayStatus
from camera_gateway.vault import EvidenceVault

__all__ = [
    "DrillScene",
    "EvidenceVault",
    "FolderSource",
    "FrameBus",
    "FrameRing",
    "FrameSource",
    "Gateway",
    "GatewayState",
    "GatewayStatus",
    "MemoryBus",
    "RawFrame",
    "VideoSource",
    "decode_jpeg",
    "encode_clip",
    "encode_jpeg",
    "iterate_video",
    "picture_size",
    "read_picture",
]
