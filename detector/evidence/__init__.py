"""Temporal evidence: what a track has shown over time, weighed in log-odds."""

from detector.evidence.weigh import Weighing, growth_of, unsteadiness_of, weigh

__all__ = ["Weighing", "growth_of", "unsteadiness_of", "weigh"]
