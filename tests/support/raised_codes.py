"""Which codes a part of the program may raise, read from its source."""

import ast
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from models import errors

__all__ = ["Raised", "raised_in"]

_CLASSES = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.WatchError)
}
# Calls that carry a code by its place: name of the function to the argument's number.
_BY_PLACE = {
    "unavailable": 1,
    "refused": 1,
    "StreamFailure": 2,
    "lost": 1,
    "_lose": 0,
    "_refuse": 0,
}
_SHY = {"refused", "SourceRefused"}


@dataclass(frozen=True)
class Raised:
    """What was found.

    Attributes:
        codes: every one that stands in the source.
        refusals: those of them that put a camera into the slow lane.
        unclear: ``file: expression`` of a code that is not written where it is raised.
    """

    codes: frozenset[str]
    refusals: frozenset[str]
    unclear: frozenset[str]


def raised_in(root: Path, parts: Iterable[str]) -> Raised:
    """Walk the modules under ``root`` that ``parts`` name: folders, or files."""
    found = [one for part in parts for one in _of_part(root, part)]
    return Raised(
        frozenset(code for code, _shy, _where in found if code is not None),
        frozenset(code for code, shy, _where in found if code is not None and shy),
        frozenset(where for code, _shy, where in found if code is None),
    )


def _of_part(root: Path, part: str) -> Iterator[tuple[str | None, bool, str]]:
    path = root / part
    assert path.exists(), part
    for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _of_call(node, file.relative_to(root).as_posix())


def _of_call(call: ast.Call, where: str) -> Iterator[tuple[str | None, bool, str]]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    given = next((word.value for word in call.keywords if word.arg == "code"), None)
    if name in _BY_PLACE and len(call.args) > _BY_PLACE[name]:
        given = given or call.args[_BY_PLACE[name]]
    elif name not in _CLASSES and not name.endswith("Fault"):
        return
    shy = name in _SHY or any(word.arg == "refused" for word in call.keywords)
    if given is None:
        yield _CLASSES[name].default_code, shy, where
        return
    for each in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
        code = each.value if isinstance(each, ast.Constant) else None
        known = isinstance(code, str)
        yield code if known else None, shy, f"{where}: {ast.unparse(each)}"
