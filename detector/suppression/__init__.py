"""Holding alerts back, and letting them go: see :mod:`detector.suppression.rules`."""

from detector.suppression.memory import SuppressionMemory
from detector.suppression.rules import Ruling, Seen, Suppression

__all__ = ["Ruling", "Seen", "Suppression", "SuppressionMemory"]
