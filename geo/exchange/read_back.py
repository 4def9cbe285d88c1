"""Read what was written, and refuse what came back as another, by name."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from geo.exchange.headings import TEXT_MARK
from geo.exchange.process import read_file
from geo.exchange.refusals import refused
from geo.exchange.table import RawLayer
from geo.exchange.write_systems import moved
from geo.exchange.write_text import Sheet
from models.errors import InputRefused

__all__ = ["SAME_DEG", "SAME_M", "expected_of", "same_again"]

SAME_DEG: Final = 1e-9
SAME_M: Final = 1e-3


def expected_of(
    sheet: Sheet,
    *,
    epsg: int = 4326,
    rows: Sequence[int] | None = None,
    for_people: bool = False,
    as_text: bool = False,
    drill_stated: bool = False,
) -> RawLayer:
    """What a reader has to find."""
    shown = [column for column in sheet.columns if not (drill_stated and column.key == "drill")]
    columns = [column.heading if for_people else column.key for column in shown]
    values = [column.for_people if for_people else column.values for column in shown]
    chosen = range(len(sheet.geometries)) if rows is None else rows
    return RawLayer(
        sheet.layer.value,
        tuple(columns),
        tuple(tuple(each[row] for each in values) for row in chosen),
        tuple(moved(sheet.geometries[row], epsg) for row in chosen),
        f"EPSG:{epsg}",
        as_text=as_text,
    )


def same_again(draft: Path, expected: Sequence[RawLayer], tolerance: float) -> None:
    """Read what was written; refuse when anything of it is other than it was.

    Raises:
        InputRefused: naming the feature and what of it is lost (``export_lost``).
    """
    try:
        found = read_file(draft)
    except InputRefused as error:
        raise refused(
            "export_lost", f"What was written cannot be read again: {error.message}"
        ) from error
    if len(found) != len(expected):
        raise refused("export_lost", f"{len(found)} of {len(expected)} layers came back.")
    by_name = {layer.name: layer for layer in found}
    for index, layer in enumerate(expected):
        _compare(layer, by_name.get(layer.name, found[index]), tolerance)


def _compare(layer: RawLayer, found: RawLayer, tolerance: float) -> None:
    if len(found.rows) != len(layer.rows):
        raise refused("export_lost", f"{len(found.rows)} of {len(layer.rows)} features came back.")
    named = {column.removesuffix(TEXT_MARK): index for index, column in enumerate(found.columns)}
    for row, values in enumerate(layer.rows):
        name = str(values[1] if len(values) > 1 else values[0])[:60]
        for column, value in zip(layer.columns, values, strict=True):
            back = found.rows[row][named[column]] if column in named else None
            if not _equal(value, back, as_text=layer.as_text):
                went, came = (repr(str(each)[:40]) for each in (value, back))
                raise refused(
                    "export_lost", f"{column} of {name} went out as {went} and came back as {came}."
                )
        shape = found.geometries[row]
        if shape is None or not _same_shape(layer.geometries[row], shape, tolerance):
            raise refused("export_lost", f"The shape of {name} came back as another.")


def _equal(value: object, back: object, *, as_text: bool) -> bool:
    if value is None or back is None:
        return value is back
    if as_text and isinstance(value, bool):
        return back == ("true" if value else "false")
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(str(back))
        except ValueError:
            return False
        return math.isclose(float(value), number, rel_tol=1e-12, abs_tol=1e-12)
    return value == back


def _same_shape(one: BaseGeometry | None, other: BaseGeometry, tolerance: float) -> bool:
    if one is None:
        return False
    plain = [shapely.normalize(_unwrapped(shape)) for shape in (one, other)]
    return bool(shapely.equals_exact(plain[0], plain[1], tolerance))


def _unwrapped(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape
