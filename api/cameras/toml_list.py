"""Camera lists as TOML: a table ``[[cameras]]`` for each, nested as a request to the API is."""

import dataclasses
import json
import tomllib
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

from api.cameras.csv_list import Listed, in_system
from api.cameras.list_faults import ListFault
from api.cameras.place import WGS84
from api.cameras.words import system_of
from models.camera_setup import CameraSetup
from models.patrol import Patrol

__all__ = ["read_toml", "write_toml"]


def read_toml(data: bytes) -> list[Listed]:
    """Read a list.

    Raises:
        ListFault: not TOML, or not a list of cameras.
    """
    try:
        parsed = tomllib.loads(data.decode("utf-8-sig"))
    except ValueError as error:  # neither UTF-8 nor TOML
        raise ListFault(f"The list is not TOML: {error}.", code="list_toml") from error
    cameras, stated = parsed.pop("cameras", None), parsed.pop("coordinates", "")
    if (
        parsed
        or not isinstance(stated, str)
        or not isinstance(cameras, list)
        or not all(isinstance(c, dict) for c in cameras)
    ):
        raise ListFault(
            "The list may hold coordinates, [[cameras]] and nothing else.", code="list_toml"
        )
    seen: set[object] = set()
    listed = []
    for number, values in enumerate(cameras, start=1):
        key = values.get("camera_id")
        again = isinstance(key, str) and key in seen
        fault = ListFault(f"Camera {key!r} stands here again.", code="entry_twice")
        one = Listed(number, values, fault if again else None)
        listed.append(in_system(one, system_of(stated)))
        seen.add(key if isinstance(key, str) else None)
    return listed


def write_toml(setups: Iterable[CameraSetup], *, with_passwords: bool = False) -> bytes:
    """Write a list that :func:`read_toml` reads back."""
    return "\n".join(_camera(setup, with_passwords) for setup in setups).encode()


def _camera(setup: CameraSetup, with_passwords: bool) -> str:  # noqa: FBT001  # private
    camera = setup.camera
    lines = [
        "[[cameras]]",
        f"camera_id = {_text(camera.camera_id)}",
        f"name = {_text(camera.name)}",
    ]
    place = _table({"coordinates": WGS84} | dataclasses.asdict(camera.position))
    lines += [f"kind = {_text(camera.kind)}", f"position = {place}"]
    presets = ",\n".join(
        f"  {{ number = {each.number}, name = {_text(each.name)}, pose = {_inline(each.pose)} }}"
        for each in camera.presets
    )
    lines.append(f"presets = [\n{presets}\n]" if presets else "presets = []")
    if setup.link is not None:
        lines.append(f"link = {_inline(setup.link)}")
    if setup.patrol is not None:
        lines.append(f"patrol = {_patrol(setup.patrol)}")
    if setup.credential is not None and with_passwords:
        words = {"user": setup.credential.user, "password": setup.credential.password}
        lines.append(f"credential = {_table(words)}")
    return "\n".join(lines) + "\n"


def _patrol(patrol: Patrol) -> str:
    mover = patrol.mover
    return _table(
        {
            "address": mover.address,
            "profile": mover.profile,
            "is_on": patrol.is_on,
            "tokens": [{"preset": number, "token": token} for number, token in mover.tokens],
            "tours": [dataclasses.asdict(tour) for tour in patrol.tours],
        }
    )


def _inline(value: Any) -> str:  # noqa: ANN401  # any of our frozen dataclasses
    return _table({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})


def _table(values: Mapping[str, object]) -> str:
    inside = ", ".join(f"{k} = {_value(v)}" for k, v in values.items() if v is not None)
    return f"{{ {inside} }}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return _table(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(each) for each in value)}]"
    if isinstance(value, IntEnum):
        value = int(value)
    return repr(value) if isinstance(value, int | float) else _text(str(value))


def _text(text: str) -> str:
    # A JSON string is one of TOML's, but for DEL, which TOML wants written out.
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")
