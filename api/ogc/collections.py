"""The collections: what they are called, what their items have, and where these come from.

Collections of what happens (fires, observations) are told newest first, page below page, so that
what comes meanwhile moves nothing. Those of the land stand in the order of their codes.

A fire that has only a direction has no geometry: what it has is where it is looked from and the
bearing, as properties.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from api.auth.scope import Scope
from api.context import Context
from api.incidents.facts import INCIDENT_FACTS, incident_facts
from api.ogc.query import ItemQuery
from api.ogc.refusals import refused
from geo.exchange.words import LAYER_NAMES
from models.crossing import Report
from models.incident import Incident
from models.land import ATTRIBUTES, AttributeKind, LandFeature, Layer
from models.observation import Observation

__all__ = ["COLLECTIONS", "Collection", "Item", "item_of", "page_of"]

_BATCH: Final = 200
_KINDS: Final = {
    AttributeKind.TEXT: "string",
    AttributeKind.CHOICE: "string",
    AttributeKind.NUMBER: "number",
    AttributeKind.WHOLE: "integer",
    AttributeKind.YES_NO: "boolean",
}
OBSERVATION_FACTS: Final = {
    "observation_id": "integer",
    "incident_id": "integer",
    "source": "string",
    "kind": "string",
    "withdrawn": "boolean",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One feature.

    Attributes:
        key: of it; a number or a code.
        geometry: WGS 84, longitude first; None without a place.
        properties: as JSON carries them.
        from_at: UTC, when it begins; None for what stands.
        until_at: UTC, when it ends.
    """

    key: int | str
    geometry: BaseGeometry | None
    properties: dict[str, Any]
    from_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection.

    Attributes:
        key: in addresses.
        title: in both languages.
        about: what is in it.
        facts: properties that may be asked for, to their JSON types.
        layer: of the land; None for what happens.
    """

    key: str
    title: str
    about: str
    facts: Mapping[str, str] = field(default_factory=dict)
    layer: Layer | None = None


def _land() -> Iterator[Collection]:
    for layer in Layer:
        facts = {"code": "string", "name": "string", "drill": "boolean"}
        facts |= {one.key: _KINDS[one.kind] for one in ATTRIBUTES[layer]}
        title = f"{LAYER_NAMES[layer]} {layer.value}"
        yield Collection(layer.value, title, "A layer of the land.", facts, layer)


COLLECTIONS: Final[dict[str, Collection]] = {
    one.key: one
    for one in (
        Collection(
            "incidents",
            "火情 fires",
            "Fires, drills too, with their best place; one with a direction alone has no geometry.",
            INCIDENT_FACTS,
        ),
        Collection(
            "observations",
            "报告 observations",
            "What people told; a direction has no geometry.",
            OBSERVATION_FACTS,
        ),
        *_land(),
    )
}


def page_of(
    context: Context, scope: Scope, collection: Collection, asked: ItemQuery
) -> tuple[list[Item], int | None, int | None]:
    """A page of items.

    Returns:
        Items, from where the next page goes on (a cursor or an offset), and how many there are in
        all where that is known.
    """
    if collection.layer is None:
        source = _happenings(context, scope, collection, asked.cursor)
        found: list[Item] = []
        for item in source:
            if _matches(item, collection, asked):
                if len(found) == asked.limit:
                    return found, int(found[-1].key), None
                found.append(item)
        return found, None, None
    every = [
        item for item in _of_land(context, collection.layer) if _matches(item, collection, asked)
    ]
    end = asked.offset + asked.limit
    return every[asked.offset : end], end if end < len(every) else None, len(every)


def item_of(context: Context, scope: Scope, collection: Collection, key: str) -> Item | None:
    """One item; None when there is none, or it is not the asker's."""
    if collection.layer is not None:
        found = context.store.land.get(collection.layer, key)
        return None if found is None else _land_item(found)
    if not (key.isascii() and key.isdigit()) or len(key) > 18 or int(key) < 1:
        return None
    if collection.key == "incidents":
        return _incident_item(context, scope.check(int(key)))
    return _observation_item(scope.check_observation(int(key)))


def _happenings(
    context: Context, scope: Scope, collection: Collection, before: int | None
) -> Iterator[Item]:
    if collection.key == "incidents":
        while True:
            page = context.store.incidents.page(_BATCH, before_id=before)
            for one in scope.fires(page.incidents):
                yield _incident_item(context, one)
            before = page.next_before
            if before is None:
                return
    while True:
        told = context.store.observations.newest(_BATCH, before)
        for each in told:
            if scope.sees_observation(each):
                yield _observation_item(each)
        if len(told) < _BATCH:
            return
        before = told[-1].observation_id


def _incident_item(context: Context, one: Incident) -> Item:
    facts = incident_facts(context, one)
    return Item(one.incident_id, facts.geometry, facts.values, one.first_seen_at, one.last_seen_at)


def _observation_item(one: Observation) -> Item:
    draft = one.draft
    witness = draft.witness
    is_place = isinstance(witness, Report)
    at = witness.position if isinstance(witness, Report) else witness.observer
    values = {
        "observation_id": one.observation_id,
        "incident_id": one.incident_id,
        "source": draft.source.value,
        "kind": "place" if is_place else "direction",
        "seen_at": draft.seen_at.isoformat(),
        "words": draft.words,
        "told": draft.told,
        "radius_sigma_m": witness.sigma_m if isinstance(witness, Report) else None,
        "observer_lon_deg": None if is_place else at.lon_deg,
        "observer_lat_deg": None if is_place else at.lat_deg,
        "bearing_deg": None if isinstance(witness, Report) else witness.bearing_deg,
        "withdrawn": one.withdrawn_at is not None,
    }
    point = shapely.Point(at.lon_deg, at.lat_deg) if is_place else None
    return Item(one.observation_id, point, values, draft.seen_at, draft.seen_at)


def _of_land(context: Context, layer: Layer) -> Iterable[Item]:
    features = [one for one in context.land_book.refresh().features if one.layer is layer]
    return (_land_item(one) for one in sorted(features, key=lambda one: one.code))


def _land_item(one: LandFeature) -> Item:
    values = {**one.properties, "code": one.code, "name": one.name, "drill": one.drill}
    return Item(one.code, one.geometry, values)


def _matches(item: Item, collection: Collection, asked: ItemQuery) -> bool:
    if asked.span is not None and item.from_at is not None and item.until_at is not None:
        since, until = asked.span
        if (since is not None and item.until_at < since) or (
            until is not None and item.from_at > until
        ):
            return False
    if asked.box is not None and (
        item.geometry is None or not shapely.intersects(item.geometry, asked.box)
    ):
        return False
    return all(
        _same(item.properties.get(name), text, collection.facts[name], name)
        for name, text in asked.wanted.items()
    )


def _same(value: object, text: str, kind: str, name: str) -> bool:
    if kind == "boolean":
        if text not in {"true", "false"}:
            raise refused(f"{name} is true or false.")
        return value is (text == "true")
    if kind in {"integer", "number"}:
        try:
            return value is not None and float(str(value)) == float(text)
        except ValueError as error:
            raise refused(f"{name} is a number.") from error
    return value is not None and str(value) == text
