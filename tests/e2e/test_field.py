"""Somebody on the ground opens an order on a phone, tells what they see, also without a link."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from api_rig import PASSWORDS, START
from e2e_rig import Demo, Seen, running_watch
from exif_rig import with_exif
from fires_page import FIRE, WEST, FiresPage, fires_page
from photo_rig import gps_exif
from playwright.sync_api import Browser, BrowserContext, Page, expect

from camera_gateway.pictures import encode_jpeg
from models.duty import PersonDraft, Post, ShiftDraft
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

IN_CHINA = (106.655, 28.86)
GCJ_02_MOVES_M = (100.0, 1000.0)
"""So far, and no farther, the two systems are apart in China."""

OWN_WORD = "langes-neues-wort"
PHONE = {"width": 360, "height": 640}

OpenPhone = Callable[..., tuple[Page, Seen]]


@pytest.fixture
def open_phone(browser: Browser) -> Iterator[OpenPhone]:
    """A phone of its own, 360 pixels wide; with a place that its browser may tell, or without."""
    contexts: list[BrowserContext] = []

    def open_one(address: str, place: tuple[float, float] | None = None) -> tuple[Page, Seen]:
        where = None if place is None else {"longitude": place[0], "latitude": place[1]}
        context = browser.new_context(
            viewport=PHONE,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=True,
            is_mobile=True,
            geolocation=where and {**where, "accuracy": 12.0},  # type: ignore[typeddict-item]
            permissions=[] if place is None else ["geolocation"],
        )
        contexts.append(context)
        page, seen = context.new_page(), Seen()
        page.set_default_timeout(60_000)
        ours = (address, "blob:")
        page.on("request", lambda r: None if r.url.startswith(ours) else seen.outside.append(r.url))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
        return page, seen

    yield open_one
    for context in contexts:
        context.close()


def large_photo(*, placed: bool) -> bytes:
    """A JPEG of more than one part, with a place or without."""
    noise = np.random.default_rng(7).integers(0, 255, (700, 900, 3), np.uint8)
    picture = encode_jpeg(noise, 90)
    assert len(picture) > 3 * 128 * 1024
    lat = (28, 51, 36.0) if placed else (0, 0, 0.0)
    lon = (106, 39, 18.0) if placed else (0, 0, 0.0)
    return with_exif(picture, gps_exif(lat, lon))


@contextmanager
def signed_in(address: str, name: str, word: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60.0) as desk:
        desk.post("/api/session", json={"name": name, "password": word}).raise_for_status()
        yield desk


@contextmanager
def desk_of(watch: Demo) -> Iterator[httpx.Client]:
    """The administrator of a fresh watch, who has changed the first password."""
    with signed_in(watch.address, "admin", watch.password) as desk:
        words = {"current": watch.password, "new": OWN_WORD}
        desk.post("/api/session/password", json=words).raise_for_status()
        yield desk


@contextmanager
def desk_and_fires(folder: Path) -> Iterator[tuple[httpx.Client, FiresPage]]:
    """A monitor of a district with land and towers."""
    with fires_page(folder) as fires:
        word = PASSWORDS[Role.MONITOR]
        with signed_in(fires.demo.address, "monitor", word) as desk:
            yield desk, fires


def report(desk: httpx.Client, place: tuple[float, float], looks_deg: float | None = None) -> int:
    """Somebody tells of a fire there, or in a direction from there; its number."""
    spot = {"kind": "coordinates", "system": "WGS84", "first": place[0], "second": place[1]}
    there = {"kind": "place", "spot": spot, "radius_m": 100.0}
    seen = {"kind": "direction", "spot": spot, "bearing_deg": looks_deg, "north": "true"}
    told = desk.post(
        "/api/observations",
        json={
            "key": f"told-000-{looks_deg is None}",
            "source": "call",
            "sighting": there if looks_deg is None else {**seen, "sigma_deg": 2.0},
            "seen_at": datetime.now(UTC).isoformat(),
            "words": "坡上冒烟",
        },
    )
    assert told.status_code == 201, told.text
    return int(told.json()["incident_id"])


def order_of(desk: httpx.Client, incident_id: int, townships: list[str] | None) -> dict[str, Any]:
    body = {"incident_id": incident_id, "townships": townships, "note": "先看后山再回电话"}
    opened = desk.post("/api/orders", json=body)
    assert opened.status_code == 201, opened.text
    (order,) = opened.json()["orders"]
    return dict(order)


def link_of(desk: httpx.Client, order_id: int, address: str) -> str:
    """The link as a monitor reads it out, by the address that the test's browser reaches."""
    told = desk.get(f"/api/orders/{order_id}/link")
    assert told.status_code == 200, told.text
    return f"{address}/field/{told.json()['url'].partition('/field/')[2]}"


def entries(desk: httpx.Client, order_id: int, *kinds: str) -> list[dict[str, Any]]:
    order = desk.get(f"/api/orders/{order_id}").json()
    return [one for one in order["entries"] if one["kind"] in kinds]


def ready_without_link(page: Page) -> None:
    """The page's worker has kept all of it."""
    page.wait_for_function(
        """async () => {
            const kept = await caches.open("firewatch-field");
            const paths = (await kept.keys()).map((one) => new URL(one.url).pathname);
            return navigator.serviceWorker.controller && paths.some((one) => one.endsWith(".js"));
        }"""
    )


def test_an_answer_with_a_photo_survives_a_broken_link_and_a_closed_page_and_arrives_once(
    open_phone: OpenPhone, tmp_path: Path
) -> None:
    with running_watch(tmp_path) as watch, desk_of(watch) as desk:
        order_id = order_of(desk, report(desk, IN_CHINA), [""])["order_id"]
        link = link_of(desk, order_id, watch.address)
        page, seen = open_phone(watch.address, (106.6561, 28.8605))
        asked: list[str] = []
        page.on("request", lambda one: asked.append(f"{one.method} {one.url}"))
        page.goto(link)
        expect(page.get_by_test_id("field-open")).to_be_visible()
        assert page.url == f"{watch.address}/field/"
        assert entries(desk, order_id, "seen") == []  # a preview of the link opens nothing
        assert not [one for one in asked if "/api/" in one]
        keep(page, "link")

        page.get_by_test_id("field-open").click()
        expect(page.get_by_test_id("field-order")).to_have_attribute("data-order", str(order_id))
        assert len(entries(desk, order_id, "seen")) == 1
        expect(page.get_by_test_id("field-note")).to_have_text("先看后山再回电话")
        expect(page.get_by_test_id("field-drill")).to_have_count(0)
        expect(page.get_by_test_id("field-clock-push")).to_have_attribute("data-state", "kept")
        clocks_run(page)
        places_are_named(page)
        narrow(page)
        keep(page, "order")
        page.reload()
        page.get_by_test_id("field-left").click()
        expect(page.get_by_test_id("field-told").filter(has_text="出发")).to_have_count(1)

        without_a_link(page, desk, order_id)
        arrives_once(page, desk, order_id)
        over_and_another(page, desk, order_id, watch.address)
        clean(seen)


def without_a_link(page: Page, desk: httpx.Client, order_id: int) -> None:
    """What is told waits on the phone, also when the page is closed."""
    ready_without_link(page)
    page.context.set_offline(True)
    answer(page, "real", large_photo(placed=True), note="火头往东走")
    expect(page.get_by_test_id("field-waiting")).to_have_text("2 条待发送")
    page.get_by_test_id("field-arrived").click()
    expect(page.get_by_test_id("field-waiting")).to_have_text("3 条待发送")
    keep(page, "waiting")
    page.reload()
    expect(page.get_by_test_id("field-offline")).to_be_visible()
    expect(page.get_by_test_id("field-waiting")).to_have_text("3 条待发送")
    narrow(page)
    keep(page, "offline")
    assert entries(desk, order_id, "answered", "arrived", "noted") == []


def arrives_once(page: Page, desk: httpx.Client, order_id: int) -> None:
    """All of it, in its order, the photo byte for byte."""
    page.context.set_offline(False)
    expect(page.get_by_test_id("field-queue")).to_have_count(0)
    told = entries(desk, order_id, "left", "answered", "arrived", "noted")
    assert [one["kind"] for one in told] == ["left", "answered", "arrived", "noted"]
    assert told[1] | {"answer": "real", "note": "火头往东走", "photo": None} == told[1]
    assert told[1]["place"] is None
    photo = told[3]["photo"]
    assert photo["lon_deg"] == pytest.approx(106.655)
    assert photo["lat_deg"] == pytest.approx(28.86)
    assert photo["taken_at"] == "2026-11-25T02:30:00Z"
    assert desk.get(photo["url"]).content == large_photo(placed=True)
    said_at = datetime.fromisoformat(told[1]["told_at"])
    assert said_at < datetime.fromisoformat(told[2]["told_at"])
    assert abs(datetime.now(UTC) - said_at) < timedelta(minutes=5)
    expect(page.get_by_test_id("field-told").filter(has_text="照片已送达")).to_have_count(1)
    page.reload()  # nothing comes again
    expect(page.get_by_test_id("field-order")).to_be_visible()
    assert len(entries(desk, order_id, "left", "answered", "arrived", "noted")) == 4
    keep(page, "arrived")


def over_and_another(page: Page, desk: httpx.Client, order_id: int, address: str) -> None:
    """An order that is over shows no place; the same phone opens another one."""
    desk.post(f"/api/orders/{order_id}/close", json={"note": ""}).raise_for_status()
    page.reload()
    expect(page.get_by_test_id("field-over")).to_be_visible()
    expect(page.get_by_test_id("field-place")).to_have_count(0)
    keep(page, "over")

    second = order_of(desk, report(desk, IN_CHINA, looks_deg=93.0), [""])["order_id"]
    page.goto(link_of(desk, second, address))  # the same page, another fragment
    page.get_by_test_id("field-open").click()
    expect(page.get_by_test_id("field-order")).to_have_attribute("data-order", str(second))
    expect(page.get_by_test_id("field-bearing")).to_contain_text("只知道方向")
    expect(page.get_by_test_id("field-bearing")).to_contain_text("方位角 93°")
    expect(page.get_by_test_id("field-bearing")).to_contain_text("28.860000,106.655000")
    expect(page.get_by_test_id("field-wgs84")).to_have_count(0)
    narrow(page)
    keep(page, "bearing")


def test_a_link_is_one_phones_and_the_others_are_told_what_to_do(
    open_phone: OpenPhone, tmp_path: Path
) -> None:
    with desk_and_fires(tmp_path) as (desk, fires):
        address = fires.demo.address
        order_id = order_at(fires, desk)
        link = link_of(desk, order_id, address)
        page, seen = open_phone(address)
        page.goto(link)
        page.get_by_test_id("field-open").click()
        expect(page.get_by_test_id("field-township")).to_contain_text("镇")
        expect(page.get_by_test_id("field-place")).to_be_visible()
        expect(page.get_by_test_id("field-picture")).to_be_visible()
        narrow(page)
        keep(page, "direction")
        page.get_by_test_id("field-language").click()
        expect(page.get_by_test_id("field-real")).to_have_text("It burns")
        narrow(page)
        keep(page, "english")
        page.get_by_test_id("field-language").click()

        other, _ = open_phone(address)
        other.goto(link)
        other.get_by_test_id("field-open").click()
        expect(other.get_by_test_id("field-trouble")).to_have_attribute("data-code", "link_used")
        expect(other.get_by_test_id("field-stage")).to_contain_text("请打电话给值班室")
        keep(other, "refused")
        other.goto(f"{address}/field/#t=AAAA")
        other.get_by_test_id("field-open").click()
        expect(other.get_by_test_id("field-trouble")).to_have_attribute("data-code", "link_unknown")
        other.goto("about:blank")
        other.goto(f"{address}/field/")
        expect(other.get_by_test_id("field-stage")).to_have_attribute("data-stage", "none")
        keep(other, "none")

        answer(page, "handled", large_photo(placed=False), reason="炊烟", place=False)
        expect(page.get_by_test_id("field-told").filter(has_text="照片已送达")).to_have_count(1)
        told = entries(desk, order_id, "answered", "noted")
        assert [one["kind"] for one in told] == ["answered", "noted"]
        assert (told[0]["answer"], told[0]["reason"]) == ("handled", "kitchen_smoke")
        assert told[1]["photo"]["lon_deg"] is None
        # A general hazard does not leave the grid: the answer has closed the order, and the photo
        # that followed it was taken all the same.
        expect(page.get_by_test_id("field-over")).to_be_visible()
        clean(seen)


def test_a_photo_without_a_place_is_sent_with_the_phones_and_says_so(
    open_phone: OpenPhone, tmp_path: Path
) -> None:
    with desk_and_fires(tmp_path) as (desk, fires):
        address = fires.demo.address
        order_id = order_at(fires, desk)
        page, seen = open_phone(address, FIRE)
        page.goto(link_of(desk, order_id, address))
        page.get_by_test_id("field-open").click()
        page.get_by_test_id("field-unsure").click()
        page.get_by_test_id("field-gallery").set_input_files(jpeg_file(large_photo(placed=False)))
        expect(page.get_by_test_id("field-photo-place")).to_have_text("照片里没有位置")
        expect(page.get_by_test_id("field-photo-time")).to_contain_text("2026-11-25 10:30:00")
        page.get_by_test_id("field-locate").click()
        expect(page.get_by_test_id("field-spot")).to_contain_text("来自手机定位")
        page.get_by_test_id("field-spot").scroll_into_view_if_needed()
        narrow(page)
        keep(page, "form")
        # The link breaks within the photo, and the rest of it comes later.
        broken: list[str] = []

        def cut(route: Any) -> None:  # noqa: ANN401  # Playwright's own
            if "offset=0&" in route.request.url:
                route.continue_()
                return
            broken.append(route.request.url)
            route.abort()

        page.route("**/api/field/photos?*offset=*", cut)
        page.get_by_test_id("field-send").click()
        expect(page.get_by_test_id("field-waiting")).to_have_text("1 条待发送")
        expect(page.get_by_test_id("field-progress")).to_have_text(percent_of_one_part())
        keep(page, "resumed")
        (said,) = entries(desk, order_id, "answered")  # it did not wait for its photo
        assert said["answer"] == "unsure"
        assert said["place"]["lon_deg"] == pytest.approx(FIRE[0])
        assert said["place"]["accuracy_m"] == pytest.approx(12.0)
        assert broken
        page.unroute("**/api/field/photos?*offset=*")
        again: list[str] = []
        page.on("request", lambda one: again.append(one.url) if "offset=" in one.url else None)
        page.get_by_test_id("field-retry").click()
        expect(page.get_by_test_id("field-queue")).to_have_count(0)
        assert again
        assert not [one for one in again if "offset=0&" in one]  # what had come is not sent again
        (note,) = entries(desk, order_id, "noted")
        assert desk.get(note["photo"]["url"]).content == large_photo(placed=False)
        clean(seen, "Failed to load resource")


def order_at(fires: FiresPage, desk: httpx.Client) -> int:
    """An order for a fire that one tower sees, to who is on duty there; its number."""
    alert = fires.burn(WEST)
    found = desk.get(f"/api/incidents/{alert.incident_id}/orders").json()["suggested"]
    township = found[0]["township"] if found else "999001005"
    duty = fires.api.context.store.duty
    draft = PersonDraft("王网格", "13800001234", Post.GRID, township, "")
    person = duty.add_person(draft, author="t").person_id
    from_at = START - timedelta(hours=1)
    duty.add_shifts([ShiftDraft(person, from_at, from_at + timedelta(days=2), 0)], author="t")
    return int(order_of(desk, alert.incident_id, [township])["order_id"])


def jpeg_file(data: bytes) -> Any:  # noqa: ANN401  # Playwright's FilePayload
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": data}


def percent_of_one_part() -> str:
    return f"照片 {100 * 128 * 1024 // len(large_photo(placed=False))}%"


def answer(
    page: Page, what: str, photo: bytes, *, note: str = "", reason: str = "", place: bool = True
) -> None:
    page.get_by_test_id(f"field-{what}").click()
    if reason:
        page.get_by_test_id("field-reason").select_option(label=reason)
    page.get_by_test_id("field-note-text").fill(note)
    page.get_by_test_id("field-camera").set_input_files(jpeg_file(photo))
    known = "28.860000,106.655000" if place else "照片里没有位置"
    expect(page.get_by_test_id("field-photo-place")).to_contain_text(known)
    expect(page.get_by_test_id("field-locate")).to_have_count(0 if place else 1)
    page.get_by_test_id("field-send").click()
    expect(page.get_by_test_id("field-form")).to_have_count(0)


def clocks_run(page: Page) -> None:
    """They run without a word from the server, and no clock of the phone is asked."""
    clock = page.get_by_test_id("field-clock-verify").locator("strong")
    page.evaluate("Date.now = () => 0")
    first = clock.inner_text()
    expect(clock).not_to_have_text(first, timeout=5_000)
    minutes, seconds = clock.inner_text().split(":")
    before, since = first.split(":")
    assert 0 < int(before) * 60 + int(since) - int(minutes) * 60 - int(seconds) < 10


def places_are_named(page: Page) -> None:
    """Both systems by name, as far apart as they are, each with the link that takes it."""
    links = {}
    for key in ("wgs84", "gcj02"):
        box = page.get_by_test_id(f"field-{key}")
        expect(box).to_contain_text({"wgs84": "WGS 84", "gcj02": "GCJ-02"}[key])
        links[key] = box.locator("a").get_attribute("href") or ""
    assert links["wgs84"].startswith("geo:28.860000,106.655000?q=")
    assert links["gcj02"].startswith("androidamap://viewMap?")
    assert links["gcj02"].endswith("&dev=0")
    lat = float(links["gcj02"].partition("&lat=")[2].partition("&")[0])
    lon = float(links["gcj02"].partition("&lon=")[2].partition("&")[0])
    north_m = (lat - 28.86) * 111_000
    east_m = (lon - 106.655) * 111_000 * np.cos(np.radians(28.86))
    assert GCJ_02_MOVES_M[0] < np.hypot(north_m, east_m) < GCJ_02_MOVES_M[1]
    copy = page.get_by_test_id("field-gcj02").locator("button")
    copy.click()
    expect(copy).to_have_text("✓ 已复制")


def narrow(page: Page) -> None:
    """Nothing is wider than the phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def clean(seen: Seen, *known: str) -> None:
    """Nothing was asked of anybody else, and nothing broke but what was cut on purpose."""
    cut = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", *known)
    assert [error for error in seen.errors if not any(word in error for word in cut)] == []
    assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=f"{folder}/field-{name}.png", full_page=True)
