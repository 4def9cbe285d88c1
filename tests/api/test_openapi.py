"""The API describes itself, and truly."""

import re
from collections import Counter
from typing import Any

import pytest
from api_rig import ApiRig

from api.auth.roles import role_of
from api.errors import _HTTP_CODES
from api.etags import Outdated
from api.idempotency import _WORDS
from api.languages import language_of, problem_words
from api.ogc.refusals import QueryRefused
from api.openapi import document_of
from api.walking import routes_of
from models.user import Role


@pytest.fixture
def document(api: ApiRig) -> dict[str, Any]:
    answer = api.client(Role.VIEWER).get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.1"
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_is_described_with_its_role(api: ApiRig, document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    app = api.client().app
    described = {(path, method): what for path, method, what in operations(document)}
    routes = [(route, method.lower()) for route in routes_of(app) for method in route.methods]
    assert len(routes) > 120
    assert {(route.path_format, method) for route, method in routes} == set(described)
    for route, method in routes:
        operation, role = described[route.path_format, method], role_of(route.dependant)
        assert operation.get("x-required-role") == (None if role is None else role.value)
        assert ("security" in operation) is (role is not None)


def test_operations_have_readable_names_of_their_own(document: dict[str, Any]) -> None:
    names = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert max(names.values()) == 1
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{3,50}", name) for name in names), names


def test_every_operation_says_how_it_refuses(document: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    for path, _, operation in operations(document):
        statuses = {"422", "default"} | ({"401", "403"} if "security" in operation else set())
        for status in statuses:
            content = operation["responses"][status]["content"]
            assert content == {"application/problem+json": {"schema": problem}}, path
        assert "HTTPValidationError" not in str(operation)


def test_every_answer_says_its_kind(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        good = {code: what for code, what in operation["responses"].items() if code[0] == "2"}
        assert good, path
        for code, what in good.items():
            if code == "204":
                assert "content" not in what
                continue
            content = what["content"]
            bare = [] if len(content) > 1 else [kind for kind, one in content.items() if not one]
            bare = [kind for kind in bare if kind == "application/json"]  # a file of several kinds
            empty = [one for one in content.values() if one.get("schema") == {}]
            known = {"/api/land/imports/reports/{change_id}"}
            assert not bare, (method, path)
            assert not empty or path in known, (method, path, content)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    def walk(node: object) -> None:
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                assert reference.removeprefix("#/components/schemas/") in schemas, reference
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(document)


def test_it_is_made_once_and_told_to_nobody_outside(api: ApiRig) -> None:
    assert api.client().get("/api/openapi.json").status_code == 401
    app = api.client().app
    assert document_of(app) is document_of(app)
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert api.client(Role.ADMIN).get(path).status_code == 404


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("fr, zh;q=0.3", "zh"),
        ("fr", "en"),
        ("en;q=0.2, zh-Hans;q=0.4", "zh"),
        ("zh;q=x, en;q=0.1", "en"),
        ("zh;q=0", "en"),
        ("zh;q=9", "en"),
    ],
)
def test_the_language_is_the_one_asked_for(header: str | None, language: str) -> None:
    assert language_of(header) == language


def test_refusals_are_told_in_the_language_of_the_asker(api: ApiRig) -> None:
    client = api.client(Role.VIEWER)
    english = client.get("/api/incidents/99")
    chinese = client.get("/api/incidents/99", headers={"Accept-Language": "zh-CN"})
    assert (english.headers["content-language"], chinese.headers["content-language"]) == (
        "en",
        "zh",
    )
    assert english.json()["detail"] == "There is no fire 99."
    assert re.search("[\u4e00-\u9fff]", chinese.json()["title"])
    assert chinese.json() | {"title": "", "detail": ""} == english.json() | {
        "title": "",
        "detail": "",
    }
    unread = client.post(
        "/api/session",
        content=b"",
        headers={"Accept-Language": "zh", "content-length": "9999999"},
    )
    assert (unread.status_code, unread.headers["content-language"]) == (413, "zh")
    other = client.put("/api/incidents/1", headers={"Accept-Language": "zh"})
    assert (other.status_code, other.json()["code"]) == (405, "method_refused")
    assert other.headers["allow"] == "GET"
    both = client.patch("/api/observations")
    assert (both.status_code, both.headers["allow"]) == (405, "GET, POST")


def test_what_no_table_knows_is_called_by_its_status() -> None:
    assert problem_words("unheard_of", 507, "zh", "Insufficient Storage") == "存储空间已满"
    assert problem_words("unheard_of", 507, "en", "Insufficient Storage") == "Insufficient Storage"
    assert problem_words("unheard_of", 418, "zh", "I'm a Teapot") == "I'm a Teapot"


def test_every_refusal_of_the_door_has_words_in_both_languages() -> None:
    codes = {*_HTTP_CODES.values(), *_WORDS, QueryRefused.default_code, Outdated.default_code}
    codes |= {"request_refused", "internal_error", "input_refused", "not_signed_in"}
    assert len(codes) > 12
    for code in codes:
        chinese = problem_words(code, 418, "zh", "")
        assert re.search("[\u4e00-\u9fff]", chinese), code
        assert problem_words(code, 418, "en", ""), code
