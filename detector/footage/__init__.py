"""Recorded footage: what it is, what people know of it, and labels from and for other tools."""

from detector.footage.facts import Claims, FootageFacts, Pace
from detector.footage.labelled import LabelFormat, Labelled, LabelledBox, Meaning
from detector.footage.labels import FrameTimes, frame_times, truth_of
from detector.footage.probing import probe
from detector.footage.reading import read_labels
from detector.footage.training_set import Exported, Labelling, export_for_training
from detector.footage.truth_file import (
    TruthFile,
    parse_truth,
    read_truth,
    truth_as_json,
    truth_path,
    write_truth,
)

__all__ = [
    "Claims",
    "Exported",
    "FootageFacts",
    "FrameTimes",
    "LabelFormat",
    "Labelled",
    "LabelledBox",
    "Labelling",
    "Meaning",
    "Pace",
    "TruthFile",
    "export_for_training",
    "frame_times",
    "parse_truth",
    "probe",
    "read_labels",
    "read_truth",
    "truth_as_json",
    "truth_of",
    "truth_path",
    "write_truth",
]
