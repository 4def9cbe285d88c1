"""Values written as TOML: what ``firewatch replay`` reads of a replay that the watch asked for."""

import json
import math
from collections.abc import Mapping
from typing import Any

__all__ = ["toml_text"]


def toml_text(content: Mapping[str, Any], *, path: tuple[str, ...] = ()) -> str:
    """A table as TOML; read back by :mod:`tomllib`, it is equal. What is None is left out.

    Args:
        content: texts, numbers, truths, lists of these, tables, and lists of tables.
        path: of the table in its file.

    Raises:
        TypeError: something that no such table holds.
    """
    plain, tables = list[str](), list[str]()
    for key, value in content.items():
        here = (*path, key)
        name = ".".join(map(_text, here))
        if isinstance(value, Mapping):
            tables.append(f"\n[{name}]\n{toml_text(value, path=here)}")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            tables += [f"\n[[{name}]]\n{toml_text(one, path=here)}" for one in value]
        elif value is not None:
            plain.append(f"{_text(key)} = {_value(value)}\n")
    return "".join((*plain, *tables))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    msg = f"no TOML: {value!r}"
    raise TypeError(msg)


def _text(text: str) -> str:
    # Of what JSON leaves as it is, TOML refuses one letter.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
