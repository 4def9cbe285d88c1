"""``/api/ogc``: landing page, conformance, collections and their items.

Sources: OGC 17-069r4 (part 1, core), OGC 18-058r1 (part 2, coordinate systems), OGC 19-079r2 (part
3: queryables as parameters).
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

import shapely.geometry
from fastapi import APIRouter, Depends, Path, Request, Response

from api.auth.roles import ViewerScope
from api.context import Context, context_of
from api.ogc.collections import COLLECTIONS, Collection, Item, item_of, page_of
from api.ogc.definition import definition_of
from api.ogc.query import MOST, USUAL, ItemQuery, read_query
from api.ogc.systems import CRS84, SYSTEMS, given_out
from api.openapi import document_of
from api.paging import cursor_of
from models.errors import NotFound

__all__ = ["router"]

router = APIRouter(prefix="/api/ogc", tags=["ogc"])

InContext = Annotated[Context, Depends(context_of)]
CollectionKey = Annotated[str, Path(min_length=1, max_length=60)]
ItemKey = Annotated[str, Path(min_length=1, max_length=1000)]

GEOJSON: Final = "application/geo+json"
OPENAPI: Final = "application/json"  # readers of 3.0 stumble over the type of 3.1
SCHEMA: Final = "application/schema+json"
CONFORMS: Final = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
)
_NONE: Final = frozenset({"f"})
_OBJECT: Final = {"type": "object"}


def _answers(kind: str) -> dict[int | str, dict[str, Any]]:
    """How a document answers, for the description of the API."""
    return {200: {"content": {kind: {"schema": _OBJECT}}}}


def _parameter(name: str, schema: Mapping[str, Any], about: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": dict(schema),
        "description": about,
        "style": "form",
        "explode": False,
    }


def _fact(name: str, kind: str) -> dict[str, Any]:
    return _parameter(name, {"type": kind}, "only items where it is so")


_FORMAT = _parameter("f", {"type": "string", "enum": ["json", "geojson"]}, "the format")
_CRS = _parameter("crs", {"type": "string", "enum": list(SYSTEMS)}, "of the answered geometries")
_DOCUMENT = {"parameters": [_FORMAT]}
_ITEM = {"parameters": [_CRS, _FORMAT]}
_ITEMS = {
    "parameters": [
        _parameter(
            "bbox",
            {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
            "lower and upper corner, in the order of the axes of bbox-crs",
        ),
        _parameter("bbox-crs", {"type": "string", "enum": list(SYSTEMS)}, "of bbox"),
        _CRS,
        _parameter("datetime", {"type": "string"}, "a moment, or two with a slash between"),
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, f"usual: {USUAL}"),
        _parameter("offset", {"type": "integer", "minimum": 0}, "of the next page, of land"),
        _parameter("cursor", {"type": "string"}, "of the next page, of what happens"),
        _FORMAT,
    ]
}


@router.get("", responses=_answers("application/json"), openapi_extra=_DOCUMENT)
def get_landing_page(_scope: ViewerScope, request: Request) -> Response:
    """Where everything is."""
    read_query(request.query_params, {}, only=_NONE)
    root = _root(request)
    links = [
        _link(root, "self", "application/json", "this page"),
        _link(f"{root}/conformance", "conformance", "application/json", "what is conformed to"),
        _link(f"{root}/collections", "data", "application/json", "collections"),
        _link(
            f"{root}/api",
            "service-desc",
            OPENAPI,
            "the API",
        ),
    ]
    about = "Fires, observations and the land of a forest-fire watch."
    return _json({"title": "Firewatch 林火瞭望", "description": about, "links": links})


@router.get("/api", responses=_answers(OPENAPI), openapi_extra=_DOCUMENT)
def get_api_definition(_scope: ViewerScope, request: Request) -> Response:
    """The description of this part, with an address of its own for each collection."""
    read_query(request.query_params, {}, only=_NONE)
    definition = definition_of(document_of(request.app), _root(request), _fact)
    return _json(definition, OPENAPI)


@router.get("/conformance", responses=_answers("application/json"), openapi_extra=_DOCUMENT)
def get_conformance(_scope: ViewerScope, request: Request) -> Response:
    """The classes that this conforms to."""
    read_query(request.query_params, {}, only=_NONE)
    return _json({"conformsTo": CONFORMS})


@router.get("/collections", responses=_answers("application/json"), openapi_extra=_DOCUMENT)
def list_collections(_scope: ViewerScope, context: InContext, request: Request) -> Response:
    """All collections."""
    read_query(request.query_params, {}, only=_NONE)
    root = _root(request)
    return _json(
        {
            "links": [_link(f"{root}/collections", "self", "application/json", "collections")],
            "crs": SYSTEMS,
            "collections": [_described(context, root, one) for one in COLLECTIONS.values()],
        }
    )


@router.get(
    "/collections/{collection}", responses=_answers("application/json"), openapi_extra=_DOCUMENT
)
def get_collection(
    collection: CollectionKey, _scope: ViewerScope, context: InContext, request: Request
) -> Response:
    """One collection."""
    read_query(request.query_params, {}, only=_NONE)
    return _json(_described(context, _root(request), _collection(collection)))


@router.get(
    "/collections/{collection}/queryables", responses=_answers(SCHEMA), openapi_extra=_DOCUMENT
)
def get_queryables(collection: CollectionKey, _scope: ViewerScope, request: Request) -> Response:
    """The properties that items can be asked for by, each a parameter of its own."""
    read_query(request.query_params, {}, only=_NONE)
    one = _collection(collection)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{_root(request)}/collections/{one.key}/queryables",
        "type": "object",
        "title": one.title,
        "properties": {name: {"title": name, "type": kind} for name, kind in one.facts.items()},
        "additionalProperties": False,
    }
    return _json(schema, SCHEMA)


@router.get("/collections/{collection}/items", responses=_answers(GEOJSON), openapi_extra=_ITEMS)
def list_items(
    collection: CollectionKey, scope: ViewerScope, context: InContext, request: Request
) -> Response:
    """Items of a collection, page by page; its queryables are parameters too."""
    one = _collection(collection)
    asked = read_query(request.query_params, one.facts)
    items, next_, total = page_of(context, scope, one, asked)
    address = f"{_root(request)}/collections/{one.key}/items"
    query = dict(request.query_params)
    links = [_link(_with(address, query), "self", GEOJSON, "this page")]
    if next_ is not None:
        name, place = ("cursor", cursor_of(next_)) if one.layer is None else ("offset", next_)
        further = _with(address, {**query, name: place})
        links.append(_link(further, "next", GEOJSON, "the next page"))
    links.append(_link(f"{_root(request)}/collections/{one.key}", "collection", "application/json"))
    answer: dict[str, Any] = {
        "type": "FeatureCollection",
        "timeStamp": context.clock.now().isoformat(),
        "numberReturned": len(items),
        "links": links,
        "features": [_feature(item, asked) for item in items],
    }
    if total is not None:
        answer["numberMatched"] = total
    return _json(answer, GEOJSON, asked.system)


@router.get(
    "/collections/{collection}/items/{item:path}",
    responses=_answers(GEOJSON),
    openapi_extra=_ITEM,
)
def get_item(
    collection: CollectionKey,
    item: ItemKey,
    scope: ViewerScope,
    context: InContext,
    request: Request,
) -> Response:
    """One item."""
    one = _collection(collection)
    asked = read_query(request.query_params, {}, only=frozenset({"f", "crs"}))
    found = item_of(context, scope, one, item)
    if found is None:
        raise NotFound(f"There is no {item[:100]} in {one.key}.")
    root = f"{_root(request)}/collections/{one.key}"
    feature = _feature(found, asked)
    feature["links"] = [
        _link(f"{root}/items/{quote(str(found.key))}", "self", GEOJSON),
        _link(root, "collection", "application/json"),
    ]
    return _json(feature, GEOJSON, asked.system)


def _collection(key: str) -> Collection:
    found = COLLECTIONS.get(key)
    if found is None:
        raise NotFound(f"There is no collection {key}.")
    return found


def _described(context: Context, root: str, one: Collection) -> dict[str, Any]:
    address = f"{root}/collections/{one.key}"
    bounds = _bounds(context)
    return {
        "id": one.key,
        "title": one.title,
        "description": one.about,
        "itemType": "feature",
        "crs": SYSTEMS,
        "storageCrs": CRS84,
        "extent": {"spatial": {"bbox": [bounds], "crs": CRS84}},
        "links": [
            _link(address, "self", "application/json"),
            _link(f"{address}/items", "items", GEOJSON, one.title),
            _link(
                f"{address}/queryables",
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                SCHEMA,
            ),
        ],
    }


def _bounds(context: Context) -> list[float]:
    """West, south, east, north of the land; the whole Earth while there is none."""
    boxes = [one.geometry.bounds for one in context.land_book.refresh().features]
    if not boxes:
        return [-180.0, -90.0, 180.0, 90.0]
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]


def _feature(item: Item, asked: ItemQuery) -> dict[str, Any]:
    geometry = given_out(item.geometry, asked.system)
    return {
        "type": "Feature",
        "id": item.key,
        "geometry": None if geometry is None else shapely.geometry.mapping(geometry),
        "properties": item.properties,
    }


def _root(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/api/ogc"


def _with(address: str, query: Mapping[str, Any]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


def _link(href: str, rel: str, kind: str, title: str = "") -> dict[str, str]:
    link = {"href": href, "rel": rel, "type": kind}
    return link | {"title": title} if title else link


def _json(content: Any, kind: str = "application/json", system: str = "") -> Response:  # noqa: ANN401
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    headers = {"Content-Crs": f"<{system}>"} if system else {}
    return Response(body.encode(), media_type=kind, headers=headers)
