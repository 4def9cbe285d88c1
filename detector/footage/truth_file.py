"""``NAME.truth.json``: what people know of the recording NAME, beside it.

Times are seconds from the zero of the recording, boxes are shares of the upright picture, as in
:mod:`models.footage`. A file without ``fires`` says nothing about fire, and what alerts there is
neither right nor false; one with an empty list says that nothing burns. A key that nobody knows is
refused, for a misspelt one would silently say nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detector.footage.files import parse_json, read_bounded, write_whole
from models.detection import Label
from models.errors import InputRefused
from models.footage import (
    Conditions,
    Ignored,
    Light,
    Rights,
    Season,
    Sky,
    Span,
    TrueBox,
    TrueFire,
    Truth,
)
from models.frame import FrameMode

__all__ = ["TruthFile", "parse_truth", "read_truth", "truth_as_json", "truth_path", "write_truth"]

_SUFFIX = ".truth.json"
_MOST_FIRES = 1_000
_WORDS = 500

_Number = Annotated[float, Field(allow_inf_nan=False)]
_Words = Annotated[str, Field(max_length=_WORDS)]
_Name = Annotated[str, Field(max_length=120)]
_Sides = tuple[_Number, _Number, _Number, _Number]


@dataclass(frozen=True, slots=True)
class TruthFile:
    """What a truth file says.

    Attributes:
        truth: of fires, boxes and what is ignored; None when it says nothing of fire.
        conditions: under which the footage was taken.
        rights: what may be done with it.
        scene: its name; empty when the file names none.
    """

    truth: Truth | None = None
    conditions: Conditions = field(default_factory=Conditions)
    rights: Rights = field(default_factory=Rights)
    scene: str = ""


def truth_path(recording: Path) -> Path:
    """Where the truth of a recording lies: beside it, under its name without a video's suffix.

    >>> truth_path(Path("towers/tower7")).as_posix()
    'towers/tower7.truth.json'
    >>> truth_path(Path("clips/ridge.mp4")).as_posix()
    'clips/ridge.truth.json'
    """
    name = recording.name if recording.is_dir() else recording.stem
    return recording.with_name(name + _SUFFIX)


def read_truth(path: Path) -> TruthFile:
    """Read a truth file.

    Raises:
        InputRefused: it is not there, too large, no JSON, or says what cannot be; the message
            names the file and the place in it.
    """
    return parse_truth(read_bounded(path), str(path))


def parse_truth(data: bytes, where: str) -> TruthFile:
    """The same, of bytes that were handed in.

    Args:
        data: of the file.
        where: its name, for the refusal.

    Raises:
        InputRefused: as :func:`read_truth`.
    """
    parse_json(data, where)  # what pydantic lets pass: keys that stand twice
    try:
        found = _File.model_validate_json(data.removeprefix(b"\xef\xbb\xbf"))
        return found.words()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "its outermost object"
        raise InputRefused(
            f"{where}: {place[:200]}: {first['msg']}.",
            remedy="Correct it; docs/footage.md shows a whole truth file.",
            code="truth_file",
        ) from error
    except InputRefused as error:
        raise InputRefused(
            f"{where}: {error.message}", remedy=error.remedy, code=error.code
        ) from error


def truth_as_json(known: TruthFile) -> dict[str, Any]:
    """The content of its file; read back, it is equal."""
    content: dict[str, Any] = {"firewatch_truth": 1}
    truth = known.truth
    if truth is not None:
        content["fires"] = [asdict(fire) for fire in truth.fires]
        content["boxes"] = [
            {"at_s": box.at_s, "label": box.label.word, "box": _sides(box), "fire": box.fire}
            for box in truth.boxes
        ]
        content["boxed_at_s"] = list(truth.boxed_at_s)
        content["ignored"] = [
            asdict(region.span) | {"box": _sides(region), "why": region.why}
            for region in truth.ignored
        ]
    return content | {
        "conditions": _said(asdict(known.conditions)),
        "rights": asdict(known.rights),
        "scene": known.scene,
    }


def write_truth(path: Path, known: TruthFile) -> None:
    """Write a truth file, whole or not at all.

    Raises:
        StorageFull: the disk takes no more.
        InputRefused: its folder cannot be written.
    """
    text = json.dumps(truth_as_json(known), ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(path, f"{text}\n".encode())


def _sides(box: TrueBox | Ignored) -> list[float]:
    return [box.x_min, box.y_min, box.x_max, box.y_max]


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Fire(_Strict):
    name: str
    first_visible_s: _Number | None
    ignition_s: _Number | None = None
    clear_s: _Number | None = None
    until_s: _Number | None = None
    lon_deg: _Number | None = None
    lat_deg: _Number | None = None
    unseen: _Words = ""


class _Box(_Strict):
    at_s: _Number
    label: Literal["smoke", "flame"]
    box: _Sides
    fire: _Name = ""

    def words(self) -> TrueBox:
        return TrueBox(self.at_s, Label[self.label.upper()], *self.box, fire=self.fire)


class _Ignored(_Strict):
    from_s: _Number
    until_s: _Number | None = None
    box: _Sides = (0.0, 0.0, 1.0, 1.0)
    why: _Words = ""

    def words(self) -> Ignored:
        return Ignored(Span(self.from_s, self.until_s), *self.box, why=self.why)


class _Conditions(_Strict):
    light: Light | None = None
    mode: FrameMode | None = None
    sky: Sky | None = None
    season: Season | None = None
    range_m: _Number | None = None


class _Rights(_Strict):
    licence: _Words = ""
    owner: _Words = ""
    may_train: bool = False
    may_leave: bool = False


class _File(_Strict):
    firewatch_truth: Annotated[int, Field(ge=1, le=1)]
    fires: Annotated[list[_Fire], Field(max_length=_MOST_FIRES)] | None = None
    boxes: list[_Box] = []
    boxed_at_s: list[_Number] = []
    ignored: list[_Ignored] = []
    conditions: _Conditions = _Conditions()
    rights: _Rights = _Rights()
    scene: _Name = ""

    def words(self) -> TruthFile:
        return TruthFile(
            self._truth(),
            Conditions(**self.conditions.model_dump()),
            Rights(**self.rights.model_dump()),
            self.scene,
        )

    def _truth(self) -> Truth | None:
        if self.fires is None:
            if self.boxes or self.boxed_at_s or self.ignored:
                raise InputRefused(
                    "It has boxes or regions and does not say what burns.",
                    remedy='Add "fires"; an empty list says that nothing burns.',
                    code="truth_file",
                )
            return None
        return Truth(
            tuple(TrueFire(**fire.model_dump()) for fire in self.fires),
            tuple(sorted((box.words() for box in self.boxes), key=lambda box: box.at_s)),
            tuple(sorted(self.boxed_at_s)),
            tuple(region.words() for region in self.ignored),
        )
