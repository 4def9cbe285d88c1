"""Land layers from and to the files that offices exchange; what they mean is said elsewhere.

A stranger's file is opened in a process of its own. What comes out is a neutral table
(:class:`RawLayer`) that :mod:`geo.land.importing` makes features of.
"""

from geo.exchange.process import read_file
from geo.exchange.table import Format, Limits, Note, NoteCode, RawLayer
from geo.exchange.writing import ending_of, write_file

__all__ = [
    "Format",
    "Limits",
    "Note",
    "NoteCode",
    "RawLayer",
    "ending_of",
    "read_file",
    "write_file",
]
