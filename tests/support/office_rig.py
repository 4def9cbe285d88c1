"""Debian's readers of office files: poppler's programs for PDF, LibreOffice for Word.

Run as a script it says whether they are here, and with ``packages`` what they need.
"""

import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["PACKAGES", "facts_of", "fonts_of", "text_of", "why_no_office", "words_in"]

PACKAGES = "poppler-utils libreoffice-writer-nogui"


def why_no_office() -> str:
    """Why the programs cannot be run; empty when they can."""
    needed = ("pdftotext", "pdfinfo", "pdffonts", "soffice")
    missing = [name for name in needed if shutil.which(name) is None]
    return f"{', '.join(missing)} missing" if missing else ""


def text_of(pdf: Path) -> str:
    """What somebody copies out of a PDF, without blanks and line ends."""
    return "".join(_said("pdftotext", "-enc", "UTF-8", str(pdf), "-").split())


def facts_of(pdf: Path) -> dict[str, str]:
    """Title, author, pages, size."""
    lines = [line.partition(":") for line in _said("pdfinfo", str(pdf)).splitlines()]
    return {name: value.strip() for name, _, value in lines}


def fonts_of(pdf: Path) -> list[tuple[str, bool, bool]]:
    """Name of each typeface, whether it is embedded, and whether only what is shown is."""
    rows = [line.split() for line in _said("pdffonts", str(pdf)).splitlines()[2:]]
    return [(row[0], row[-5] == "yes", row[-4] == "yes") for row in rows]


def words_in(word: Path, folder: Path) -> str:
    """What LibreOffice reads in a Word file, without blanks and line ends."""
    profile = (folder / "profile").as_uri()
    _said(
        *("soffice", f"-env:UserInstallation={profile}", "--headless"),
        *("--convert-to", "pdf", "--outdir", str(folder), str(word)),
    )
    return text_of(folder / f"{word.stem}.pdf")


def _said(*command: str) -> str:
    done = subprocess.run(  # noqa: S603  # Debian's program with our arguments
        command, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


if __name__ == "__main__":
    if sys.argv[1:] == ["packages"]:
        sys.stdout.write(PACKAGES + "\n")
    elif trouble := why_no_office():
        sys.exit(trouble)
