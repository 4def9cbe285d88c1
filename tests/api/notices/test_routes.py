"""Channels over HTTP: set up, shown without secrets, tested; receipts; words; the command."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_rig import ApiRig
from command_line import run_firewatch

from api.notices.words import LEVELS, OCCASIONS, PHRASES, REASONS, SOURCES, STATES, compass, say
from models.alert import Alert
from models.incident import DismissReason, IncidentState, Level
from models.notice import Language, Occasion
from models.observation import ObservationSource
from models.user import Role

ROOT = Path(__file__).resolve().parents[3]
BODY: dict[str, Any] = {
    "name": "指挥群",
    "kind": "webhook",
    "options": {"address": "http://10.0.0.9/hook"},
    "secrets": {"signing_key": "hush-7788"},
}


def test_a_channel_is_set_up_changed_and_removed_and_its_secret_never_told(api: ApiRig) -> None:
    client = api.client(Role.ADMIN)
    made = client.post("/api/notices/channels", json=BODY)
    assert made.status_code == 201
    assert made.json()["secrets"] == ["signing_key"]
    number = made.json()["channel_id"]
    changed = {**BODY, "enabled": False, "language": "en", "secrets": None}
    answer = client.put(f"/api/notices/channels/{number}", json=changed)
    assert (answer.status_code, answer.json()["enabled"]) == (200, False)
    listed = client.get("/api/notices/channels").json()
    assert [one["name"] for one in listed["channels"]] == ["指挥群"]
    assert listed["health"][0]["pending"] == 0
    assert listed["health"][0]["fails"] is False
    for text in (made.text, answer.text, json.dumps(listed), client.get("/api/audit").text):
        assert "7788" not in text
    one = client.get(f"/api/notices/channels/{number}")
    assert one.json() == listed["channels"][0]
    assert client.delete(f"/api/notices/channels/{number}").status_code == 204
    assert client.get(f"/api/notices/channels/{number}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "channel_name"),
        ({"options": {"address": "file:///etc/passwd"}}, "channel_address"),
        ({"secrets": {}}, "channel_secret"),
        ({"secrets": None}, "channel_secret"),
        ({"rules": {"occasions": []}}, "channel_rules"),
        ({"kind": "pigeon"}, "input_refused"),
        ({"options": {"address": "http://h/", "colour": "red"}}, "input_refused"),
        ({"rules": {"least_points": 101}}, "input_refused"),
    ],
)
def test_a_channel_that_cannot_be_is_refused_and_says_why_without_its_secret(
    api: ApiRig, changes: dict[str, Any], code: str
) -> None:
    refused = api.client(Role.ADMIN).post("/api/notices/channels", json={**BODY, **changes})
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert "7788" not in refused.text


def test_channels_are_the_administrators(api: ApiRig) -> None:
    for role in (Role.VIEWER, Role.MONITOR):
        client = api.client(role)
        assert client.get("/api/notices/channels").status_code == 403
        assert client.post("/api/notices/channels", json=BODY).status_code == 403
        assert client.post("/api/notices/channels/1/test").status_code == 403
        assert client.get("/api/notices/deliveries").status_code == 403


def test_whoever_keeps_watch_sees_how_channels_fare_and_not_where_they_lead(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    options = {"address": "http://127.0.0.1:9/hook-77"}
    number = admin.post("/api/notices/channels", json={**BODY, "options": options}).json()
    tested = admin.post(f"/api/notices/channels/{number['channel_id']}/test").json()
    assert tested["sent"] is False
    answer = api.client(Role.MONITOR).get("/api/notices/health")
    [one] = answer.json()["health"]
    assert (one["name"], one["kind"], one["enabled"]) == ("指挥群", "webhook", True)
    assert (one["failures"], one["error"], one["detail"]) == (1, tested["code"], "")
    assert one["failing_since"] is not None
    assert "hook-77" not in answer.text
    [told] = admin.get("/api/notices/channels").json()["health"]
    assert told["detail"] == tested["detail"] != ""
    assert api.client(Role.VIEWER).get("/api/notices/health").status_code == 403


def test_a_test_is_sent_and_receipts_are_listed(
    api: ApiRig,
    burn: Callable[[], Alert],
    add: Callable[..., int],
    send: Callable[[], int],
    hook: Any,  # noqa: ANN401
) -> None:
    number = add()
    client = api.client(Role.ADMIN)
    told = client.post(f"/api/notices/channels/{number}/test").json()
    assert told == {"sent": True, "receipt": "HTTP 200", "code": "", "detail": ""}
    hook.status = [401]
    told = client.post(f"/api/notices/channels/{number}/test").json()
    assert (told["sent"], told["code"]) == (False, "notice_refused")
    assert client.post("/api/notices/channels/99/test").status_code == 404
    burn()
    send()
    (receipt,) = client.get("/api/incidents/1/deliveries").json()["deliveries"]
    assert (receipt["state"], receipt["occasion"]) == ("sent", "opened")
    assert receipt["receipt"] == "HTTP 200"
    newest = client.get("/api/notices/deliveries").json()["deliveries"]
    assert newest == [receipt]
    waiting = client.get("/api/notices/deliveries", params={"state": "pending"})
    assert waiting.json()["deliveries"] == []
    assert api.client(Role.VIEWER).get("/api/incidents/1/deliveries").status_code == 200
    assert client.get("/api/incidents/9/deliveries").status_code == 404


def test_every_word_of_a_notice_is_in_both_languages_and_the_consoles_where_it_has_one() -> None:
    tables: list[tuple[dict[Any, tuple[str, str]], Any]] = [
        (OCCASIONS, Occasion),
        (STATES, IncidentState),
        (LEVELS, Level),
        (REASONS, DismissReason),
        (SOURCES, ObservationSource),
    ]
    for table, words in tables:
        assert set(table) == set(words)
    pairs = [pair for table, _ in tables for pair in table.values()] + list(PHRASES.values())
    assert all(zh.strip() and en.strip() for zh, en in pairs)
    zh = json.loads((ROOT / "console/src/i18n/zh.json").read_text(encoding="utf-8"))
    for section, table in (
        ("reason", REASONS),
        ("state", STATES),
        ("level", LEVELS),
        ("observed_by", SOURCES),
    ):
        assert {key.value: pair[0] for key, pair in table.items()} == {  # type: ignore[attr-defined]
            key.value: zh[section][key.value]
            for key in table  # type: ignore[attr-defined]
        }


def test_compass_words_and_braces() -> None:
    assert [compass(deg, Language.EN) for deg in (0.0, 22.4, 22.6, 350.0, 225.0)] == [
        *("N", "N", "NE", "N", "SW"),
    ]
    assert say("note", Language.EN, note="{x}") == ". {x}"


def command(
    monkeypatch: pytest.MonkeyPatch, api: ApiRig, *words: str, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(api.context.settings.data_dir))
    status = run_firewatch(monkeypatch, "notice", *words)
    told = capsys.readouterr()
    return status, told.out, told.err


def test_the_command_lists_tests_and_sends(  # noqa: PLR0917
    api: ApiRig,
    burn: Callable[[], Alert],
    add: Callable[..., int],
    hook: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def ask(*words: str) -> tuple[int, str, str]:
        return command(monkeypatch, api, *words, capsys=capsys)

    status, out, _ = ask("list")
    assert (status, "There are no channels" in out) == (0, True)
    add(name="群\x1b[31m".replace("\x1b", ""))
    status, out, _ = ask("list")
    assert "on; 0 waiting; last sent never" in out
    assert ask("test", "1")[:2] == (0, "The test was sent: HTTP 200.\n")
    hook.status = [404]
    status, _, err = ask("test", "1")
    assert (status, "HTTP status 404" in err) == (1, True)
    status, out, _ = ask("list")
    assert "FAILING since" in out
    assert ask("test", "7")[0] == 1
    burn()
    hook.status = [500]
    status, out, err = ask("send-pending")
    assert (status, out) == (1, "1 messages were tried; 1 notices wait.\n")
    assert "fails: HTTP status 500" in err
    assert "1 waiting, the oldest since" in ask("list")[1]
