"""What the map services are, as readers of OGC API Features look for it.

The whole API has one address for all collections. Readers find the parameters of a collection at
its own: GDAL before 3.8 asks for what can be narrowed, and for how much comes at once, by them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from api.ogc.collections import COLLECTIONS

__all__ = ["definition_of"]

_PREFIX: Final = "/api/ogc"
_ITEMS: Final = "/collections/{collection}/items"


def definition_of(
    document: Mapping[str, Any], root: str, parameter: Callable[[str, str], dict[str, Any]]
) -> dict[str, Any]:
    """This part of the API's description, with an address of its own for each collection.

    Args:
        document: of the whole API.
        root: address of the service, without a slash at its end.
        parameter: describes one of a query, by name and type.
    """
    paths: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        inside = path.removeprefix(_PREFIX) or "/"
        if path.startswith(_PREFIX):
            paths[inside] = methods
        if path.startswith(_PREFIX) and inside == _ITEMS:
            for key, one in COLLECTIONS.items():
                facts = [parameter(name, kind) for name, kind in one.facts.items()]
                paths[inside.format(collection=key)] = {"get": _of(methods["get"], key, facts)}
    components = document["components"]
    return {
        **document,
        "servers": [{"url": root}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": components["schemas"]["Problem"]},
            "securitySchemes": components["securitySchemes"],
        },
    }


def _of(operation: Mapping[str, Any], key: str, facts: list[dict[str, Any]]) -> dict[str, Any]:
    own = [one for one in operation["parameters"] if one["in"] != "path"]
    return {
        **operation,
        "operationId": f"{operation['operationId']}_{key}",
        "parameters": [*own, *facts],
    }
