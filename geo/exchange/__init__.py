"""Land layers from and to the files that offices exchange; what they mean is said elsewhere.

A stranger's file is opened in a process of its own. What comes out is a neutral table
(:class:`RawLayer`) that :mod:`geo.land.importing` makes features of.
"""

from geo.exchange.columns import made_column
from geo.exchange.process import read_file
from geo.exchange.table import Format, Limits, Note, NoteCode, RawLayer
from geo.exchange.write_text import Sheet
from geo.exchange.writing import ending_of, write_file, write_sheets

__all__ = [
    "Format",
    "Limits",
    "Note",
    "NoteCode",
    "RawLayer",
    "Sheet",
    "ending_of",
    "made_column",
    "read_file",
    "write_file",
    "write_sheets",
]
