"""Opens a KMZ of WPML as a stranger's file: limited, no links, no entities, no passwords."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Final

from drone_jobs.missions.wpml_words import TEMPLATE, WAYLINES
from geo.exchange.archive import Archive
from geo.exchange.kml import parsed_xml
from geo.exchange.table import Limits
from models.errors import InputRefused

__all__ = ["WpmlFiles", "opened"]

_LIMITS: Final = Limits(unpacked_bytes=96 * 2**20, ratio=150.0, members=500)
MOST_TAGS: Final = 4_000_000
"""Of both files: 65,535 points have 3 million; a parser makes a hundred bytes of three."""


@dataclass(frozen=True, slots=True)
class WpmlFiles:
    """The two files of a KMZ.

    Attributes:
        waylines: root of the file that is flown; None when there is none.
        template: root of the file that is edited; None when there is none.
        misplaced: names that stand elsewhere than aircraft look for them.
    """

    waylines: ET.Element | None
    template: ET.Element | None
    misplaced: tuple[str, ...]


def opened(data: bytes, name: str) -> WpmlFiles:
    """The files of a KMZ.

    Raises:
        InputRefused: it is damaged, a bomb, has a password, or a name that leads out of it
            (``archive_*``, ``file_*``); it has neither file (``mission_unknown``; a KMZ of Google
            Earth ``mission_google_kmz``), two of one (``mission_damaged``), or too many elements
            (``mission_size``).
    """
    archive = Archive(data, name, _LIMITS)
    found = {
        wanted: _member(archive, wanted.rpartition("/")[2], name) for wanted in (WAYLINES, TEMPLATE)
    }
    if not any(found.values()):
        raise _stranger(archive, name)
    texts = {wanted: archive.read(own) for wanted, own in found.items() if own is not None}
    if sum(content.count(b"<") for content in texts.values()) > MOST_TAGS:
        raise InputRefused(
            f"{name} has more elements than any mission.",
            remedy="Split the mission.",
            code="mission_size",
        )
    roots = {
        wanted: parsed_xml(content, found[wanted] or name) for wanted, content in texts.items()
    }
    misplaced = tuple(own for wanted, own in found.items() if own not in (None, wanted))
    return WpmlFiles(roots.get(WAYLINES), roots.get(TEMPLATE), misplaced)


def _member(archive: Archive, base: str, name: str) -> str | None:
    """The member of that name, in whatever folder and case; None when there is none."""
    found = [
        each for each in archive.names if each.replace("\\", "/").rpartition("/")[2].lower() == base
    ]
    if len(found) > 1:
        raise InputRefused(
            f"{name} holds {len(found)} files named {base}.",
            remedy="Keep one mission in one KMZ.",
            code="mission_damaged",
        )
    return found[0] if found else None


def _stranger(archive: Archive, name: str) -> InputRefused:
    if any(each.lower().endswith(".kml") for each in archive.names):
        return InputRefused(
            f"{name} is a KMZ as Google Earth writes it: places without heights to fly, speeds or "
            "orders. Aircraft refuse it.",
            remedy="Unpack it and give the .kml inside; its line becomes a mission to look at.",
            code="mission_google_kmz",
        )
    return InputRefused(
        f"{name} is an archive without waylines.wpml and template.kml.",
        remedy="Give the KMZ that DJI Pilot 2 or FlightHub 2 exports.",
        code="mission_unknown",
    )
