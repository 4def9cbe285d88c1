"""Why a camera list, or one camera of it, is not taken: for people, and for the console's words."""

from typing import Any, Final

from api.cameras.words import VALUES
from models.errors import InputRefused

__all__ = ["ListFault", "fault_of"]


class ListFault(InputRefused):
    """A list, or a camera of it, cannot be taken.

    Args:
        message: what is wrong, in English; never with a value of the list.
        remedy: what to do.
        code: by which the console finds its words.
        field: column or key that is meant; empty for none.
        limit: what would be allowed; empty where the words say it.
    """

    default_code = "camera_list"

    def __init__(
        self, message: str, *, remedy: str = "", code: str, field: str = "", limit: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.field = field
        self.limit = limit


_CODES: Final = {
    "missing": "entry_missing",
    "string_too_short": "entry_missing",
    "string_too_long": "entry_long",
    "string_pattern_mismatch": "entry_key",
    "extra_forbidden": "entry_unknown",
    "enum": "entry_choice",
    "bool_parsing": "entry_choice",
    "float_parsing": "entry_number",
    "float_type": "entry_number",
    "int_parsing": "entry_number",
    "int_type": "entry_number",
    "int_from_float": "entry_number",
    "finite_number": "entry_number",
}
_BOUNDS: Final = {
    "greater_than_equal": ("≥", "ge"),
    "less_than_equal": ("≤", "le"),
    "greater_than": (">", "gt"),
    "less_than": ("<", "lt"),
}


def fault_of(error: dict[str, Any]) -> ListFault:
    """Why a camera is refused, by the first error of its validation.

    Args:
        error: of pydantic, without the value.
    """
    place, kind, context = error["loc"], error["type"], error.get("ctx", {})
    message = f"{'.'.join(str(part) for part in place)}: {error['msg']}"
    field = next((part for part in reversed(place) if isinstance(part, str)), "")
    code, limit = _CODES.get(kind, "entry_other"), ""
    if kind in _BOUNDS:
        sign, name = _BOUNDS[kind]
        code, limit = "entry_range", f"{sign} {context[name]:g}"
    elif code == "entry_long":
        limit = str(context["max_length"])
    elif code == "entry_choice":
        limit = _choices(field)
    return ListFault(message, code=code, field=field, limit=limit)


def _choices(field: str) -> str:
    words = VALUES.get(field, {})
    return ", ".join(" ".join((word, *others[:1])) for word, others in words.items())
