"""Camera lists as tables: one row a camera, or one a preset where a camera has several.

Read as UTF-8, with or without its mark, or as GBK (what a Chinese spreadsheet saves), separated by
commas, semicolons or tabs. A list with passwords is written only when asked for.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from api.cameras.list_faults import ListFault
from api.cameras.place import WGS84, same_system
from api.cameras.words import COLUMNS, VALUES, column_of, system_of, value_of, word_of
from models.camera_setup import CameraSetup
from models.site import Preset

__all__ = ["Listed", "in_system", "read_csv", "write_csv"]

_STORED: Final = ("lon_deg", "lat_deg", "height_m", "height_datum")
_PLACE: Final = (*_STORED, "easting_m", "northing_m", "coordinates")
_NEVER_WRITTEN: Final = {"easting_m", "northing_m"}
_POSE: Final = (
    "azimuth_deg",
    "tilt_deg",
    "roll_deg",
    "horizontal_fov_deg",
    "radial_k1",
    "azimuth_sigma_deg",
    "tilt_sigma_deg",
)
_LINK: Final = (
    *("adapter", "address", "every_s", "transport", "decoding", "mode", "enabled", "encoding"),
)
_NEEDED: Final = ("camera_id", "name")
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of .xlsx and of .xls
_TOLD_BY_PEOPLE: Final = ("name", "preset_name")
_STATEMENT: Final = re.compile(
    r"#?\s*(?:坐标系统?|coordinates|crs)\s*[:\uff1a]+\s*(.+)", re.IGNORECASE
)
_FORMULA: Final = ("=", "+", "-", "@", "'")


@dataclass(frozen=True, slots=True)
class Listed:
    """One camera of a file.

    Attributes:
        line: where it begins, from 1; the number of the camera in a file without lines.
        values: nested as :class:`api.cameras.schemas.CameraEntry` wants them.
        fault: why it cannot even be nested; None otherwise.
    """

    line: int
    values: dict[str, Any]
    fault: ListFault | None = None


def read_csv(data: bytes) -> list[Listed]:
    """Read a table.

    Raises:
        ListFault: neither UTF-8 nor GBK, not a table, without a needed column, or with a column
            that means nothing or comes twice.
    """
    text = _text_of(data)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise ListFault(f"The list is not a table: {error}.", code="list_table") from error
    rows = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise ListFault("The list is empty.", code="list_empty")
    stated = _stated_in(rows[0][1])
    if stated:
        rows = rows[1:]
    keys = _keys_of(rows[0][1] if rows else [])
    cameras: dict[str, Listed] = {}
    for line, row in rows[1:]:
        cells = dict(zip(keys, row, strict=False))
        # A password may begin or end with a space; nothing else does on purpose.
        cells = {k: cell if k == "password" else cell.strip() for k, cell in cells.items()}
        for key in _TOLD_BY_PEOPLE:
            cell = cells.get(key, "")
            if cell.startswith("'") and cell[1:].startswith(_FORMULA):
                cells[key] = cell[1:]
        _take_row(cameras, line, {key: cell for key, cell in cells.items() if cell})
    return [in_system(listed, stated) for listed in cameras.values()]


def in_system(listed: Listed, stated: str) -> Listed:
    """A camera whose list states a coordinate system, with it; or refused for saying another.

    Args:
        listed: of the list.
        stated: for all of it; empty when nobody did.
    """
    place = listed.values.get("position")
    if not stated or not isinstance(place, dict):
        return listed
    own = place.get("coordinates", stated)
    if isinstance(own, str) and not same_system(own, stated):
        fault = ListFault(
            "Its coordinates are in another system than the list's.",
            remedy="State one of the two.",
            code="coordinates_contradict",
            field="coordinates",
        )
        return replace(listed, fault=listed.fault or fault)
    return replace(listed, values=listed.values | {"position": place | {"coordinates": own}})


def write_csv(
    setups: Iterable[CameraSetup], *, chinese: bool = True, with_passwords: bool = False
) -> bytes:
    """Write a table, as UTF-8 with its mark, which spreadsheets need."""
    left_out = _NEVER_WRITTEN | (set() if with_passwords else {"user", "password"})
    keys = [key for key in COLUMNS if key not in left_out]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([COLUMNS[key][0] if chinese else key for key in keys])
    for setup in setups:
        for number, preset in enumerate(setup.camera.presets or (None,)):
            cells = _cells(setup, preset, whole=number == 0)
            writer.writerow([word_of(key, cells.get(key, ""), chinese=chinese) for key in keys])
    return out.getvalue().encode("utf-8-sig")


def _text_of(data: bytes) -> str:
    if data.startswith(_WORKBOOKS):
        raise ListFault(
            "The list is a spreadsheet's own file.",
            remedy="Save it as CSV.",
            code="list_workbook",
        )
    # What a spreadsheet calls Unicode text has a mark; GB 18030 holds all of GBK.
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise ListFault(
        "The list is neither UTF-8 nor GBK.", remedy="Save it as UTF-8.", code="list_encoding"
    )


def _stated_in(row: list[str]) -> str:
    """The coordinate system that a line in front of the headers states; empty for headers."""
    cells = [cell.strip() for cell in row if cell.strip()]
    match = _STATEMENT.fullmatch(":".join(cells))
    return system_of(match[1]) if match and len(cells) <= 2 else ""


def _keys_of(headers: list[str]) -> list[str]:
    keys = [column_of(header) for header in headers]
    for header, key in zip(headers, keys, strict=True):
        if key is None:
            raise ListFault(
                f"The column {header.strip()!r} means nothing here.",
                remedy=f"Columns: {', '.join(COLUMNS)}.",
                code="list_column",
                field=header.strip(),
            )
        if keys.count(key) > 1:
            raise ListFault(
                f"The column {key} comes twice.", code="list_column_twice", field=header.strip()
            )
    found = [key for key in keys if key is not None]
    for key in _NEEDED:
        if key not in found:
            raise ListFault(
                f"The list has no column {key} ({COLUMNS[key][0]}).",
                code="list_column_missing",
                field=key,
            )
    return found


def _take_row(cameras: dict[str, Listed], line: int, cells: dict[str, str]) -> None:
    cells = {key: value_of(key, cell) if key in VALUES else cell for key, cell in cells.items()}
    if "coordinates" in cells:
        cells["coordinates"] = system_of(cells["coordinates"])
    key = cells.get("camera_id", "")
    preset = _preset_of(cells)
    known = cameras.get(key)
    if known is not None:
        if preset is None:
            fault = ListFault(f"Camera {key!r} stands here again.", code="entry_twice")
            cameras[f"{key}\n{line}"] = Listed(line, {"camera_id": key}, fault)
        else:
            known.values.setdefault("presets", []).append(preset)
        return
    values: dict[str, Any] = {
        name: cells[name] for name in ("camera_id", "name", "kind") if name in cells
    }
    for part, names in (
        ("position", _PLACE),
        ("link", _LINK),
        ("credential", ("user", "password")),
    ):
        inside = {name: cells[name] for name in names if name in cells}
        if inside:
            values[part] = inside
    if preset is not None:
        values["presets"] = [preset]
    cameras[key or f"\n{line}"] = Listed(line, values)


def _preset_of(cells: dict[str, str]) -> dict[str, Any] | None:
    pose = {name: cells[name] for name in _POSE if name in cells}
    if not pose and "preset" not in cells:
        return None
    return {"number": cells.get("preset", "0"), "name": cells.get("preset_name", ""), "pose": pose}


def _cells(setup: CameraSetup, preset: Preset | None, *, whole: bool) -> dict[str, str]:
    camera, link, credential = setup.camera, setup.link, setup.credential
    cells: dict[str, object] = {"camera_id": camera.camera_id, "name": camera.name}
    if preset is not None:
        cells |= {"preset": preset.number, "preset_name": preset.name}
        cells |= {name: getattr(preset.pose, name) for name in _POSE}
    if whole:
        cells["kind"] = camera.kind.value
        cells |= {name: getattr(camera.position, name) for name in _STORED}
        cells["coordinates"] = WGS84
        if link is not None:
            cells |= {name: getattr(link, name) for name in _LINK}
            cells["enabled"] = "true" if link.enabled else "false"
        if credential is not None:
            cells |= {"user": credential.user, "password": credential.password}
    for key in _TOLD_BY_PEOPLE:  # a spreadsheet would compute what begins so
        if str(cells.get(key, "")).startswith(_FORMULA):
            cells[key] = f"'{cells[key]}"
    return {key: "" if cell is None else str(cell) for key, cell in cells.items()}
