"""What is told, through what, and when: rules make it quiet and swallow nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputRefused
from models.incident import Entry, EntryKind, IncidentState, Level, Urgency
from models.incident.life import OPEN_STATES
from models.notice import (
    RANK_WAIT,
    URGENT_OCCASIONS,
    USUAL_OCCASIONS,
    ChannelDraft,
    ChannelKind,
    ChannelOptions,
    Hold,
    Later,
    Occasion,
    Payload,
    Rules,
    Secrets,
    Send,
    Skip,
    check_channel,
    occasion_of,
    rule,
)
from models.notice.quiet import Case

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)  # 23:00 at the site
ZONE = ZoneInfo("Asia/Shanghai")


def urgency(points: float, level: Level = Level.SINGLE) -> Urgency:
    return Urgency(points, level, (), NOW)


def case(**changes: Any) -> Case:  # noqa: ANN401
    usual = Case(Occasion.OPENED, NOW, IncidentState.OPEN, urgency(30.0))
    return replace(usual, **changes)


def entry(kind: EntryKind, to_state: IncidentState | None = None) -> Entry:
    return Entry(1, 1, kind, NOW, "li", to_state=to_state)


def test_every_entry_is_told_as_something_or_stays_in_the_house() -> None:
    told = {kind: occasion_of(entry(kind)) for kind in EntryKind if kind is not EntryKind.STEPPED}
    silent = {kind for kind, occasion in told.items() if occasion is None}
    assert silent == {EntryKind.LEFT, EntryKind.ABSORBED, EntryKind.SPLIT, EntryKind.NOTED}
    assert told[EntryKind.MERGED] is Occasion.MERGED
    steps = {occasion_of(entry(EntryKind.STEPPED, state)) for state in IncidentState}
    assert steps == {
        None,  # nobody steps back to open
        *(Occasion(state.value) for state in IncidentState if state is not IncidentState.OPEN),
    }


def test_what_happens_to_a_fire_is_usually_told_and_every_piece_of_evidence_is_not() -> None:
    assert set(Occasion) - set(USUAL_OCCASIONS) == {
        Occasion.JOINED,
        Occasion.ACKNOWLEDGED,
        Occasion.DECLINED,
        Occasion.CALLED,
    }


def test_a_drill_is_told_where_drills_are_wanted() -> None:
    assert Rules().wants(Occasion.OPENED, is_drill=False)
    assert not Rules().wants(Occasion.OPENED, is_drill=True)
    assert Rules(drills=True).wants(Occasion.OPENED, is_drill=True)
    assert not Rules().wants(Occasion.JOINED, is_drill=False)


def test_a_fire_waits_a_moment_to_be_ranked_and_is_then_taken_for_urgent() -> None:
    fresh = case(urgency=None)
    night = Rules(quiet_from_minute=22 * 60, quiet_to_minute=7 * 60)
    assert rule(night, fresh, NOW, ZONE) == Later(NOW + RANK_WAIT)
    assert rule(night, fresh, NOW + RANK_WAIT, ZONE) == Send()
    assert rule(Rules(), case(urgency=None, told=True), NOW, ZONE) == Send()


def test_quiet_hours_end_in_the_morning_on_the_clock_of_the_site() -> None:
    night = Rules(quiet_from_minute=22 * 60, quiet_to_minute=7 * 60)
    morning = datetime(2026, 11, 26, 7, 0, tzinfo=ZONE).astimezone(UTC)
    assert rule(night, case(), NOW, ZONE) == Later(morning)
    assert rule(night, case(), morning, ZONE) == Send()
    small_hours = datetime(2026, 11, 26, 6, 59, 59, 999999, tzinfo=ZONE).astimezone(UTC)
    later = rule(night, case(), small_hours, ZONE)
    assert isinstance(later, Later)
    assert later.at > small_hours


@pytest.mark.parametrize(
    "urgent",
    [
        case(urgency=urgency(60.0)),
        case(urgency=urgency(0.0, Level.CORROBORATED)),
        case(urgency=urgency(0.0, Level.STRONG)),
        case(occasion=Occasion.CONFIRMED, state=IncidentState.CONFIRMED, urgency=urgency(1.0)),
        case(occasion=Occasion.REOPENED, told=True),
        case(occasion=Occasion.UNDONE, told=True),
    ],
)
def test_what_is_urgent_waits_for_nothing(urgent: Case) -> None:
    night = Rules(quiet_from_minute=22 * 60, quiet_to_minute=7 * 60, cool_down_s=86400.0)
    assert rule(night, replace(urgent, last_sent_at=NOW), NOW, ZONE) == Send()


def test_nobody_is_woken_to_hear_that_it_is_over() -> None:
    night = Rules(quiet_from_minute=22 * 60, quiet_to_minute=7 * 60)
    over = case(
        occasion=Occasion.CLOSED,
        state=IncidentState.CLOSED,
        urgency=urgency(99.0, Level.STRONG),
        told=True,
    )
    assert isinstance(rule(night, over, NOW, ZONE), Later)


def test_a_cool_down_begins_when_something_was_sent() -> None:
    rules = Rules(cool_down_s=60.0)
    assert rule(rules, case(last_sent_at=None), NOW, ZONE) == Send()
    before = NOW - timedelta(seconds=59)
    assert rule(rules, case(last_sent_at=before), NOW, ZONE) == Later(before + timedelta(minutes=1))
    assert rule(rules, case(last_sent_at=NOW - timedelta(minutes=1)), NOW, ZONE) == Send()
    set_back = NOW + timedelta(hours=1)
    assert rule(rules, case(last_sent_at=set_back), NOW, ZONE) == Send()


def test_a_fire_below_the_points_is_held_while_it_may_grow() -> None:
    rules = Rules(least_points=40.0)
    assert rule(rules, case(), NOW, ZONE) == Hold()
    assert rule(rules, case(urgency=urgency(40.0)), NOW, ZONE) == Send()
    settled = case(occasion=Occasion.DISMISSED, state=IncidentState.DISMISSED)
    assert rule(rules, settled, NOW, ZONE) == Skip()
    assert rule(rules, replace(settled, told=True), NOW, ZONE) == Send()
    assert rule(rules, case(state=IncidentState.CONFIRMED), NOW, ZONE) == Send()


def test_a_fire_of_another_township_is_held_and_one_of_nobody_knows_where_is_told() -> None:
    rules = Rules(townships=("1", "2"))
    assert rule(rules, case(townships=frozenset({"3"})), NOW, ZONE) == Hold()
    assert rule(rules, case(townships=frozenset({"3", "2"})), NOW, ZONE) == Send()
    assert rule(rules, case(), NOW, ZONE) == Send()
    burns = case(townships=frozenset({"3"}), state=IncidentState.CONFIRMED)
    assert rule(rules, burns, NOW, ZONE) == Hold(), "it burns, and not here"


MINUTES = st.integers(0, 24 * 60 - 1)
RULES = st.builds(
    Rules,
    townships=st.sampled_from([(), ("1",)]),
    least_points=st.floats(0.0, 100.0),
    urgent_points=st.floats(0.0, 100.0),
    urgent_level=st.sampled_from(Level),
    quiet_from_minute=MINUTES,
    quiet_to_minute=MINUTES,
    cool_down_s=st.floats(0.0, 86400.0),
).filter(lambda rules: rules.quiet_from_minute != rules.quiet_to_minute)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
CASES = st.builds(
    Case,
    occasion=st.sampled_from(Occasion),
    created_at=MOMENTS,
    state=st.sampled_from(IncidentState),
    urgency=st.none() | st.builds(urgency, st.floats(0.0, 100.0), st.sampled_from(Level)),
    townships=st.sampled_from([frozenset(), frozenset({"1"}), frozenset({"2"})]),
    told=st.booleans(),
    last_sent_at=st.none() | MOMENTS,
)
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Chatham"])


@given(RULES, CASES, MOMENTS, ZONES)
def test_no_rule_throws_a_fire_away(rules: Rules, of: Case, now: datetime, zone: str) -> None:
    ruling = rule(rules, of, now, ZoneInfo(zone))
    if isinstance(ruling, Skip):
        assert of.state not in OPEN_STATES
        assert not of.told
    if isinstance(ruling, Later):
        assert now < ruling.at
        assert ruling.at <= max(now, of.created_at) + timedelta(days=1, hours=2)
    if of.told and of.occasion in URGENT_OCCASIONS:
        assert ruling == Send()


@given(RULES, CASES, MOMENTS, ZONES)
def test_what_waits_is_sent_when_its_time_has_come(
    rules: Rules, of: Case, now: datetime, zone: str
) -> None:
    """However the rules are set, asking again at each "later" comes to an end within two days."""
    site = ZoneInfo(zone)
    of = replace(of, created_at=now, last_sent_at=None if of.last_sent_at is None else now)
    for _round in range(6):
        ruling = rule(rules, of, now, site)
        if not isinstance(ruling, Later):
            return
        now = ruling.at
    pytest.fail("it is put off for ever")


GOOD = {
    ChannelKind.WECOM: ({}, {"key": "k"}),
    ChannelKind.DINGTALK: ({}, {"access_token": "t", "sign": "s"}),
    ChannelKind.SMTP: (
        {"address": "mail.bureau.cn:25", "recipients": ("a@b.cn",), "sender": "c@d.cn"},
        {"user": "u", "password": "p"},
    ),
    ChannelKind.WEBHOOK: ({"address": "http://10.1.2.3:9/x?y=1"}, {"signing_key": "k"}),
    ChannelKind.SMS: (
        {"address": "https://sms/send?to={recipient}", "recipients": ("138",), "body": "{text}"},
        {"appkey": "k"},
    ),
    ChannelKind.APPRISE: ({}, {"urls": "json://h\nmailto://a:b@c"}),
}


def refused(kind: ChannelKind, code: str, options: dict[str, Any], **secrets: str) -> None:
    known, good = GOOD[kind]
    draft = ChannelDraft("c", kind, ChannelOptions(**{**known, **options}))
    with pytest.raises(InputRefused) as caught:
        check_channel(draft, Secrets({**good, **secrets}))
    assert caught.value.code == code
    assert caught.value.remedy


@pytest.mark.parametrize("kind", ChannelKind)
def test_each_kind_of_channel_can_be_set_up(kind: ChannelKind) -> None:
    options, secrets = GOOD[kind]
    check_channel(ChannelDraft("c", kind, ChannelOptions(**options)), Secrets(secrets))
    for name in secrets:  # those that a mail server does not ask for may be missing
        with_less = {key: value for key, value in secrets.items() if key != name}
        draft = ChannelDraft("c", kind, ChannelOptions(**options))
        if name in {"user", "password", "sign", "appkey"}:
            check_channel(draft, Secrets(with_less))
        else:
            with pytest.raises(InputRefused, match="secret"):
                check_channel(draft, Secrets(with_less))


@pytest.mark.parametrize(
    "address",
    [
        *("", "file:///etc/passwd", "ftp://h/", "//h/", "h/x", "http://", "http://u:p@h/"),
        *("http://h:0/", "http://h:99999/", "http://[::1", "http://h/\n", "http://" + "h" * 2000),
        *("http://{text}/", "javascript:alert(1)", "gopher://h/"),
    ],
)
def test_a_webhook_goes_to_web_addresses_only_and_into_private_networks_too(address: str) -> None:
    refused(ChannelKind.WEBHOOK, "channel_address", {"address": address})
    for fine in ("http://192.168.1.9/", "https://[fd00::1]:8443/x", "http://bureau.local/"):
        draft = ChannelDraft("c", ChannelKind.WEBHOOK, ChannelOptions(address=fine))
        check_channel(draft, Secrets({"signing_key": "k"}))


@pytest.mark.parametrize("address", ["", "smtp://h", "h h", "h:x", "u@h", "h:123456"])
def test_a_mail_server_is_a_name_and_a_port(address: str) -> None:
    refused(ChannelKind.SMTP, "channel_address", {"address": address})
    for fine in ("h", "10.0.0.1", "[fd00::1]:25"):
        options, secrets = GOOD[ChannelKind.SMTP]
        draft = ChannelDraft("c", ChannelKind.SMTP, ChannelOptions(**{**options, "address": fine}))
        check_channel(draft, Secrets(secrets))


@pytest.mark.parametrize(
    ("kind", "code", "options", "secrets"),
    [
        (ChannelKind.SMTP, "channel_recipients", {"recipients": ()}, {}),
        (ChannelKind.SMTP, "channel_recipients", {"recipients": ("a@b\nBcc: c@d",)}, {}),
        (ChannelKind.SMTP, "channel_recipients", {"recipients": ("a@b, c@d",)}, {}),
        (ChannelKind.SMTP, "channel_recipients", {"sender": "nobody"}, {}),
        (ChannelKind.SMTP, "channel_recipients", {"recipients": ("a@b",) * 101}, {}),
        (ChannelKind.SMS, "channel_recipients", {"recipients": ()}, {}),
        (ChannelKind.WECOM, "channel_recipients", {"recipients": ("",)}, {}),
        (ChannelKind.WECOM, "channel_secret", {}, {"other": "x"}),
        (ChannelKind.WECOM, "channel_secret", {}, {"key": "a\nb"}),
        (ChannelKind.SMS, "channel_secret", {}, {"Not a name": "x"}),
        (ChannelKind.APPRISE, "channel_secret", {}, {"urls": "a\0b"}),
        (ChannelKind.WECOM, "channel_secret", {}, {"key": "x" * 9000}),
        (ChannelKind.SMS, "channel_template", {"body": "nothing"}, {}),
        (ChannelKind.SMS, "channel_template", {"method": "PUT"}, {}),
        (ChannelKind.SMS, "channel_template", {"success": "("}, {}),
        (ChannelKind.SMS, "channel_template", {"headers": (("a b", "c"),)}, {}),
        (ChannelKind.SMS, "channel_template", {"headers": (("a", "c\r\nd: e"),)}, {}),
        (ChannelKind.SMS, "channel_template", {"body": "{text}\0"}, {}),
    ],
)
def test_a_channel_that_could_never_send_is_refused(
    kind: ChannelKind, code: str, options: dict[str, Any], secrets: dict[str, str]
) -> None:
    refused(kind, code, options, **secrets)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb"])
def test_a_channel_has_a_name(name: str) -> None:
    with pytest.raises(InputRefused) as caught:
        check_channel(ChannelDraft(name, ChannelKind.WECOM), Secrets({"key": "k"}))
    assert caught.value.code == "channel_name"


@pytest.mark.parametrize(
    "changes",
    [
        {"occasions": ()},
        {"occasions": (Occasion.OPENED, Occasion.OPENED)},
        {"least_points": -1.0},
        {"least_points": float("nan")},
        {"urgent_points": 101.0},
        {"quiet_from_minute": 5},
        {"quiet_from_minute": 5, "quiet_to_minute": 5},
        {"quiet_from_minute": 5, "quiet_to_minute": 1440},
        {"cool_down_s": 86401.0},
        {"townships": ("",)},
        {"townships": ("1",) * 1001},
    ],
)
def test_rules_that_cannot_be_kept_are_refused(changes: dict[str, Any]) -> None:
    draft = ChannelDraft("c", ChannelKind.WECOM, rules=Rules(**changes))
    with pytest.raises(InputRefused) as caught:
        check_channel(draft, Secrets({"key": "k"}))
    assert caught.value.code == "channel_rules"


def test_secrets_do_not_show_and_xml_is_one_message_each() -> None:
    assert "hush" not in repr(Secrets({"key": "hush"}))
    hook = ChannelDraft("c", ChannelKind.WEBHOOK)
    assert hook.bundles
    for payload in (Payload.CAP, Payload.GBT35965):
        assert not replace(hook, options=ChannelOptions(payload=payload)).bundles
    assert ChannelDraft("c", ChannelKind.SMS).bundles
