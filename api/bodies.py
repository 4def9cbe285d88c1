"""What every body of a request is: no key that nobody knows, and no value of another kind.

A JSON body tells numbers, truth and texts apart. ``false`` for a bearing, ``"1"`` for a preset, a
number for a moment and ``0`` for "no" are mistakes of whoever sent them, and are refused rather
than understood; so are NaN and the infinities, which no JSON has. 1.0 is a whole number, as JSON
Schema says. A list of cameras in CSV knows texts alone: it is validated with ``strict=False``,
which goes before this.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["RequestBody"]


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _one_of_numbers(value: object) -> object:
    if isinstance(value, bool | str):  # True is equal to 1, so that a choice would take it
        msg = "Input should be a number"
        raise ValueError(msg)  # noqa: TRY004  # what pydantic makes a refusal of
    return value


def _told_in_text(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and "-" in value):
        return value
    msg = "Input should be a text as ISO 8601 has it"
    raise ValueError(msg)


_BEFORE: Final[dict[str, Callable[[object], object]]] = {
    "int": _whole,
    "datetime": _told_in_text,
    "date": _told_in_text,
}


def _told_apart(node: Any, handler: GetCoreSchemaHandler) -> Any:  # noqa: ANN401  # of any part
    if isinstance(node, list | tuple):
        return type(node)(_told_apart(inside, handler) for inside in node)
    if not isinstance(node, dict):
        return node
    kind = node.get("type")
    if kind in {"bool", "int", "float"}:
        node = {**node, "strict": True}
    elif kind not in {"enum", "literal", "definition-ref"}:
        node = {key: _told_apart(inside, handler) for key, inside in node.items()}
    before = _one_of_numbers if _is_choice(node, handler) else _BEFORE.get(str(kind))
    return node if before is None else core_schema.no_info_before_validator_function(before, node)


def _is_choice(node: dict[str, Any], handler: GetCoreSchemaHandler) -> bool:
    """Whether it is one of some numbers."""
    if node.get("type") == "definition-ref":
        node = dict(handler.resolve_ref_schema(cast("CoreSchema", node)))
    if node.get("type") == "enum":
        return node.get("sub_type") in {"int", "float"}
    return node.get("type") == "literal" and all(isinstance(one, int) for one in node["expected"])


class RequestBody(BaseModel):
    """Base of all bodies and of their parts."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        """The usual one with numbers, truth and texts told apart.

        Not ``strict=True`` of the whole model: the framework validates what is parsed already, and
        there a strict model takes no text for a time or a word of a list.
        """
        told: CoreSchema = _told_apart(handler(source), handler)
        return told
