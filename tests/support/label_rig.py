"""Recordings and labels as other tools write them, made for tests."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np

from camera_gateway.pictures import encode_jpeg
from detector.evaluate.footage import PictureSequence, VideoSequence
from detector.footage.label_tree import open_tree
from detector.footage.labelled import LabelFormat, Labelled, Meaning
from detector.footage.reading import read_labels
from models.errors import InputRefused

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
SIZE_PX = (64, 48)


def grey_jpeg(level: int, size_px: tuple[int, int] = SIZE_PX) -> bytes:
    """A picture of one grey."""
    return encode_jpeg(np.full((size_px[1], size_px[0], 3), level, np.uint8))


def picture_folder(folder: Path, at_s: Sequence[int]) -> PictureSequence:
    """Pictures so many seconds after 03:00, each grey in its own way."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    for number, seconds in enumerate(at_s):
        captured_at = START + timedelta(seconds=seconds)
        path = folder / f"t_{captured_at:%Y%m%dT%H%M%SZ}.jpg"
        path.write_bytes(grey_jpeg(10 * number % 250))
        pictures.append((captured_at, path))
    return PictureSequence(folder.name, tuple(pictures))


def video_file(
    path: Path, at_ms: Sequence[int], size_px: tuple[int, int] = SIZE_PX
) -> VideoSequence:
    """A video whose frames have these times, from 0."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=1000)
        stream.width, stream.height, stream.pix_fmt = *size_px, "yuv420p"
        for at in at_ms:
            image = rng.integers(0, 256, (size_px[1], size_px[0], 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts = at
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return VideoSequence(path.name, path)


def zipped(path: Path, files: Mapping[str, bytes | str]) -> Path:
    """A zip of files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def put(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """A folder of files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read_with_refusals(
    path: Path, kind: LabelFormat, classes: Mapping[str, Meaning] | None = None
) -> tuple[list[Labelled], list[InputRefused]]:
    """What was read, and what was told of the rest."""
    told: list[InputRefused] = []
    try:
        found = read_labels(path, kind, classes=classes, on_refused=told.append)
    except InputRefused as error:
        return [], [*told, error]
    return found, told


def coco_json(
    images: Sequence[Mapping[str, Any]],
    annotations: Sequence[Mapping[str, Any]],
    categories: Sequence[str] = ("smoke", "flame"),
) -> str:
    """A COCO file; categories count from 1."""
    words = [{"id": number, "name": name} for number, name in enumerate(categories, start=1)]
    return json.dumps(
        {"images": list(images), "annotations": list(annotations), "categories": words}
    )


def names_in(path: Path) -> list[str]:
    """Of the files in a folder or zip."""
    with open_tree(path) as tree:
        return list(tree.files)
