"""Spends a frame's pixels where smoke could be: a closer look at a band of the picture.

The way of a frame: :mod:`scorer`; which band, :mod:`view`; where bands can lie and what they cost,
:mod:`layout` and :mod:`tiles`; where to look, :mod:`skyline` and :mod:`background`; where not,
:mod:`models.masked_region`; one answer from all of it, :mod:`merge`.
"""

from detector.attention.layout import band_width_px
from detector.attention.scorer import AttentiveScorer, FrameDetector

__all__ = ["AttentiveScorer", "FrameDetector", "band_width_px"]
