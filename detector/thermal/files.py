"""Hot spots of picture files, as ``firewatch heat`` writes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from camera_gateway.pictures import encode_jpeg
from camera_gateway.thermal import read_thermal
from detector.file_inputs import gather
from detector.result_folder import open_result_folder
from detector.thermal.drawing import draw_spots
from detector.thermal.spots import find_spots
from models.errors import InputRefused
from models.thermal import HotSpot, ThermalEncoding, ThermalImage, ThermalScale

__all__ = ["HeatOfFile", "heat_of_files"]

LARGEST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class HeatOfFile:
    """What came of a file.

    Attributes:
        name: of it.
        image: as it was read.
        spots: the most prominent first.
    """

    name: str
    image: ThermalImage
    spots: tuple[HotSpot, ...]


def heat_of_files(
    inputs: Sequence[Path],
    out_dir: Path,
    *,
    encoding: ThermalEncoding,
    warm_limit_c: float | None,
    least_prominence: float,
    on_read: Callable[[HeatOfFile], None],
    on_refused: Callable[[InputRefused], None],
) -> int:
    """Look for hot spots in files and folders.

    Args:
        inputs: pictures of heat and folders of them.
        out_dir: result folder: new, empty, or of an earlier run.
        encoding: how their whole numbers are to be read.
        warm_limit_c: as of :func:`detector.thermal.find_spots`.
        least_prominence: spots that stand out less are left out, unless they are beyond the limit.
        on_read: told of each file.
        on_refused: told of each that cannot be read; its message names it.

    Returns:
        How many were refused.

    Raises:
        InputRefused: the result folder cannot be used.
        StorageFull: the disk takes no more; nothing is left behind.
    """
    rows: list[dict[str, object]] = []
    refused = 0
    with open_result_folder(out_dir) as result:
        for item in gather(inputs, leave_out=out_dir):
            try:
                if isinstance(item, InputRefused):
                    raise item
                image = read_thermal(_bytes(item.path), item.name, encoding)
            except InputRefused as error:
                refused += 1
                on_refused(error)
                continue
            hot_c = warm_limit_c if image.scale is ThermalScale.CELSIUS else None
            spots = tuple(
                spot
                for spot in find_spots(image, warm_limit_c=hot_c)
                if spot.prominence >= least_prominence or (hot_c is not None and spot.peak >= hot_c)
            )
            result.write_picture(item.name, encode_jpeg(draw_spots(image, spots)))
            rows += [_row(item.name, spot, image.scale) for spot in spots]
            on_read(HeatOfFile(item.name, image, spots))
        result.publish(rows)
    return refused


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Name a file that may be read.",
            code="file_unreadable",
        ) from error
    if len(data) > LARGEST_BYTES:
        raise InputRefused(
            f"{path} is larger than 64 MiB.",
            remedy="Give single pictures; a video is cut into pictures first.",
            code="thermal_large",
        )
    return data


def _row(name: str, spot: HotSpot, scale: ThermalScale) -> dict[str, object]:
    box = [spot.x_min, spot.y_min, spot.x_max - spot.x_min, spot.y_max - spot.y_min]
    row: dict[str, object] = {
        "file_name": name,
        "category": "hot",
        "bbox": box,
        "area_px": spot.area_px,
        "prominence": round(spot.prominence, 2),
    }
    if scale is ThermalScale.CELSIUS:
        row |= {"peak_c": round(spot.peak, 2), "around_c": round(spot.around, 2)}
    return row
