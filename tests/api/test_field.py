"""The phone page: one link, one phone, one order; all else is refused, and written down."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from math import cos, pi, sin, sqrt
from typing import Any
from uuid import uuid4

import cv2
import numpy as np
import pytest
from api_rig import START, ApiRig
from crossing_rig import alert_of, fix_of, tower
from field_rig import LINK_S, Phone, audited, called, order_at
from order_rig import BESIDE, PHONE, calls_channel, confirm, on_duty, report
from photo_rig import jpeg, placed
from starlette.testclient import TestClient

from api.field.devices import COOKIE, LATE_S
from api.field.refusals import MOST_ADDRESSES, MOST_OF_ALL, MOST_OF_ONE, Refusals
from api.orders.links import LinkMaker
from camera_gateway.pictures import encode_jpeg
from models.alert import Alert
from models.clock import ManualClock
from models.order import OrderEntryKind, OrderState, Push
from models.site import HeightDatum, Position
from models.user import Role

KEY = "phone-0001"


@pytest.fixture
def phone(api: ApiRig) -> Phone:
    return Phone(api)


def refused(answer: Any) -> tuple[int, str]:  # noqa: ANN401
    return answer.status_code, answer.json()["code"]


def opening(client: TestClient, token: str) -> tuple[int, str]:
    answer = client.post("/api/field/open", json={"token": token})
    return answer.status_code, "" if answer.status_code == 200 else answer.json()["code"]


def tell(client: TestClient, **body: object) -> Any:  # noqa: ANN401
    return client.post("/api/field/tell", json={"key": KEY, **body})


def kinds(api: ApiRig, order_id: int = 1) -> list[str]:
    return [one.kind.value for one in api.context.store.orders.get(order_id).entries]


def send(client: TestClient, data: bytes, upload: str = "") -> Any:  # noqa: ANN401
    """Send a photo in small parts; the last answer."""
    mark, answer = upload or str(uuid4()), None
    for offset in range(0, len(data), 400):
        answer = client.post(
            f"/api/field/photos?upload={mark}&offset={offset}&total={len(data)}",
            content=data[offset : offset + 400],
            headers={"content-type": "application/octet-stream"},
        )
    return answer


# --- who may open it -------------------------------------------------------------------------


def test_a_link_is_opened_once_and_the_phone_has_a_secret_of_its_own_from_then_on(
    api: ApiRig, phone: Phone
) -> None:
    answer = phone.client.post("/api/field/open", json={"token": phone.token})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/api/field", "max-age="):
        assert part in cookie, part
    assert "secure" not in cookie, "without TLS it would never come back"
    assert answer.headers["cache-control"] == "no-store"
    secret = phone.client.cookies[COOKIE].partition(".")[0]
    link = api.context.store.orders.link(phone.link.link_id)
    assert link.opened_at == api.clock.now()
    assert link.device_sha256
    assert secret not in link.device_sha256
    assert phone.client.get("/api/field/order").json() == answer.json()
    assert opening(phone.client, phone.token) == (200, "")
    assert phone.client.cookies[COOKIE].partition(".")[0] == secret, "it stays the same phone"
    assert audited(api) == []


def test_over_tls_the_cookie_says_so(api: ApiRig, phone: Phone) -> None:
    client = TestClient(phone.client.app, base_url="https://testserver")
    answer = client.post("/api/field/open", json={"token": phone.token})
    assert "secure" in answer.headers["set-cookie"].lower()
    del api


def test_to_open_it_says_that_somebody_has_it_once(api: ApiRig, phone: Phone) -> None:
    api.clock.advance(30.0)
    phone.open()
    api.clock.advance(30.0)
    phone.open()
    order = api.context.store.orders.get(phone.order_id)
    assert order.state is OrderState.SEEN
    assert kinds(api) == ["opened", "called", "seen"]
    seen = order.entries[-1]
    assert (seen.author, seen.person_id) == (f"duty:{phone.person_id}", phone.person_id)
    assert order.stops.push_tick_s == order.opened_tick_s + 30.0


def test_reading_the_page_or_the_address_opens_nothing(api: ApiRig, phone: Phone) -> None:
    for path in ("/field/", "/api/field/open", f"/api/field/open?token={phone.token}"):
        phone.client.get(path)
    assert api.context.store.orders.link(phone.link.link_id).opened_at is None
    assert kinds(api) == ["opened", "called"]


def test_an_answer_that_was_lost_on_its_way_costs_no_link(api: ApiRig, phone: Phone) -> None:
    device = "a" * 42 + "A"
    body = {"token": phone.token, "device": device}
    assert api.client().post("/api/field/open", json=body).status_code == 200  # and never came
    again = phone.client.post("/api/field/open", json=body)
    assert again.status_code == 200
    assert phone.client.get("/api/field/order").json()["order_id"] == phone.order_id
    for other in (None, "b" * 42 + "A", "", "a" * 44):
        refused = api.client().post("/api/field/open", json=body | {"device": other})
        assert refused.status_code in {403, 422}
        assert device not in refused.text
    assert device not in str(api.context.store.audit.entries(50))


def test_what_a_lost_receipt_left_in_the_queue_counts_once_after_another_call(
    api: ApiRig, phone: Phone
) -> None:
    phone.open()
    body = {"kind": "noted", "note": "有烟", "key": "note-0001"}
    assert phone.client.post("/api/field/tell", json=body).status_code == 200
    link = called(api, phone.order_id, phone.person_id)
    token = api.context.links.token(link)
    assert phone.client.post("/api/field/open", json={"token": token}).status_code == 200
    assert phone.client.post("/api/field/tell", json=body).status_code == 200
    entries = api.context.store.orders.get(phone.order_id).entries
    notes = [one for one in entries if one.kind is OrderEntryKind.NOTED]
    assert len(notes) == 1


def test_a_link_that_was_forwarded_is_refused_and_written_down_with_the_address(
    api: ApiRig, phone: Phone
) -> None:
    phone.open()
    other = api.client()
    assert opening(other, phone.token) == (403, "link_used")
    assert COOKIE not in other.cookies
    assert refused(other.get("/api/field/order")) == (401, "device_unknown")
    link_id = str(phone.link.link_id)
    assert audited(api) == [(link_id, {"why": "link_used", "address": "testclient"})]
    assert phone.client.get("/api/field/order").status_code == 200, "the first one goes on"


def test_an_expired_link_is_refused_and_written_down(api: ApiRig, phone: Phone) -> None:
    api.clock.advance(LINK_S + 1.0)
    assert opening(phone.client, phone.token) == (410, "link_expired")
    assert [one["why"] for _, one in audited(api)] == ["link_expired"]


def test_a_server_whose_clock_is_set_neither_shortens_nor_prolongs_a_link(
    api: ApiRig, phone: Phone
) -> None:
    api.clock.advance(LINK_S - 1.0)
    api.clock.set_wall(timedelta(days=400))
    assert opening(phone.client, phone.token) == (200, "")
    second = Phone(api, "李", order_id=phone.order_id)
    api.clock.set_wall(timedelta(days=-800))
    api.clock.advance(LINK_S + 1.0)
    assert opening(second.client, second.token) == (410, "link_expired")


@pytest.mark.parametrize("how", ["close", "withdraw"])
def test_a_link_of_an_order_that_is_over_is_refused_and_written_down(
    api: ApiRig, phone: Phone, how: str
) -> None:
    getattr(api.context.store.orders, how)(phone.order_id, author="monitor")
    assert api.context.store.orders.link(phone.link.link_id).revoked_at is not None
    assert opening(phone.client, phone.token) == (410, "link_over")
    assert [one["why"] for _, one in audited(api)] == ["link_over"]


def guesses(api: ApiRig, phone: Phone) -> list[str]:
    """Tokens that are none: noise, another key's, another call's, another link's, one sign off."""
    other = LinkMaker(lambda: b"k" * 32)
    maker = api.context.links
    return [
        "x",
        "A" * 54,
        other.token(phone.link),
        maker.token(replace(phone.link, entry_id=phone.link.entry_id + 1)),
        maker.token(replace(phone.link, link_id=phone.link.link_id + 1)),
        maker.token(replace(phone.link, link_id=2**62)),
        phone.token[:-1] + ("A" if phone.token[-1] != "A" else "B"),
        phone.token + "=",
        phone.token.lower(),
    ]


def test_guessed_tokens_are_refused_and_written_down_without_them(
    api: ApiRig, phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    tried = guesses(api, phone)
    with caplog.at_level(logging.DEBUG):
        for token in tried:
            assert opening(phone.client, token) == (403, "link_unknown"), token
    assert audited(api) == [("", {"why": "link_unknown", "address": "testclient"})] * len(tried)
    log = json.dumps([str(one) for one in api.context.store.audit.entries(500)])
    for token in [*tried[1:], phone.token]:
        assert token not in log + caplog.text
    assert opening(phone.client, phone.token) == (200, ""), "the right one opens it all the same"


def test_who_guesses_is_slowed_down_and_fills_no_log_and_the_right_link_is_not_held_up(
    api: ApiRig, phone: Phone
) -> None:
    guesser = api.client()
    for _ in range(MOST_OF_ONE):
        assert opening(guesser, "A" * 54) == (403, "link_unknown")
    for _ in range(30):
        assert opening(guesser, "A" * 54) == (429, "link_attempts")
    whys = [one["why"] for _, one in audited(api)]
    assert whys == ["link_unknown"] * MOST_OF_ONE + ["link_attempts"]
    assert opening(phone.client, phone.token) == (200, ""), "of the same address"
    api.clock.advance(60.0)
    assert opening(guesser, "A" * 54) == (403, "link_unknown")


def test_the_memory_of_refusals_is_bounded_and_forgets_in_a_minute() -> None:
    clock = ManualClock(START)
    book = Refusals(clock)
    for number in range(MOST_ADDRESSES + 500):
        book.count(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        if number % 50 == 0:
            clock.advance(60.0)
    assert len(book._of) == MOST_ADDRESSES
    clock.advance(60.0)
    overs = [book.count("::1") for _ in range(MOST_OF_ONE + 3)]
    assert overs == [0] * MOST_OF_ONE + [1, 2, 2]


def test_a_whole_network_of_ipv6_counts_as_one_and_all_together_have_a_bound() -> None:
    book = Refusals(ManualClock(START))
    overs = [book.count(f"2001:db8:1:2::{number:x}") for number in range(MOST_OF_ONE + 2)]
    assert overs[-2:] == [1, 2]
    assert book.count("2001:db8:1:3::1") == 0
    left = MOST_OF_ALL - MOST_OF_ONE - 1 - 1
    overs = [book.count(f"10.0.0.{number}") for number in range(left + 2)]
    assert overs == [0] * left + [1, 2]


@pytest.mark.parametrize(
    "cookie", ["", "x", "." * 60, "A" * 43 + ".1", "A" * 43 + ".x", "A" * 43 + "." + "9" * 40]
)
def test_a_cookie_that_is_none_of_ours_opens_nothing(
    api: ApiRig, phone: Phone, cookie: str
) -> None:
    phone.open()
    stranger = api.client()
    stranger.cookies.set(COOKIE, cookie)
    for method, path in (("GET", "order"), ("GET", "picture"), ("POST", "tell")):
        body = {"json": {"kind": "left", "key": KEY}} if method == "POST" else {}
        answer = stranger.request(method, f"/api/field/{path}", **body)  # type: ignore[arg-type]
        assert refused(answer) == (401, "device_unknown")
    assert [one["why"] for _, one in audited(api)] == ["device_unknown"] * 3
    assert kinds(api) == ["opened", "called", "seen"]


def test_without_a_cookie_nothing_is_written_down(api: ApiRig) -> None:
    assert refused(api.client().get("/api/field/order")) == (401, "device_unknown")
    assert audited(api) == []


def test_a_session_of_the_console_opens_nothing_here(api: ApiRig, phone: Phone) -> None:
    phone.open()
    admin = api.client(Role.ADMIN)
    assert refused(admin.get("/api/field/order")) == (401, "device_unknown")


def test_the_cookie_of_a_phone_opens_nothing_elsewhere(api: ApiRig, phone: Phone) -> None:
    phone.open()
    value = phone.client.cookies[COOKIE]
    client = api.client()
    client.headers["cookie"] = f"{COOKIE}={value}; firewatch_session={value}"
    for path in ("/api/orders", "/api/incidents/1", "/api/duty/people"):
        assert refused(client.get(path)) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"content-type": "text/plain"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://testserver"}, 200),
    ],
)
def test_no_other_site_tells_anything(
    api: ApiRig, phone: Phone, headers: dict[str, str], status: int
) -> None:
    phone.open()
    body = json.dumps({"kind": "left", "key": KEY})
    answer = phone.client.post(
        "/api/field/tell", content=body, headers={"content-type": "application/json", **headers}
    )
    assert answer.status_code == status
    assert ("left" in kinds(api)) is (status == 200)


# --- another order, another township ----------------------------------------------------------


def test_a_phone_sees_and_tells_of_its_own_order_only(api: ApiRig, phone: Phone) -> None:
    phone.open()
    theirs = order_at(api, township=BESIDE, key="told-0002")
    other = Phone(api, "赵", order_id=theirs)
    other.open()
    for method, path in (("GET", "order"), ("GET", "picture"), ("POST", "tell")):
        body = {"json": {"kind": "left", "key": KEY}} if method == "POST" else {}
        answer = phone.client.request(
            method,
            f"/api/field/{path}?order={theirs}",
            **body,  # type: ignore[arg-type]
        )
        assert refused(answer) == (403, "link_unknown")
        link_id = str(phone.link.link_id)
        assert audited(api)[-1] == (link_id, {"why": "link_unknown", "address": "testclient"})
    assert len(audited(api)) == 3
    assert refused(phone.client.get("/api/field/order?order=99"))[1] == "link_unknown"
    assert tell(phone.client, kind="left").status_code == 200
    assert "left" in kinds(api, phone.order_id)
    assert "left" not in kinds(api, theirs)
    assert phone.client.get("/api/field/order").json()["order_id"] == phone.order_id


def test_two_called_to_one_order_have_links_of_their_own_and_see_not_what_the_other_told(
    api: ApiRig, phone: Phone
) -> None:
    second = Phone(api, "李站长", order_id=phone.order_id)
    phone.open()
    second.open()
    assert tell(phone.client, kind="noted", note="mine").status_code == 200
    assert tell(second.client, kind="noted", note="theirs").status_code == 200, "the same key"
    for one, words in ((phone, "mine"), (second, "theirs")):
        entries = one.client.get("/api/field/order").json()["entries"]
        assert [entry["note"] for entry in entries] == ["", words]
        assert entries[-1]["key"] == KEY
    assert kinds(api).count("noted") == 2


def test_a_phone_that_opens_a_second_link_goes_on_with_both(api: ApiRig, phone: Phone) -> None:
    phone.open()
    second = order_at(api, township=BESIDE, key="told-0002")
    link = called(api, second, phone.person_id)
    assert opening(phone.client, api.context.links.token(link)) == (200, "")
    assert phone.client.get("/api/field/order").json()["order_id"] == second
    first = phone.client.get(f"/api/field/order?order={phone.order_id}").json()
    assert first["order_id"] == phone.order_id
    answer = phone.client.post(
        f"/api/field/tell?order={phone.order_id}", json={"kind": "left", "key": KEY}
    )
    assert answer.json()["order_id"] == phone.order_id
    assert ("left" in kinds(api), "left" in kinds(api, second)) == (True, False)
    assert opening(phone.client, phone.token) == (200, ""), "and back by the first link"
    assert phone.client.get("/api/field/order").json()["order_id"] == phone.order_id
    assert audited(api) == []


def test_a_photo_of_another_fire_is_not_to_be_named(api: ApiRig, phone: Phone) -> None:
    other = Phone(api, "赵", order_id=order_at(api, township=BESIDE, key="told-0002"))
    fires = [api.context.store.orders.get(one).draft.incident_id for one in (1, 2)]
    assert len(set(fires)) == 2
    phone.open()
    other.open()
    name = send(other.client, placed()).json()["photo"]["photo"]
    answer = tell(phone.client, kind="noted", photo=name)
    assert refused(answer) == (422, "photo_unknown")


# --- what it is shown ----------------------------------------------------------------------------


def test_it_is_shown_where_to_go_in_both_systems_by_name(phone: Phone) -> None:
    shown = phone.open()
    place: Any = shown["place"]
    assert place["wgs84"] == {"lon_deg": place["lon_deg"], "lat_deg": place["lat_deg"]}
    assert place["radius_m"] > 0.0
    assert place["gcj02"] is None, "the drill's district is not in China: there is no such system"
    assert shown["bearing"] is None
    assert shown["picture"] is False
    assert (shown["order_id"], shown["is_drill"], shown["note"]) == (1, False, "快去看看")
    assert shown["answers"] == ["real", "false", "handled", "unsure"]
    assert "field_burn" in shown["reasons"]  # type: ignore[operator]
    assert [one["kind"] for one in shown["clocks"]] == ["push", "verify", "leave"]  # type: ignore[attr-defined]
    assert "phone" not in json.dumps(shown)
    assert PHONE not in json.dumps(shown)


def test_in_china_gcj02_is_what_an_independent_formula_says(api: ApiRig) -> None:
    """The published formula by hand, in Qijiang: half a kilometre off, to the south-east."""
    at = Position(106.65, 29.03, 0.0, HeightDatum.GROUND)
    phone = Phone(api, order_id=order_at(api, incident_id=report(api, at)))
    place: Any = phone.open()["place"]
    lon_deg, lat_deg = _gcj02(106.65, 29.03)
    assert place["gcj02"]["lon_deg"] == pytest.approx(lon_deg, abs=2e-6)
    assert place["gcj02"]["lat_deg"] == pytest.approx(lat_deg, abs=2e-6)
    assert place["wgs84"] == {"lon_deg": 106.65, "lat_deg": 29.03}


def _gcj02(lon_deg: float, lat_deg: float) -> tuple[float, float]:
    x, y = lon_deg - 105.0, lat_deg - 35.0
    north = -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    a, ee = 6378245.0, 0.00669342162296594323
    magic = 1 - ee * sin(lat_deg / 180 * pi) ** 2
    north = north * 180 / ((a * (1 - ee)) / (magic * sqrt(magic)) * pi)
    east = east * 180 / (a / sqrt(magic) * cos(lat_deg / 180 * pi) * pi)
    return lon_deg + east, lat_deg + north


def test_a_fire_of_direction_only_is_shown_as_a_bearing_and_never_as_a_place(api: ApiRig) -> None:
    camera = tower("t3-drill", -84.3725, 36.2225)
    api.context.store.cameras.put(camera)
    alert = alert_of(api, camera, fix_of(camera, (-84.30619, 36.2463)))
    phone = Phone(api, order_id=order_at(api, incident_id=alert.incident_id, township=""))
    shown = phone.open()
    assert shown["place"] is None
    bearing: Any = shown["bearing"]
    assert bearing["from_name"] == "塔 t3-drill"
    assert (bearing["from_lon_deg"], bearing["from_lat_deg"]) == (-84.3725, 36.2225)
    assert bearing["bearing_deg"] == pytest.approx(66.1, abs=0.5)
    assert shown["is_drill"] is True


def test_the_picture_is_small_and_is_the_surest_one(api: ApiRig, burn: Callable[[], Alert]) -> None:
    alert = burn()
    noise = np.random.default_rng(1).integers(0, 255, (2160, 3840, 3), np.uint8)
    large = encode_jpeg(noise, 95)
    assert len(large) > 2_000_000
    for frame in alert.evidence:
        api.context.vault.put(frame.key, large)
    phone = Phone(api, order_id=order_at(api, incident_id=alert.incident_id))
    assert phone.open()["picture"] is True
    answer = phone.client.get("/api/field/picture")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) <= 200_000
    shown = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape[1] / shown.shape[0] == pytest.approx(16 / 9, rel=0.01)


def test_without_a_picture_there_is_none(phone: Phone) -> None:
    phone.open()
    assert refused(phone.client.get("/api/field/picture")) == (404, "not_found")


# --- what it tells --------------------------------------------------------------------------------


def test_an_answer_with_photo_place_and_time_stands_in_the_order(api: ApiRig, phone: Phone) -> None:
    phone.open()
    photo = send(phone.client, placed()).json()["photo"]
    assert photo["taken_at"] == "2026-11-25T02:30:00Z"
    assert (photo["lat_deg"], photo["lon_deg"]) == pytest.approx((28.86, 106.655))
    api.clock.advance(20.0)
    answer = tell(
        phone.client,
        kind="answered",
        answer="real",
        note="看到明火",
        photo=photo["photo"],
        place={"lon_deg": 106.65, "lat_deg": 29.03, "accuracy_m": 12.0},
        told_at="2026-11-25T11:00:10+08:00",
    )
    assert answer.status_code == 200, answer.text
    mine = answer.json()["entries"][-1]
    assert (mine["kind"], mine["answer"], mine["key"]) == ("answered", "real", KEY)
    assert mine["photo"] == {key: photo[key] for key in ("taken_at", "lon_deg", "lat_deg")}
    order = api.context.store.orders.get(phone.order_id)
    entry = order.entries[-1]
    assert entry.told is not None
    assert entry.told.photo is not None
    assert entry.told.photo.position is not None
    assert api.context.vault.get(entry.told.photo.key) == placed()
    assert entry.told.told_at is not None
    assert entry.told.told_at.isoformat() == "2026-11-25T03:00:10+00:00"
    assert (entry.author, entry.person_id) == (f"duty:{phone.person_id}", phone.person_id)
    assert order.stops.verify_tick_s == order.opened_tick_s + 20.0
    assert order.state is OrderState.ANSWERED


def test_what_comes_again_counts_once(api: ApiRig, phone: Phone) -> None:
    phone.open()
    first = tell(phone.client, kind="left")
    api.clock.advance(5.0)
    again = tell(phone.client, kind="left")
    assert first.status_code == again.status_code == 200
    assert first.json()["entries"] == again.json()["entries"]
    assert kinds(api).count("left") == 1


def test_what_waited_on_a_phone_until_the_order_was_over_is_kept(api: ApiRig, phone: Phone) -> None:
    phone.open()
    api.context.store.orders.close(phone.order_id, author="monitor")
    api.clock.advance(3600.0)
    name = send(phone.client, placed()).json()["photo"]["photo"]
    said = {"kind": "answered", "answer": "real", "note": "起火了", "photo": name}
    answer = tell(phone.client, told_at="2026-11-25T03:00:30Z", **said)
    assert answer.status_code == 200, answer.text
    entry = api.context.store.orders.get(phone.order_id).entries[-1]
    assert entry.kind is OrderEntryKind.NOTED
    assert entry.told is not None
    assert (entry.told.answer, entry.told.note) == ("real", "起火了")
    assert entry.told.photo is not None
    assert tell(phone.client, told_at="2026-11-25T03:00:30Z", **said).status_code == 200
    assert kinds(api).count("noted") == 1
    late = phone.client.post("/api/field/tell", json={"kind": "left", "key": "phone-0002"})
    assert refused(late) == (409, "order_over")
    assert api.context.store.orders.get(phone.order_id).state is OrderState.CLOSED


def test_of_an_order_that_is_over_a_phone_sees_no_place_and_no_picture_any_more(
    api: ApiRig, burn: Callable[[], Alert]
) -> None:
    phone = Phone(api, order_id=order_at(api, incident_id=burn().incident_id))
    assert phone.open()["picture"] is True
    api.context.store.orders.withdraw(phone.order_id, author="monitor", note="nothing")
    shown = phone.client.get("/api/field/order").json()
    assert shown["state"] == "withdrawn"
    assert (shown["place"], shown["bearing"], shown["picture"]) == (None, None, False)
    assert (shown["answers"], shown["reasons"], shown["note"]) == ([], [], "")
    assert refused(phone.client.get("/api/field/picture")) == (404, "not_found")
    assert opening(phone.client, phone.token) == (200, ""), "its own phone is told that it is over"
    assert kinds(api)[-1] == "withdrawn"


def test_a_phone_that_comes_days_after_its_link_expired_is_refused_and_written_down(
    api: ApiRig, phone: Phone
) -> None:
    phone.open()
    api.clock.advance(LINK_S + 60.0)
    shown = phone.client.get("/api/field/order").json()
    assert shown["place"] is not None, "who has used it in time goes on"
    assert tell(phone.client, kind="noted", note="late").status_code == 200
    api.clock.advance(LATE_S)
    link_id = str(phone.link.link_id)
    for answer in (
        phone.client.get("/api/field/order"),
        phone.client.post("/api/field/tell", json={"kind": "noted", "note": "x", "key": "k" * 8}),
        phone.client.post("/api/field/open", json={"token": phone.token}),
    ):
        assert refused(answer) == (410, "link_expired")
    assert audited(api) == [(link_id, {"why": "link_expired", "address": "testclient"})] * 3


def test_the_duty_room_has_a_link_too(api: ApiRig) -> None:
    order_id = order_at(api)
    link = called(api, order_id, None)
    client = api.client()
    assert opening(client, api.context.links.token(link)) == (200, "")
    assert tell(client, kind="noted", note="room").status_code == 200
    entry = api.context.store.orders.get(order_id).entries[-1]
    assert (entry.author, entry.person_id) == ("duty:room", None)


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "answered"},
        {"kind": "left", "answer": "real"},
        {"kind": "called"},
        {"kind": "closed"},
        {"kind": "noted"},
        {"kind": "noted", "note": "x" * 4001},
        {"kind": "left", "key": "short"},
        {"kind": "left", "told_at": "2026-11-25T03:00:00"},
        {"kind": "left", "told_at": "9999-12-31T23:59:59Z"},
        {"kind": "left", "place": {"lon_deg": 181.0, "lat_deg": 0.0, "accuracy_m": 1.0}},
        {"kind": "left", "place": {"lon_deg": 0.0, "lat_deg": 0.0, "accuracy_m": -1.0}},
        {"kind": "answered", "answer": "real", "reason": "fog"},
        {"kind": "noted", "photo": "0" * 64 + ".jpg"},
        {"kind": "noted", "photo": "../../links.key"},
        {"kind": "left", "order_id": 2},
    ],
)
def test_what_cannot_be_told_is_refused(api: ApiRig, phone: Phone, body: dict[str, Any]) -> None:
    phone.open()
    before = kinds(api)
    answer = tell(phone.client, **body)
    assert answer.status_code == 422, answer.text
    assert kinds(api) == before


def test_a_fire_that_burns_is_not_closed_by_the_village(api: ApiRig, phone: Phone) -> None:
    phone.open()
    confirm(api, api.context.store.orders.get(phone.order_id).draft.incident_id)
    answer = tell(phone.client, kind="answered", answer="false", reason="field_burn")
    assert answer.json()["state"] == "answered"


# --- photos in parts -----------------------------------------------------------------------------


def test_a_photo_is_resumed_where_it_broke_off(api: ApiRig, phone: Phone) -> None:
    phone.open()
    data, mark = placed(), str(uuid4())
    path = f"/api/field/photos?upload={mark}"
    assert phone.client.get(path).json() == {"received": 0, "photo": None}
    half = len(data) // 2

    def part(offset: int, content: bytes, total: int = 0) -> Any:  # noqa: ANN401
        return phone.client.post(
            f"{path}&offset={offset}&total={total or len(data)}", content=content
        )

    assert part(0, data[:half]).json() == {"received": half, "photo": None}
    assert phone.client.get(path).json() == {"received": half, "photo": None}
    assert part(0, data[:half]).json()["received"] == half, "its answer was lost"
    assert part(half + 1, data[half + 1 :]).json()["received"] == half, "a hole is not filled in"
    assert refused(part(half, data[half:], len(data) + 1)) == (409, "upload_mismatch")
    done = part(half, data[half:]).json()
    assert done["received"] == len(data)
    assert done["photo"]["taken_at"] == "2026-11-25T02:30:00Z"
    assert phone.client.get(path).json() == done
    assert part(len(data), b"").json() == done, "whoever did not hear it asks again"
    folder = api.context.settings.data_dir / "field-photos" / str(phone.link.link_id)
    assert [one.suffix for one in folder.iterdir()] == [".done"]
    incident_id = api.context.store.orders.get(phone.order_id).draft.incident_id
    key = f"incidents/{incident_id:06d}/{done['photo']['photo']}"
    assert api.context.vault.get(key) == data


def test_no_phone_sees_or_fills_the_upload_of_another_one(api: ApiRig, phone: Phone) -> None:
    second = Phone(api, "李", order_id=phone.order_id)
    phone.open()
    second.open()
    data, mark = jpeg(), str(uuid4())
    path = f"/api/field/photos?upload={mark}"
    whole = f"{path}&offset=0&total={len(data)}"
    phone.client.post(whole, content=data[:100])
    assert second.client.get(path).json()["received"] == 0
    assert second.client.post(whole, content=data[:50]).json()["received"] == 50
    assert phone.client.get(path).json()["received"] == 100


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"GIF89a" + b"x" * 100, "photo_kind"), (jpeg()[:200] + b"\0" * 50, "photo_damaged")],
)
def test_what_is_no_photo_is_refused_and_gone(
    api: ApiRig, phone: Phone, data: bytes, code: str
) -> None:
    phone.open()
    mark = str(uuid4())
    assert refused(send(phone.client, data, mark)) == (422, code)
    answer = phone.client.get(f"/api/field/photos?upload={mark}").json()
    assert answer == {"received": 0, "photo": None}
    folder = api.context.settings.data_dir / "field-photos" / str(phone.link.link_id)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("query", "size", "status", "code"),
    [
        ("offset=0&total=20971521", 10, 422, "input_refused"),
        ("offset=0&total=0", 0, 422, "input_refused"),
        ("offset=-1&total=10", 1, 422, "input_refused"),
        ("offset=5&total=10", 6, 422, "upload_size"),
        ("offset=11&total=10", 0, 422, "upload_size"),
        ("offset=0&total=9000000", 256 * 1024 + 1, 413, "body_too_large"),
        ("offset=0&total=9000000", 256 * 1024, 200, ""),
    ],
)
def test_sizes_are_bounded(phone: Phone, query: str, size: int, status: int, code: str) -> None:
    phone.open()
    answer = phone.client.post(f"/api/field/photos?upload={uuid4()}&{query}", content=b"x" * size)
    assert answer.status_code == status, answer.text
    if code:
        assert answer.json()["code"] == code


@pytest.mark.parametrize("mark", ["..", "x", "..%2f..%2flinks.key", "0" * 31])
def test_a_mark_is_a_uuid_and_no_path(phone: Phone, mark: str) -> None:
    phone.open()
    path = f"/api/field/photos?upload={mark}&offset=0&total=10"
    assert phone.client.post(path, content=b"0123456789").status_code == 422


def test_a_body_is_no_larger_than_a_phone_has_use_for(phone: Phone) -> None:
    phone.open()
    answer = phone.client.post("/api/field/tell", content=b"{" + b" " * 40_000)
    assert answer.status_code == 413


def test_photos_of_a_link_are_counted_and_cleared_after_a_day(api: ApiRig, phone: Phone) -> None:
    phone.open()
    for _ in range(20):
        path = f"/api/field/photos?upload={uuid4()}&offset=0&total=1000"
        assert phone.client.post(path, content=b"x").status_code == 200
    path = f"/api/field/photos?upload={uuid4()}&offset=0&total=1000"
    assert refused(phone.client.post(path, content=b"x")) == (409, "upload_count")
    folder = api.context.settings.data_dir / "field-photos"
    api.clock.advance(86_300.0)
    api.context.phones.uploads.tidy()
    assert len(list((folder / str(phone.link.link_id)).iterdir())) == 20
    api.clock.advance(200.0)
    api.context.phones.uploads.tidy()
    assert list(folder.iterdir()) == []
    # The link has expired by now, and what was in the queue is taken all the same.
    assert phone.client.post(path, content=b"x").status_code == 200


def test_a_push_that_somebody_answers_is_given_up(api: ApiRig) -> None:
    order_id, person_id = order_at(api), on_duty(api, "a")
    link = called(api, order_id, person_id, (calls_channel(api),))
    assert opening(api.client(), api.context.links.token(link)) == (200, "")
    found: list[Push] = api.context.store.orders.pushes(order_id)
    assert [one.state.value for one in found] == ["given_up"]


def test_an_idempotency_key_of_a_console_in_the_same_browser_keeps_nothing_of_it(
    api: ApiRig, phone: Phone
) -> None:
    admin = api.client(Role.ADMIN)
    answer = admin.post(
        "/api/field/open", json={"token": phone.token}, headers={"idempotency-key": "k" * 16}
    )
    assert answer.status_code == 200
    assert api.context.store.answers.find("admin", "k" * 16) is None
