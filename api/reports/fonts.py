"""The letters of a PDF: Noto Serif SC for what is read, Noto Sans SC for headings and tables.

They come with a package that ``pyproject.toml`` names, under the SIL Open Font License 1.1. A file
takes along the shapes that it shows and no others. Nothing is fetched when a report is made.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Final

from models.errors import WatchError

__all__ = ["HEADINGS", "PACKAGE", "TEXT", "TypefaceMissing", "font_file"]

PACKAGE: Final = "pylopdf_fonts_zh_cn"
TEXT: Final = "NotoSerifSC-Regular.otf"
HEADINGS: Final = "NotoSansSC-Regular.otf"


class TypefaceMissing(WatchError):
    """The letters are not installed; with others a page would lack its Chinese."""

    default_code: ClassVar[str] = "report_font_missing"


def font_file(name: str, package: str = PACKAGE) -> Path:
    """Where a typeface lies.

    Args:
        name: of its file.
        package: that brings it.

    Raises:
        TypefaceMissing: it is not installed.
    """
    found = find_spec(package)
    for folder in (found.submodule_search_locations or []) if found is not None else []:
        file = Path(folder) / name
        if file.is_file():
            return file
    raise TypefaceMissing(
        f"The typeface {name} is not installed, so no PDF can be made.",
        remedy="Install the package pylopdf-fonts-zh-cn, or set Firewatch up again: ./run setup.",
    )
