"""Temporal evidence: what a track has shown over time, weighed in log-odds."""

from detector.evidence.background import SlowBackground
from detector.evidence.crops import CropHistory, crop_of
from detector.evidence.features import foot_wander_of
from detector.evidence.second_stage import SecondStage, StageState
from detector.evidence.weigh import TrackEvidence, Weighing
from detector.evidence.weights import WEIGHTS, Weights, decision_version, read_weights

__all__ = [
    "WEIGHTS",
    "CropHistory",
    "SecondStage",
    "SlowBackground",
    "StageState",
    "TrackEvidence",
    "Weighing",
    "Weights",
    "crop_of",
    "decision_version",
    "foot_wander_of",
    "read_weights",
]
