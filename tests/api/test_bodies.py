"""Every body of every route tells numbers, truth and texts apart."""

import types
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import IntEnum
from typing import Annotated, Literal, Union, get_args, get_origin

import pytest
from api_rig import START, ApiRig
from pydantic import BaseModel, Field, ValidationError
from route_walk import routes

from api.bodies import RequestBody
from models.user import Role


class Grade(IntEnum):
    ONE = 1
    TWO = 2


class Part(RequestBody):
    count: Annotated[int, Field(ge=0)] = 0
    bearing: Annotated[float | None, Field(lt=360.0)] = None
    is_on: bool = False
    numbers: tuple[int, ...] = ()
    named: dict[str, float] = Field(default_factory=dict)
    grade: Grade = Grade.ONE
    step: Literal[1, 2] = 1
    word: Literal["a", "b"] = "a"
    at: datetime | None = None


class Whole(RequestBody):
    parts: tuple[Part, ...]


REFUSED = [
    ("count", True),
    ("count", "1"),
    ("count", 1.5),
    ("count", 1e999),
    ("bearing", False),
    ("bearing", "0"),
    ("bearing", float("nan")),
    ("is_on", 0),
    ("is_on", "true"),
    ("numbers", [1, True]),
    ("named", {"a": "1"}),
    ("grade", True),
    ("grade", "1"),
    ("step", True),
    ("word", 1),
    ("at", 1_790_000_000),
    ("at", "1790000000"),
    ("at", True),
    ("unknown", 1),
]
TAKEN = [
    ("count", 1.0, 1),
    ("bearing", 0, 0.0),
    ("is_on", True, True),
    ("numbers", [0, 1], (0, 1)),
    ("named", {"a": 1}, {"a": 1.0}),
    ("grade", 2, Grade.TWO),
    ("step", 2, 2),
    ("word", "b", "b"),
    ("at", "2026-11-25T03:00:00Z", datetime(2026, 11, 25, 3, tzinfo=UTC)),
    ("at", START, START),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_value_of_another_kind_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Part.model_validate({name: value})
    with pytest.raises(ValidationError):
        Whole.model_validate({"parts": [{name: value}]})


@pytest.mark.parametrize(("name", "value", "is_then"), TAKEN)
def test_a_value_of_its_kind_is_taken(name: str, value: object, is_then: object) -> None:
    found = getattr(Whole.model_validate({"parts": [{name: value}]}).parts[0], name)
    assert found == is_then
    assert type(found) is type(is_then)


def test_a_list_of_texts_is_understood_where_it_says_so() -> None:
    part = Part.model_validate({"count": "1", "bearing": "0", "is_on": "true"}, strict=False)
    assert (part.count, part.bearing, part.is_on) == (1, 0.0, True)


def bodies_of(kind: object) -> Iterator[type[BaseModel]]:
    """The models within a type, at any depth."""
    if get_origin(kind) in {Union, types.UnionType, Annotated, tuple, list, dict}:
        for part in get_args(kind):
            yield from bodies_of(part)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from bodies_of(field.annotation)


def test_every_body_of_every_route_is_one_of_them(api: ApiRig) -> None:
    found = {
        model
        for _, route in routes(api)
        for field in route.dependant.body_params
        for model in bodies_of(field.field_info.annotation)
    }
    assert len(found) > 45
    assert {model for model in found if not issubclass(model, RequestBody)} == set()
    assert {m for m in found if m.model_config.get("extra") != "forbid"} == set()


def test_false_is_no_wind_from_the_north(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    answer = client.put("/api/wind", json={"from_deg": False, "speed_m_s": 3.0})
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert client.put("/api/wind", json={"from_deg": 0, "speed_m_s": 3}).status_code == 200
