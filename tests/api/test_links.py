"""Nothing but the token itself opens a link, and its key is kept as keys are."""

import base64
import hashlib
import hmac
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.orders.links import LinkMaker
from models.errors import InputRefused, StoreDamaged
from models.order import OrderLink

SECRET = bytes(range(32))
AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
MAKER = LinkMaker(lambda: SECRET, "https://watch.bureau.cn/")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NUMBERS = st.integers(1, 2**62)


def link_of(link_id: int = 7, entry_id: int = 41) -> OrderLink:
    return OrderLink(link_id, 3, entry_id, 5, AT, 1e9)


LINK = link_of()
TOKEN = MAKER.token(LINK)


def test_it_is_what_it_says_by_hand() -> None:
    number, call = (7).to_bytes(8, "big"), (41).to_bytes(8, "big")
    proof = hmac.new(SECRET, b"firewatch order link 1" + number + call, hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(number + proof).decode().rstrip("=") == TOKEN
    assert len(TOKEN) == 54
    assert MAKER.url(LINK) == f"https://watch.bureau.cn/field/#t={TOKEN}"
    assert MAKER.has_address
    assert not LinkMaker(lambda: SECRET).has_address
    assert LinkMaker(lambda: SECRET).url(LINK) == f"/field/#t={TOKEN}"


@given(NUMBERS, NUMBERS)
def test_a_token_opens_its_link_and_tells_its_number(link_id: int, entry_id: int) -> None:
    link = link_of(link_id, entry_id)
    token = MAKER.token(link)
    assert MAKER.opens(token, link)
    assert MAKER.number_of(token) == link_id


@given(st.one_of(st.text(max_size=80), st.text(ALPHABET, min_size=54, max_size=54)))
def test_no_other_text_opens_it(text: str) -> None:
    assert MAKER.opens(text, LINK) is (text == TOKEN)
    number = MAKER.number_of(text)
    assert number is None or 0 < number < 2**63


@given(st.integers(0, 53), st.sampled_from(ALPHABET + "=+/ é\n"))
def test_no_text_that_differs_in_one_place_opens_it(at: int, sign: str) -> None:
    """Also in the last place, whose lowest bits carry nothing."""
    changed = TOKEN[:at] + sign + TOKEN[at + 1 :]
    assert MAKER.opens(changed, LINK) is (changed == TOKEN)


@given(st.integers(0, 39), st.integers(1, 255))
def test_no_bytes_that_differ_open_it(at: int, by: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN + "=="))
    raw[at] ^= by
    assert not MAKER.opens(base64.urlsafe_b64encode(raw).decode().rstrip("="), LINK)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_no_token_opens_another_link(first: int, call: int, second: int, other: int) -> None:
    token = MAKER.token(link_of(first, call))
    assert MAKER.opens(token, link_of(second, other)) is ((first, call) == (second, other))


@given(st.binary(min_size=32, max_size=32))
def test_no_other_key_makes_it(secret: bytes) -> None:
    assert (LinkMaker(lambda: secret).token(LINK) == TOKEN) is (secret == SECRET)


def test_an_order_that_differs_changes_nothing_the_call_does() -> None:
    assert MAKER.token(replace(LINK, order_id=4, person_id=None)) == TOKEN
    assert MAKER.token(replace(LINK, entry_id=42)) != TOKEN


def test_the_key_is_made_for_its_owner_when_it_is_needed_first(tmp_path: Path) -> None:
    path = tmp_path / "links.key"
    maker = LinkMaker.later(path)
    assert not path.exists()
    token = maker.token(LINK)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    assert LinkMaker.later(path).opens(token, LINK)
    assert LinkMaker(path.read_bytes).token(LINK) == token


def test_what_is_no_key_is_refused_with_a_code_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "links.key"
    path.write_bytes(b"x")
    with pytest.raises(StoreDamaged, match="32 bytes") as damaged:
        LinkMaker.later(path).token(LINK)
    assert damaged.value.code == "link_key"
    with pytest.raises(InputRefused, match=r"orders\.key_file") as refused:
        LinkMaker.later(tmp_path / "none" / "k").token(LINK)
    assert refused.value.code == "link_key"


def test_nothing_of_it_shows_the_key_or_a_token() -> None:
    assert "bytes" not in repr(MAKER)
    assert TOKEN not in repr(MAKER)
