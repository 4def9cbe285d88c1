"""Look through picture and video files and leave a result folder behind.

``detections.json`` is a list with a row for every detection: ``file_name`` (of the file, or its
path inside the folder that was named), ``frame`` (number of the decoded frame; 0 for a picture),
``time`` (seconds since the first frame; 0 for a picture), ``category`` (``smoke`` or ``flame``),
``bbox`` (x, y, width, height in pixels of the picture as shown upright) and ``score``. Every
picture is also kept with its boxes drawn; of a video, the frames in which something was found.

A file that cannot be read is reported and passed over. Of a video that is damaged further on, what
came before counts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from camera_gateway.pictures import encode_jpeg, read_picture
from camera_gateway.sources.video_frames import iterate_video
from detector.annotate import draw_boxes
from detector.core import Detector
from detector.file_inputs import InputFile, gather, is_picture
from detector.result_folder import ResultFolder, open_result_folder
from models.detection import Box
from models.errors import FrameCorrupt, InputRefused
from models.units import ImageBGR

__all__ = ["FileProgress", "FilesSummary", "detect_files"]


@dataclass(frozen=True, slots=True)
class FileProgress:
    """How far a run is.

    Attributes:
        done: inputs that are finished, refused ones included.
        total: all inputs.
        name: of the file at work; empty when the run is over.
        time_s: how far into a video; 0 in a picture.
    """

    done: int
    total: int
    name: str
    time_s: float


@dataclass(frozen=True, slots=True)
class FilesSummary:
    """What a run did.

    Attributes:
        files: that were read to their end.
        refused: inputs that were not, or only in part.
        pictures: pictures and video frames that were looked at.
        detections: rows of ``detections.json``.
    """

    files: int
    refused: int
    pictures: int
    detections: int


def detect_files(
    detector: Detector,
    inputs: Sequence[Path],
    out_dir: Path,
    *,
    floor_score: float,
    every_s: float,
    on_progress: Callable[[FileProgress], None],
    on_refused: Callable[[InputRefused | FrameCorrupt], None],
) -> FilesSummary:
    """Run a detector over files and folders.

    Args:
        detector: at work.
        inputs: pictures, videos and folders of them.
        out_dir: result folder; an earlier result in it is replaced when the run is complete.
        floor_score: detections below it are left out, 0 to 1.
        every_s: least seconds between two frames of a video, >= 0; 0 looks at every frame.
        on_progress: called before each picture or frame, and at the end.
        on_refused: called with each input that cannot be read; its message names it.

    Raises:
        InputRefused: the result folder cannot be used.
        StorageFull: the disk takes no more; nothing is left behind.
        ModelMismatch: the network's answer is not one; nothing is left behind.
    """
    rows: list[dict[str, object]] = []
    files = refused = pictures = 0
    with open_result_folder(out_dir) as result:
        items = list(gather(inputs, leave_out=out_dir))
        for done, item in enumerate(items):
            if isinstance(item, InputRefused):
                refused += 1
                on_refused(item)
                continue
            try:
                for frame, time_s, image, still in _pictures(item, every_s):
                    on_progress(FileProgress(done, len(items), item.name, time_s))
                    boxes = detector.detect([image], floor_score=floor_score)[0].to_boxes()
                    rows += [_row(item.name, frame, time_s, box) for box in boxes]
                    _keep(result, item.name, image, boxes, None if still else frame)
                    pictures += 1
                files += 1
            except (InputRefused, FrameCorrupt) as error:
                refused += 1
                on_refused(_naming(item, error))
        result.publish(rows)
        on_progress(FileProgress(len(items), len(items), "", 0.0))
    return FilesSummary(files, refused, pictures, len(rows))


def _pictures(item: InputFile, every_s: float) -> Iterator[tuple[int, float, ImageBGR, bool]]:
    """Frame number, time, picture, and whether it is a still."""
    if is_picture(item.path):
        yield 0, 0.0, read_picture(item.path), True
        return
    for number, time_s, image in iterate_video(item.path, every_s):
        yield number, time_s, image, False


def _keep(
    result: ResultFolder,
    name: str,
    image: ImageBGR,
    boxes: tuple[Box, ...],
    frame: int | None,
) -> None:
    # Hours of video without a fire would fill the disk with pictures of nothing.
    if frame is None or boxes:
        result.write_picture(name, encode_jpeg(draw_boxes(image, boxes)), frame=frame)


def _row(name: str, frame: int, time_s: float, box: Box) -> dict[str, object]:
    x_min, y_min, x_max, y_max = (
        round(edge, 2) for edge in (box.x_min, box.y_min, box.x_max, box.y_max)
    )
    return {
        "file_name": name,
        "frame": frame,
        "time": round(time_s, 3),
        "category": box.label.word,
        "bbox": [x_min, y_min, round(x_max - x_min, 2), round(y_max - y_min, 2)],
        "score": round(box.score, 5),
    }


def _naming(item: InputFile, error: InputRefused | FrameCorrupt) -> InputRefused | FrameCorrupt:
    """The same refusal in words that fit a file of any kind and name it."""
    if error.code == "not_a_video":
        return InputRefused(
            f"{item.path} is neither a picture nor a video that can be read.",
            remedy="Give a whole JPEG, PNG, TIFF, WebP, MP4, MOV, MKV, AVI or TS file.",
            code="not_a_picture_or_video",
        )
    if item.path.name in error.message:
        return error
    return type(error)(f"{item.path}: {error.message}", remedy=error.remedy, code=error.code)
