"""The detection core: pictures in, boxes out. It knows pictures and networks, nothing else."""

from detector.core.detector import Detector
from detector.core.postprocess import MAX_DETECTIONS
from detector.core.session import DEVICES, Device

__all__ = ["DEVICES", "MAX_DETECTIONS", "Detector", "Device"]
