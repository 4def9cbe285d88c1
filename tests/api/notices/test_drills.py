"""A drill reaches no outside channel by itself, and whatever speaks of one says that it is one."""

from collections.abc import Callable
from dataclasses import replace
from xml.etree.ElementTree import fromstring
from zoneinfo import ZoneInfo

from api_rig import ApiRig

from api.notices.cap import cap_message
from api.notices.facts import Facts
from api.notices.gbt35965 import gbt35965_message
from api.notices.writing import Writer
from geo.exchange import Format
from models.alert import Alert
from models.frame import Provenance
from models.incident import IncidentState
from models.notice import (
    ChannelDraft,
    ChannelKind,
    ChannelOptions,
    Language,
    Occasion,
    Rules,
    Secrets,
)
from models.user import Role

SECRETS = {
    ChannelKind.WECOM: {"key": "hush-hush-7788"},
    ChannelKind.DINGTALK: {"access_token": "hush-hush-7788"},
    ChannelKind.SMTP: {},
    ChannelKind.WEBHOOK: {"signing_key": "hush-hush-7788"},
    ChannelKind.SMS: {"token": "hush-hush-7788"},
    ChannelKind.APPRISE: {"urls": "json://127.0.0.1"},
}
ADDRESS = "https://127.0.0.1/hook"
OPTIONS = {
    ChannelKind.SMTP: ChannelOptions("mail.local:587", ("duty@bureau.cn",), "watch@bureau.cn"),
    ChannelKind.WEBHOOK: ChannelOptions(ADDRESS),
    ChannelKind.SMS: ChannelOptions(ADDRESS, ("138",), body='{"say": "{text}"}'),
}
ALL = Rules(occasions=tuple(Occasion), cool_down_s=0.0)
MARKS = {Language.ZH: "演练", Language.EN: "DRILL"}


def step(api: ApiRig, number: int, *states: IncidentState) -> None:
    store = api.context.store
    for state in states:
        now = store.incidents.get(number).state
        store.verdicts.step(number, expected=now, to_state=state, author="li")


def add(api: ApiRig, name: str, kind: ChannelKind, rules: Rules) -> int:
    draft = ChannelDraft(name, kind, OPTIONS.get(kind, ChannelOptions()), rules=rules)
    return api.context.store.channels.add(draft, Secrets(SECRETS[kind]), actor="a").channel_id


def test_a_drill_reaches_no_kind_of_channel_unless_it_asks_and_is_marked_everywhere(
    api: ApiRig, burn: Callable[[], Alert]
) -> None:
    store = api.context.store
    others = {add(api, kind.value, kind, ALL) for kind in ChannelKind}
    mine = add(api, "wanted", ChannelKind.WEBHOOK, replace(ALL, drills=True))
    alert = burn()
    draft = replace(alert.draft, provenance=Provenance.DRILL, idempotency_key="drill")
    drill = store.alerts.open_alert(draft, [])[0].incident_id
    assert drill != alert.incident_id
    for fire in (alert.incident_id, drill):
        step(api, fire, IncidentState.ACKNOWLEDGED, IncidentState.CONFIRMED)
    real, drilled = (store.deliveries.of_incident(one) for one in (alert.incident_id, drill))
    assert {one.channel_id for one in real} == {*others, mine}
    assert {one.channel_id for one in drilled} == {mine}

    batch = store.deliveries.claim(
        mine, holder="t", lease_s=60.0, zone=ZoneInfo("Asia/Shanghai"), most=10
    )
    assert batch is not None
    notices = api.context.notices
    assert notices is not None
    facts = {one.incident.incident_id: one for one in notices.writer.facts_of(batch)}
    check_messages(notices.writer, facts[drill], api)
    check_pages(api, drill)
    check_files(api)


def check_messages(writer: Writer, of_drill: Facts, api: ApiRig) -> None:
    """Every text begins with the word, and every form for programs says it."""
    for language, mark in MARKS.items():
        message = writer.message("m", [of_drill], language, api.clock.now())
        for text in (message.title, message.text, *message.lines):
            assert mark in text[:8]
        assert message.facts["fires"][0]["is_drill"] is True
    cap = cap_message(of_drill, writer, sender="firewatch")
    gbt = gbt35965_message(of_drill, writer, unit_code="1", event_code="2")
    for xml in (cap, gbt):
        root = fromstring(xml)  # noqa: S314  # our own
        assert [one.text for one in root if one.tag.endswith("status")] == ["Exercise"]


def check_pages(api: ApiRig, drill: int) -> None:
    viewer = api.client(Role.VIEWER)
    assert viewer.get(f"/api/incidents/{drill}").json()["is_drill"] is True
    listed = viewer.get("/api/incidents").json()["incidents"]
    assert [one["incident_id"] for one in listed if one["is_drill"]] == [drill]


def check_files(api: ApiRig) -> None:
    """The column is the same in every format; these two are read without a library."""
    for format_, words in ((Format.CSV, "演练"), (Format.GEOJSON, '"drill"')):
        answer = api.client(Role.MONITOR).get(
            "/api/exports/incidents", params={"format": format_.value, "scope": "all"}
        )
        assert answer.status_code == 200
        assert words in answer.content.decode()
