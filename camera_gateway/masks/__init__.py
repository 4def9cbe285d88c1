"""Masked regions in force: painted over before a picture leaves the gateway, or known to the desk.

What holds now, for all cameras, is in the :class:`MaskBook`; what is private is painted over by the
:class:`PictureVeil` of each camera. Coded video cannot be painted over without coding it anew, so a
camera with anything private gives none: :meth:`MaskBook.hides` says which, and whoever runs the
cameras closes their taps.
"""

from camera_gateway.masks.book import MaskBook
from camera_gateway.masks.paint import painted
from camera_gateway.masks.veil import PictureVeil

__all__ = ["MaskBook", "PictureVeil", "painted"]
