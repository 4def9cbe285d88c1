"""Spends a frame's pixels where smoke could be: a closer look at parts of the picture.

The way of a frame: :mod:`scorer`; which parts, :mod:`view`; where parts can lie and what they cost,
:mod:`layout` and :mod:`tiles`; where to look, :mod:`skyline` and :mod:`background`; one answer from
all of it, :mod:`merge`.
"""

from detector.attention.layout import STRIP_WIDTH_PX
from detector.attention.scorer import AttentiveScorer, FrameDetector

__all__ = ["STRIP_WIDTH_PX", "AttentiveScorer", "FrameDetector"]
