import base64
import io
import json
import logging
import sys
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from camera_gateway.credentials import address_with
from camera_gateway.redaction import UNREADABLE_ADDRESS, SecretFilter, redact, shown_address
from models.camera_link import Credential

AWKWARD = "aZ09@#/:%? &=+;,[]'\"林火é\\"
passwords = st.text(st.sampled_from(AWKWARD), min_size=4, max_size=14).filter(
    lambda word: word.strip(".,;:!?)]} ") == word and "***" not in word and not word.isdigit()
)
PASSWORD = "p@ss#w/o:rd?1%林"


def open_camera(words: str) -> None:
    raise OSError(words)


def carriers(user: str, password: str) -> dict[str, str]:
    """Ways in which a password travels in a text."""
    both = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {
        "url": f"Cannot open {address_with('rtsp://10.0.0.5:554/x', Credential(user, password))}!",
        "raw url": f"[Errno 5] Input/output error: 'rtsp://{user}:{password}@10.0.0.5:554/x'",
        "header": f"Authorization: Basic {both}",
        "json": json.dumps({"address": "x", "password": password}),
        "repr": repr({"password": password}),
        "encoded": f"GET /snap?u=1&p={quote(password, safe='')}",
        "bare": f"said {password} twice: {password}",
    }


@given(passwords)
@example(PASSWORD)
def test_what_is_known_does_not_come_through(password: str) -> None:
    known = [Credential("admin", password)]
    for name, text in carriers("admin", password).items():
        cleaned = redact(text, known)
        for form in (password, quote(password, safe=""), json.dumps(password)[1:-1]):
            assert form not in cleaned, name
        assert base64.b64encode(f"admin:{password}".encode()).decode() not in cleaned


@given(passwords)
@example(PASSWORD)
@example("pass word@x")
def test_what_is_not_known_does_not_come_through_an_address(password: str) -> None:
    texts = carriers("admin", password)
    assert quote(password, safe="") not in redact(texts["url"])
    if password not in "Input/output error: 'rtsp://10.0.0.5:554/x'":
        assert password not in redact(texts["raw url"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("opening rtsp://a:b@10.0.0.5/x, again", "opening rtsp://***@10.0.0.5/x, again"),
        ("see http://10.0.0.5/x.", "see http://10.0.0.5/x."),
        ("http://10.0.0.5/s?user=a&pwd=b&n=1", "http://10.0.0.5/s?user=***&pwd=***&n=1"),
        ("GET /s?loginuse=a&loginpas=b HTTP/1.1", "GET /s?loginuse=***&loginpas=*** HTTP/1.1"),
        ("Authorization: Digest username=a, response=1", "Authorization: ***"),
        ("{'authorization': 'Basic YWRtaW46MTIz'}", "{'authorization': '***"),
        ("<wsse:Password Type='x'>abc=</wsse:Password>", "<wsse:Password Type='x'>***</"),
        ("password: hunter2, next", "password: ***, next"),
        ('{"password": "a, b"}', '{"password": ***}'),
        ("/user=admin_password=abc_channel=1.sdp", "/user=admin_password=***"),
        ("tcp://u:p@10.0.0.5:554?x", "tcp://***@10.0.0.5:554?x"),
        ("ask admin:hunter2@10.0.0.5 for it", "ask ***@10.0.0.5 for it"),
        ("rtsp://a:b c@10.0.0.5/x failed", f"{UNREADABLE_ADDRESS} failed"),
        ("rtsp://admin:12 b@10.0.0.5/x failed", f"{UNREADABLE_ADDRESS} failed"),
        ("http://a/x to http://u:p@b/y", "http://a/x to http://***@b/y"),
        ("rtsp://host:port/x failed", f"{UNREADABLE_ADDRESS} failed"),
        ("mail bureau@example.cn at 12:30:01", "mail bureau@example.cn at 12:30:01"),
        ("camera tower-1 is lost: no picture", "camera tower-1 is lost: no picture"),
    ],
)
def test_places_where_passwords_stand(text: str, expected: str) -> None:
    assert redact(text).startswith(expected)


def test_a_short_password_is_not_told_by_its_absence() -> None:
    known = [Credential("admin", "a")]
    assert redact("a camera at rtsp://admin:a@10.0.0.5/", known) == (
        "a camera at rtsp://***@10.0.0.5/"
    )


def test_a_long_hostile_text_is_cleaned_in_time() -> None:
    for text in ("=a:" * 50_000, "http://" * 20_000, "rtsp://a:b@" * 5_000, "<password" * 20_000):
        assert redact(text) != ""


def test_an_address_to_show() -> None:
    assert shown_address("rtsp://a:b@10.0.0.5/x?pwd=1") == "rtsp://10.0.0.5/x?pwd=***"
    assert shown_address("rtsp://admin:1/2@nvr/x") == UNREADABLE_ADDRESS


@pytest.fixture
def logged() -> Callable[..., str]:
    """Log through a handler with the filter and give what it wrote."""
    secrets = SecretFilter()
    secrets.know(Credential("admin", PASSWORD))

    def log(act: Callable[[logging.Logger], None]) -> str:
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.addFilter(secrets)
        logger = logging.getLogger("test.redaction")
        logger.handlers, logger.propagate = [handler], False
        handler.setFormatter(logging.Formatter("%(message)s"))
        act(logger)
        return stream.getvalue()

    return log


def test_messages_and_arguments_are_cleaned(logged: Callable[..., str]) -> None:
    written = logged(lambda logger: logger.warning("lost %s after %d s", f"u:{PASSWORD}", 3))
    assert written == "lost u:*** after 3 s\n"


def test_a_traceback_is_cleaned_and_another_is_left(logged: Callable[..., str]) -> None:
    def fail(words: str) -> Callable[[logging.Logger], None]:
        def act(logger: logging.Logger) -> None:
            try:
                open_camera(words)
            except OSError:
                logger.exception("broken", stack_info=True)

        return act

    written = logged(fail(f"rtsp://admin:{PASSWORD}@10.0.0.5/"))
    assert PASSWORD not in written
    assert "Traceback" in written
    assert "OSError" in written
    assert "harmless" in logged(fail("harmless"))


def test_extra_fields_structures_and_broken_records(logged: Callable[..., str]) -> None:
    secrets = SecretFilter()
    secrets.know(Credential("", PASSWORD))
    record = logging.makeLogRecord({"msg": {"event": PASSWORD, "n": 1}, "url": f"x{PASSWORD}"})
    record.exc_info = None
    assert secrets.filter(record)
    assert record.msg == {"event": "***", "n": 1}  # type: ignore[comparison-overlap]
    assert record.__dict__["url"] == "x***"
    assert logged(lambda logger: logger.warning("%d", "no number")) == "<unreadable log record>\n"


def test_a_text_of_an_earlier_handler_is_cleaned_too() -> None:
    secrets = SecretFilter()
    secrets.know(Credential("admin", PASSWORD))
    try:
        open_camera(PASSWORD)
    except OSError:
        record = logging.makeLogRecord({"msg": "x", "exc_info": sys.exc_info()})
    record.exc_text = f"Traceback {PASSWORD}"
    assert secrets.filter(record)
    assert record.exc_text is None
    assert record.msg == "x\nTraceback ***"


def test_a_password_shared_by_two_cameras_is_forgotten_with_the_second() -> None:
    secrets = SecretFilter()
    shared = Credential("admin", PASSWORD)
    secrets.know(shared)
    secrets.know(shared)
    secrets.forget(shared)
    assert secrets.clean(f"is {PASSWORD}") == "is ***"
    secrets.forget(shared)
    secrets.forget(shared)
    assert PASSWORD in secrets.clean(f"is {PASSWORD}")
