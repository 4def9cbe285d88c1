"""A replay told to people: one page that opens anywhere, and its figures as CSV."""

from detector.report.comparison import write_comparison
from detector.report.opening import open_result
from detector.report.pictures import PictureSource, RecordedPictures
from detector.report.report import write_report

__all__ = ["PictureSource", "RecordedPictures", "open_result", "write_comparison", "write_report"]
