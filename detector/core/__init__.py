"""The detection core: pictures in, boxes out. It knows pictures and networks, nothing else."""

from detector.core.arrangement import Arrangement
from detector.core.detector import Detector, Picture
from detector.core.postprocess import MAX_DETECTIONS
from detector.core.providers import DEVICES, Device
from detector.core.undecoded import Undecoded

__all__ = ["DEVICES", "MAX_DETECTIONS", "Arrangement", "Detector", "Device", "Picture", "Undecoded"]
