"""Frames become alerts: score, follow, weigh, locate, keep.

Imports nothing itself, so that :mod:`detector.core` can be used with numpy, OpenCV and onnxruntime
alone; the way of a frame begins in :mod:`detector.pipeline`.
"""
