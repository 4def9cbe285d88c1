from urllib.parse import quote, urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from camera_gateway.credentials import address_with, host_of, split_address
from models.camera_link import Credential
from models.errors import InputRefused

AWKWARD = "aZ09@#/:%? &=+;,[]'\"林火é~-_.!"
words = st.text(st.sampled_from(AWKWARD), max_size=12)
sites = st.sampled_from(
    [
        "10.0.0.5",
        "10.0.0.5:554/Streaming/Channels/101",
        "tower-1.example:8554/a/b?channel=1&subtype=0",
        "[2001:db8::7]:554/live",
        "[::1]",
        "cam_1/stream",
    ]
)
schemes = st.sampled_from(["rtsp", "rtsps", "http", "https"])


@given(schemes, sites, words, words)
@example("rtsp", "10.0.0.5:554/x", "admin", "p@ss#w/o:rd?1")
def test_what_is_put_together_comes_apart_again(
    scheme: str, site: str, user: str, password: str
) -> None:
    address = f"{scheme}://{site}"
    whole = address_with(address, Credential(user, password))
    expected = Credential(user, password) if user or password else None
    assert split_address(whole) == (address, expected)


@given(words, words)
def test_the_url_reads_the_same_to_others(user: str, password: str) -> None:
    whole = address_with("http://10.0.0.5:81/a?b=c", Credential(user, password))
    seen = httpx.URL(whole)
    assert (seen.username, seen.password, seen.host, seen.port) == (user, password, "10.0.0.5", 81)
    parts = urlsplit(whole)
    assert parts.hostname == "10.0.0.5"
    assert parts.path == "/a"
    if user or password:
        assert parts.username == quote(user, safe="")
        assert parts.password == quote(password, safe="")


@given(st.sampled_from(["10.0.0.5:554/a", "[2001:db8::7]:554/live"]), words, words)
@example("10.0.0.5:554/a", "Z?", "")
@example("10.0.0.5:554/a", "a/b", "secret")
def test_typed_as_it_is_it_is_understood_or_refused_but_never_misread(
    site: str, user: str, password: str
) -> None:
    typed = f"rtsp://{user}:{password}@{site}"
    try:
        address, credential = split_address(typed)
    except InputRefused:
        return
    assert address == f"rtsp://{site}"
    if "%" not in user + password and ":" not in user:
        assert credential == Credential(user, password)


@pytest.mark.parametrize(
    ("typed", "address", "user", "password"),
    [
        ("rtsp://admin:p@ss#w/o:rd?1@10.0.0.5/x", "rtsp://10.0.0.5/x", "admin", "p@ss#w/o:rd?1"),
        ("rtsp://admin:p@ss@nvr.local:554/x", "rtsp://nvr.local:554/x", "admin", "p@ss"),
        ("RTSP://admin:a%40b@[::1]:554/", "rtsp://[::1]:554/", "admin", "a@b"),
        (" http://admin:50%@cam1 ", "http://cam1", "admin", "50%"),
        ("http://admin:a/b@10.0.0.5/x@y", "http://10.0.0.5/x@y", "admin", "a/b"),
        ("http://admin@10.0.0.5", "http://10.0.0.5", "admin", ""),
        ("http://:secret@10.0.0.5", "http://10.0.0.5", "", "secret"),
        ("http://管理员:口令@10.0.0.5", "http://10.0.0.5", "管理员", "口令"),
    ],
)
def test_a_credential_in_an_address(typed: str, address: str, user: str, password: str) -> None:
    assert split_address(typed) == (address, Credential(user, password))


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://10.0.0.5/stream@1",
        "http://10.0.0.5/snap?mail=a@b.example",
        "rtsp://10.0.0.5:554/cam/realmonitor?channel=1&subtype=1",
        "rtsp://nvr:8554/gb28181/34020000001320000001@34020000001320000001",
    ],
)
def test_an_at_sign_in_a_path_is_no_credential(address: str) -> None:
    assert split_address(address) == (address, None)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "address_scheme"),
        ("10.0.0.5/x", "address_scheme"),
        ("ftp://10.0.0.5/x", "address_scheme"),
        ("file:///etc/passwd", "address_scheme"),
        ("rtsp：//10.0.0.5/x", "address_scheme"),  # noqa: RUF001  (typed with a Chinese keyboard)
        ("http://", "address_unreadable"),
        ("http:///x", "address_unreadable"),
        ("http://10.0.0.5:99999/", "address_unreadable"),
        ("http://10.0.0.5:0/", "address_unreadable"),
        ("http://10.0.0.5:port/", "address_unreadable"),
        ("http://10.0.0/", "address_unreadable"),
        ("http://[::1/", "address_unreadable"),
        ("http://[fe80::1%25lo]/", "address_unreadable"),
        ("http://[fe80::1%lo]/", "address_unreadable"),
        ("http://10.0.0.5/a b", "address_unreadable"),
        ("http://10.0.0.5/a\r\nHost: x", "address_unreadable"),
        ("http://u:p\n@10.0.0.5/a", "address_unreadable"),
        ("http://10.0.0.5/a#b", "address_unreadable"),
        ("http://" + "@" * 1_000_000, "address_unreadable"),
        ("http://摄像机/", "address_unreadable"),
        ("http://u:%FF@10.0.0.5", "address_unreadable"),
        ("http://admin:1/2@nvr.local/x", "address_ambiguous"),
        ("http://admin:p@ss/w@nvr.local/x", "address_ambiguous"),
        ("http://10.0.0.5:80/x@10.0.0.6", "address_ambiguous"),
        ("http://ad/min:secret@nvr.local/x", "address_ambiguous"),
        ("http://u:a@b%40c@10.0.0.5", "address_ambiguous"),
    ],
)
def test_what_is_unclear_is_refused(typed: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        split_address(typed)
    assert refused.value.code == code
    assert len(typed) < 10 or typed not in str(refused.value)


def test_a_second_credential_is_refused() -> None:
    with pytest.raises(InputRefused):
        address_with("http://u:p@10.0.0.5/", Credential("a", "b"))


def test_no_credential_leaves_the_address_as_it_is() -> None:
    assert address_with("http://10.0.0.5/x", None) == "http://10.0.0.5/x"
    assert address_with("http://10.0.0.5/x", Credential("", "")) == "http://10.0.0.5/x"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://10.0.0.5/x", ("10.0.0.5", None)),
        ("rtsp://u:p@10.0.0.5:554", ("10.0.0.5", 554)),
        ("rtsp://[2001:db8::7]:8554/a", ("2001:db8::7", 8554)),
    ],
)
def test_host_and_port(address: str, expected: tuple[str, int | None]) -> None:
    assert host_of(address) == expected
