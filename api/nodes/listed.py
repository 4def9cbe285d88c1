"""A list of nodes as CSV: read whole and checked, before one of them is set up."""

import csv
import io
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from api.nodes.schemas import NodeBody
from models.errors import InputRefused
from models.heat_node import HeatNode
from models.store.node_rows import check_node

__all__ = ["MOST_BYTES", "node_of", "read_nodes"]

MOST_BYTES: Final = 2_000_000
MOST_NODES: Final = 5000
_NEEDED: Final = ("node_id", "name", "lon_deg", "lat_deg", "reach_m")
_KNOWN: Final = frozenset({"node_id", *NodeBody.model_fields}) - {"is_retired"}
_TRUTH: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read_nodes(data: bytes, name: str) -> list[HeatNode]:
    """Nodes of a list, in its order.

    Args:
        data: the file; UTF-8, with or without a mark, or GB 18030.
        name: of it, for messages.

    Raises:
        InputRefused: it is too large (``node_list_size``), no table (``node_list``), or a line of
            it cannot be a node (``node_list_line``, or as :func:`check_node`).
    """
    if len(data) > MOST_BYTES:
        raise InputRefused(f"{name} has more than 2 MB.", code="node_list_size")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise InputRefused(f"{name} is no CSV: {error}.", code="node_list") from error
    if not rows or len(rows) > MOST_NODES:
        raise InputRefused(
            f"{name} has {len(rows)} lines; 1 to {MOST_NODES} are taken.", code="node_list"
        )
    columns = [str(one or "").strip() for one in rows[0]]
    missing = [one for one in _NEEDED if one not in columns]
    unknown = [one for one in columns if one not in _KNOWN]
    if missing or unknown:
        told = f"lacks {missing[0]}" if missing else f"has the unknown column {unknown[0][:40]!r}"
        raise InputRefused(
            f"{name} {told}.",
            remedy=f"Its columns are {', '.join(sorted(_KNOWN))}.",
            code="node_list",
        )
    nodes = [_node(row, f"{name}, line {number}") for number, row in enumerate(rows, start=2)]
    keys = [one.node_id for one in nodes]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise InputRefused(f"{name} has {twice} twice.", code="node_list_line")
    return nodes


def _node(row: dict[str | None, str | None], where: str) -> HeatNode:
    told = {
        str(column).strip(): value.strip()
        for column, value in row.items()
        if column is not None and isinstance(value, str) and value.strip()
    }
    node_id = told.pop("node_id", "")
    values: dict[str, object] = {
        column: value for column, value in told.items() if column not in {"intervals_s", "is_drill"}
    }
    if "intervals_s" in told:
        values["intervals_s"] = told["intervals_s"].replace(";", " ").split()
    if "is_drill" in told:
        values["is_drill"] = _TRUTH.get(told["is_drill"].lower(), told["is_drill"])
    return node_of(node_id, values, where)


def node_of(node_id: str, values: Mapping[str, object], where: str) -> HeatNode:
    """A node of values as they were typed: texts for numbers are taken.

    Args:
        node_id: its key.
        values: fields of :class:`NodeBody`.
        where: they stand, for messages.

    Raises:
        InputRefused: it cannot be one; code ``node_list_line``, or as :func:`check_node`.
    """
    try:
        node = NodeBody.model_validate(dict(values), strict=False).node(node_id)
        check_node(node)
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(str(part) for part in first["loc"])
        raise InputRefused(f"{where}: {column}: {first['msg']}.", code="node_list_line") from error
    except InputRefused as error:
        raise InputRefused(
            f"{where}: {error.message}", remedy=error.remedy, code=error.code
        ) from error
    return node
