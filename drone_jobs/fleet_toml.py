"""Aircraft in TOML and JSON."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

__all__ = ["aircraft_json", "aircraft_toml", "json_tables", "toml_tables"]

_HEAD = "# Aircraft of Firewatch. Lengths in metres, times in seconds, angles in degrees.\n"


def toml_tables(data: bytes) -> list[object]:
    """The tables under ``[[aircraft]]``.

    Raises:
        ValueError: no TOML, or something else in it.
    """
    return _listed(tomllib.loads(data.decode("utf-8-sig")))


def json_tables(data: bytes) -> list[object]:
    """The objects of a list, or of ``{"aircraft": […]}``.

    Raises:
        ValueError: no JSON, NaN, a key that is there twice, or something else in it.
    """
    told = json.loads(
        data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant
    )
    return told if isinstance(told, list) else _listed(told)


def _listed(told: object) -> list[object]:
    if not isinstance(told, dict) or set(told) != {"aircraft"}:
        msg = "not a list called aircraft, and nothing else"
        raise ValueError(msg)
    listed = told["aircraft"]
    if not isinstance(listed, list):
        msg = "aircraft is no list"
        raise ValueError(msg)  # noqa: TRY004  # of the file, which is told like every other fault
    return listed


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        msg = "a key is there twice"
        raise ValueError(msg)
    return told


def _no_constant(name: str) -> NoReturn:
    msg = f"{name} is no number"
    raise ValueError(msg)


def aircraft_json(tables: Sequence[Mapping[str, Any]]) -> bytes:
    """UTF-8, indented, ends with a line feed."""
    told = json.dumps({"aircraft": tables}, ensure_ascii=False, indent=2, allow_nan=False)
    return f"{told}\n".encode()


def aircraft_toml(tables: Sequence[Mapping[str, Any]]) -> bytes:
    """UTF-8, one ``[[aircraft]]`` each; lists of tables have a line for each."""
    parts = [_HEAD]
    for table in tables:
        lines = [f"{key} = {_toml(value)}" for key, value in table.items()]
        parts.append("\n".join(("[[aircraft]]", *lines, "")))
    if not tables:
        parts.append("aircraft = []\n")
    return "\n".join(parts).encode()


def _toml(value: object) -> str:
    if isinstance(value, list):
        lines = [f"  {_toml(each)},\n" for each in value]
        return "".join(("[\n", *lines, "]"))
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(each)}' for key, each in value.items())} }}"
    # Texts have no control characters, so JSON's escapes are TOML's; numbers are written alike.
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
