"""One contract for every channel, against real servers on this machine."""

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from http_rig import Asked, Handler, HttpRig, answer, stream
from mail_rig import MailRig
from notice_rig import AT, SECRETS, channel_of, message_of

from api.notices.channels import senders
from api.notices.channels.dingtalk import sign
from api.notices.message import Message
from api.notices.trouble import DeliveryFailed, Trouble
from api.notices.web import Web
from models.clock import ManualClock
from models.errors import InputRefused
from models.notice import ChannelKind, MailSecurity, Payload

# Apprise looks for a module that Python is going to take away.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")

PEM = Path(__file__).parents[2] / "fixtures" / "tls" / "loopback.pem"
HTTP = (
    ChannelKind.WECOM,
    ChannelKind.DINGTALK,
    ChannelKind.WEBHOOK,
    ChannelKind.SMS,
)
FINE = b'{"errcode":0,"errmsg":"ok"}'


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.notices.web.READ_S", 0.3)
    monkeypatch.setattr("api.notices.channels.smtp.SECONDS", 0.3)


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


def send(
    kind: ChannelKind, address: str, message: Message | None = None, **options: object
) -> Awaitable[str]:
    trusted = options.pop("trusted", False)
    channel, secrets = channel_of(kind, address, **options)
    web = Web(PEM if trusted else None)
    sender = senders(web, ManualClock(AT))[kind]
    return sender.send(message or message_of(), channel, secrets)


def over_http(
    kind: ChannelKind,
    handler: Handler,
    message: Message | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    **options: object,
) -> tuple[str, list[Asked]]:
    async def scenario() -> tuple[str, list[Asked]]:
        async with HttpRig({"/hook": handler}, tls) as rig:
            return await send(kind, rig.url("/hook"), message, **options), rig.asked

    return asyncio.run(scenario())


def refusal(kind: ChannelKind, handler: Handler, **options: object) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        over_http(kind, handler, **options)
    for secret in SECRETS[kind].values():
        assert secret not in caught.value.message
        assert secret not in repr(caught.value)
    return caught.value


@pytest.mark.parametrize("kind", HTTP)
def test_a_message_arrives_with_its_mark(kind: ChannelKind) -> None:
    receipt, asked = over_http(kind, answer(FINE))
    assert receipt
    assert len(asked) == 1
    assert asked[0].headers["x-firewatch-delivery"] == "f" * 32
    assert asked[0].method == "POST"


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize(
    ("handler", "trouble", "maybe_sent"),
    [
        (answer(b"", 302, location="http://127.0.0.1:9/"), Trouble.REDIRECT, False),
        (answer(b"", 401), Trouble.REFUSED, False),
        (answer(b"", 404), Trouble.REFUSED, False),
        (answer(b"", 400), Trouble.CONTENT, False),
        (answer(b"", 500), Trouble.UNWELL, True),
        (answer(b"", 502), Trouble.UNWELL, True),
        (answer(b"", 503, retry_after="7"), Trouble.UNWELL, False),
        (answer(b"", 429, retry_after="99"), Trouble.RATE, False),
        (answer(b"x" * 70_000), Trouble.TOO_BIG, True),
        (stream(b"x", 5.0), Trouble.TIMEOUT, True),
        (answer(b"{", content_length="100", connection="close"), Trouble.CUT, True),
    ],
)
def test_what_is_no_success_is_told_as_what_it_is(
    kind: ChannelKind,
    handler: Handler,
    trouble: Trouble,
    maybe_sent: bool,  # noqa: FBT001  # of the table
) -> None:
    error = refusal(kind, handler)
    assert (error.trouble, error.maybe_sent, error.code) == (trouble, maybe_sent, trouble.value)
    if trouble is Trouble.RATE:
        assert error.retry_after_s == 99.0


@pytest.mark.parametrize("kind", HTTP)
def test_nobody_there_is_nothing_sent(kind: ChannelKind) -> None:
    with pytest.raises(DeliveryFailed) as caught:
        asyncio.run(send(kind, "http://127.0.0.1:9/hook"))
    assert (caught.value.trouble, caught.value.maybe_sent) == (Trouble.UNREACHABLE, False)


@pytest.mark.parametrize("kind", HTTP)
def test_a_certificate_that_nobody_vouches_for_is_refused_and_one_of_ours_taken(
    kind: ChannelKind,
) -> None:
    error = refusal(kind, answer(FINE), tls=server_tls())
    assert (error.trouble, error.maybe_sent) == (Trouble.TLS, False)
    receipt, asked = over_http(kind, answer(FINE), tls=server_tls(), trusted=True)
    assert receipt
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("kind", "code", "trouble"),
    [
        (ChannelKind.WECOM, 45009, Trouble.RATE),
        (ChannelKind.WECOM, 93000, Trouble.REFUSED),
        (ChannelKind.WECOM, 45002, Trouble.CONTENT),
        (ChannelKind.WECOM, -1, Trouble.UNWELL),
        (ChannelKind.DINGTALK, 310000, Trouble.REFUSED),
        (ChannelKind.DINGTALK, 130101, Trouble.RATE),
        (ChannelKind.DINGTALK, 430102, Trouble.CONTENT),
        (ChannelKind.DINGTALK, 99999, Trouble.REFUSED),
    ],
)
def test_a_robot_that_answers_200_with_an_error_has_not_taken_it(
    kind: ChannelKind, code: int, trouble: Trouble
) -> None:
    body = json.dumps({"errcode": code, "errmsg": "no"}).encode()
    error = refusal(kind, answer(body))
    assert error.trouble is trouble
    assert str(code) in error.message


@pytest.mark.parametrize("kind", [ChannelKind.WECOM, ChannelKind.DINGTALK])
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"errcode":null}', b'{"errcode":true}', b"\xff"]
)
def test_a_robot_that_answers_something_else_is_not_believed(
    kind: ChannelKind, body: bytes
) -> None:
    error = refusal(kind, answer(body))
    assert (error.trouble, error.maybe_sent) == (Trouble.UNREADABLE, True)


def test_wecom_takes_2048_bytes_and_every_fire_keeps_its_line() -> None:
    lines = tuple(f"火情 {number} · 发现新火情 · {'镇' * 80}" for number in range(10))
    _, asked = over_http(
        ChannelKind.WECOM,
        answer(FINE),
        message_of(*lines),
        recipients=("13800000000", "li", "@all"),
    )
    body = json.loads(asked[0].body)
    text = body["text"]["content"]
    assert len(text.encode()) <= 2048
    assert all(f"火情 {number} ·" in text for number in range(10))
    assert body["text"]["mentioned_mobile_list"] == ["13800000000"]
    assert body["text"]["mentioned_list"] == ["li", "@all"]
    assert parse_qs(urlsplit(asked[0].path).query) == {"key": ["wecom-key-7788"]}


def test_a_long_text_about_one_fire_is_cut_at_its_end() -> None:
    _, asked = over_http(ChannelKind.WECOM, answer(FINE), message_of("火" * 3000))
    text = json.loads(asked[0].body)["text"]["content"]
    assert text.startswith("【林火】火情 1")
    assert text.endswith("…")
    assert len(text.encode()) <= 2048


def test_dingtalk_is_signed_as_it_says_and_gets_its_keyword() -> None:
    _, asked = over_http(
        ChannelKind.DINGTALK, answer(FINE), keyword="瞭望", recipients=("13800000000", "@all", "u1")
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(asked[0].path).query).items()}
    assert query["access_token"] == "ding-token-7788"
    assert query["timestamp"] == str(int(AT.timestamp() * 1000))
    text = f"{query['timestamp']}\nSEC-ding-7788".encode()
    mac = hmac.new(b"SEC-ding-7788", text, hashlib.sha256).digest()
    assert base64.b64decode(query["sign"]) == mac
    body = json.loads(asked[0].body)
    assert body["text"]["content"].startswith("瞭望\n【林火】")
    assert body["text"]["content"].endswith("\n@13800000000\n@u1")
    assert body["at"] == {"atMobiles": ["13800000000"], "atUserIds": ["u1"], "isAtAll": True}


def test_the_sign_is_that_of_an_independent_reckoning() -> None:
    # printf '1\ns' | openssl dgst -sha256 -hmac s -binary | base64
    assert (
        sign("1", "s")
        == base64.b64encode(
            hashlib.sha256(
                bytes(b ^ 0x5C for b in b"s".ljust(64, b"\0"))
                + hashlib.sha256(bytes(b ^ 0x36 for b in b"s".ljust(64, b"\0")) + b"1\ns").digest()
            ).digest()
        ).decode()
    )


@pytest.mark.parametrize("payload", Payload)
def test_a_webhook_is_signed_over_time_and_body(payload: Payload) -> None:
    _, asked = over_http(ChannelKind.WEBHOOK, answer(b""), payload=payload)
    (one,) = asked
    stamp, _, mac = one.headers["x-firewatch-signature"].partition(",v1=")
    seconds = stamp.removeprefix("t=")
    assert seconds == str(int(AT.timestamp()))
    wanted = hmac.new(b"hook-key-7788", f"{seconds}.".encode() + one.body, hashlib.sha256)
    assert mac == wanted.hexdigest()
    assert one.headers["authorization"] == "Bearer hook-bearer-7788"
    is_json = payload is Payload.JSON
    assert one.body == b"<alert/>" if not is_json else json.loads(one.body)["version"] == 1
    assert ("xml" in one.headers["content-type"]) is not is_json


def test_a_gateway_is_asked_once_for_each_number_with_everything_escaped() -> None:
    message = message_of('a "b" \\ &c=d')
    _, asked = over_http(
        ChannelKind.SMS, answer(b"ok"), message, recipients=("138", "139"), success="^ok$"
    )
    bodies = [json.loads(one.body) for one in asked]
    assert [one["to"] for one in bodies] == ["138", "139"]
    assert {one["say"] for one in bodies} == {message.text}
    assert {one["token"] for one in bodies} == {"sms-token-7788"}


def test_a_gateway_that_wants_an_address_or_a_form_or_xml_gets_it() -> None:
    message = message_of("a&b=c <d>")

    async def scenario() -> list[Asked]:
        async with HttpRig({"/hook": answer(b"ok")}) as rig:
            await send(
                ChannelKind.SMS,
                rig.url("/hook") + "?to={recipients}&m={text}&t={time}&{unknown}",
                message,
                method="GET",
                body="",
                recipients=("1", "2"),
                headers=(("X-Token", "{secret.token}"),),
            )
            for kind, body in (
                ("application/x-www-form-urlencoded", "m={text}&to={recipients}"),
                ("text/xml", "<m>{text}</m>"),
                ("text/plain", "{text}"),
            ):
                await send(ChannelKind.SMS, rig.url("/hook"), message, body=body, content_type=kind)
            return rig.asked

    by_address, form, xml, plain = asyncio.run(scenario())
    query = parse_qs(urlsplit(by_address.path).query, keep_blank_values=True)
    assert query["to"] == ["1,2"]
    assert query["m"] == [message.text]
    assert query["t"] == ["20261125030000"]
    assert by_address.headers["x-token"] == "sms-token-7788"
    assert parse_qs(form.body.decode())["m"] == [message.text]
    assert xml.body.decode().endswith("a&amp;b=c &lt;d&gt;</m>")
    assert plain.body.decode() == message.text


def test_a_gateway_whose_answer_is_no_success_has_not_sent_it() -> None:
    error = refusal(ChannelKind.SMS, answer(b'{"code":"105"}'), success='"code":"0"')
    assert error.trouble is Trouble.REFUSED


def test_when_the_second_number_fails_the_first_has_it_and_the_mark_is_kept() -> None:
    count = 0

    async def once(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        await answer(b"ok", 200 if count == 1 else 403)(asked, writer)

    error = refusal(ChannelKind.SMS, once, recipients=("138", "139"))
    assert (error.trouble, error.maybe_sent) == (Trouble.REFUSED, True)


def test_a_header_that_a_template_would_break_is_refused() -> None:
    error = refusal(ChannelKind.SMS, answer(b""), headers=(("X-Say", "{text}"),))
    assert error.trouble is Trouble.SETTING


def test_an_address_that_cannot_be_asked_is_told() -> None:
    for address in ("http://127.0.0.1:x/", "gopher://h/"):
        with pytest.raises(DeliveryFailed) as caught:
            asyncio.run(Web().ask("POST", address))
        assert caught.value.trouble is Trouble.SETTING


def test_authorities_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    for file in (tmp_path / "none.pem", tmp_path / "bad.pem"):
        if file.name == "bad.pem":
            file.write_text("no certificate", encoding="utf-8")
        with pytest.raises(InputRefused, match="cannot be read"):
            Web(file)


def mailed(
    message: Message | None = None,
    *,
    rig: MailRig,
    trusted: bool = True,
    secrets: bool = True,
    **options: object,
) -> str:
    async def scenario() -> str:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(rig)
            channel, known = channel_of(ChannelKind.SMTP, rig.address, **options)
            if not secrets:
                known.values.clear()
            sender = senders(Web(PEM if trusted else None), ManualClock(AT))[ChannelKind.SMTP]
            return await sender.send(message or message_of(), channel, known)

    return asyncio.run(scenario())


ACCOUNTS = {"watch": "mail-pass-7788"}


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_mail_arrives_encrypted_with_its_mark_as_message_id(security: MailSecurity) -> None:
    rig = MailRig(server_tls(), implicit=security is MailSecurity.TLS, accounts=ACCOUNTS)
    receipt = mailed(rig=rig, security=security, recipients=("a@b.cn", "c@d.cn"))
    assert receipt == "taken for 2"
    (mail,) = rig.mails
    assert mail.encrypted
    assert (mail.user, mail.sender) == ("watch", "watch@bureau.cn")
    assert mail.recipients == ("a@b.cn", "c@d.cn")
    read = message_from_bytes(mail.data, policy=policy.default)
    assert read["Message-ID"] == f"<{'f' * 32}@bureau.cn>"
    assert read["X-Firewatch-Delivery"] == "f" * 32
    assert read["Subject"] == "【林火】火情 1"
    assert "发现新火情" in read.get_content()
    assert read["Importance"] == "high"


def test_mail_in_the_house_goes_without_encryption_only_when_told_so() -> None:
    rig = MailRig()
    assert mailed(rig=rig, secrets=False, security=MailSecurity.NONE) == "taken for 1"
    assert not rig.mails[0].encrypted


@pytest.mark.parametrize(
    ("rig", "options", "trouble", "maybe_sent"),
    [
        (MailRig(), {}, Trouble.TLS, False),  # offers no encryption
        (MailRig(server_tls()), {"trusted": False}, Trouble.TLS, False),
        (MailRig(server_tls(), accounts={"watch": "other"}), {}, Trouble.REFUSED, False),
        (
            MailRig(server_tls(), accounts=ACCOUNTS),
            {"recipients": ("nobody@b.cn",)},
            Trouble.RECIPIENTS,
            False,
        ),
        (
            MailRig(server_tls(), accounts=ACCOUNTS, answers={"RCPT": "450 later"}),
            {},
            Trouble.UNWELL,
            False,
        ),
        (
            MailRig(server_tls(), accounts=ACCOUNTS, answers={"MAIL": "530 no"}),
            {},
            Trouble.REFUSED,
            False,
        ),
        (
            MailRig(server_tls(), accounts=ACCOUNTS, answers={"DOT": "451 later"}),
            {},
            Trouble.UNWELL,
            False,
        ),
        (
            MailRig(server_tls(), accounts=ACCOUNTS, answers={"DOT": "554 spam"}),
            {},
            Trouble.CONTENT,
            False,
        ),
        (MailRig(server_tls(), accounts=ACCOUNTS, answers={"DOT": ""}), {}, Trouble.CUT, True),
        (
            MailRig(server_tls(), accounts=ACCOUNTS, answers={"DOT": None}),
            {},
            Trouble.TIMEOUT,
            True,
        ),
        (MailRig(server_tls(), answers={"EHLO": ""}), {}, Trouble.CUT, False),
        (MailRig(server_tls(), answers={"EHLO": None}), {}, Trouble.UNREACHABLE, False),
    ],
)
def test_mail_that_is_not_taken_is_told_as_what_it_is(
    rig: MailRig,
    options: dict[str, object],
    trouble: Trouble,
    maybe_sent: bool,  # noqa: FBT001  # of the table
) -> None:
    with pytest.raises(DeliveryFailed) as caught:
        mailed(rig=rig, **options)  # type: ignore[arg-type]
    assert (caught.value.trouble, caught.value.maybe_sent) == (trouble, maybe_sent)
    assert "7788" not in caught.value.message


def test_no_mail_server_and_what_is_none_are_told() -> None:
    channel, secrets = channel_of(ChannelKind.SMTP, "127.0.0.1:9", security=MailSecurity.NONE)
    sender = senders(Web(), ManualClock(AT))[ChannelKind.SMTP]
    with pytest.raises(DeliveryFailed) as caught:
        asyncio.run(sender.send(message_of(), channel, secrets))
    assert (caught.value.trouble, caught.value.maybe_sent) == (Trouble.UNREACHABLE, False)
    rig = MailRig(answers={"EHLO": "what?", "HELO": "what?"})
    with pytest.raises(DeliveryFailed) as caught:
        mailed(rig=rig, security=MailSecurity.NONE)
    assert caught.value.maybe_sent is False


def test_who_of_several_recipients_is_not_known_is_in_the_receipt() -> None:
    rig = MailRig(server_tls(), accounts=ACCOUNTS)
    receipt = mailed(rig=rig, recipients=("a@b.cn", "nobody@b.cn"))
    assert receipt == "taken for 1, refused: nobody@b.cn"


def test_a_server_that_says_no_good_bye_has_the_mail_all_the_same() -> None:
    rig = MailRig(server_tls(), accounts=ACCOUNTS, answers={"QUIT": "421 gone"})
    assert mailed(rig=rig) == "taken for 1"


def through_apprise(handler: Handler, urls: Callable[[int], str]) -> tuple[str, list[Asked]]:
    async def scenario() -> tuple[str, list[Asked]]:
        async with HttpRig({"/hook": handler}) as rig:
            return await send(ChannelKind.APPRISE, urls(rig.port)), rig.asked

    return asyncio.run(scenario())


def test_apprise_sends_to_each_of_its_urls() -> None:
    receipt, asked = through_apprise(
        answer(b"ok"), lambda port: f"json://127.0.0.1:{port}/hook\n\njson://127.0.0.1:{port}/hook"
    )
    assert receipt == "2 URLs"
    bodies = [json.loads(one.body) for one in asked]
    assert [one["title"] for one in bodies] == ["【林火】火情 1"] * 2
    assert "发现新火情" in bodies[0]["message"]


def test_apprise_that_fails_or_knows_no_such_url_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for urls, trouble, maybe_sent in (
        (lambda port: f"json://127.0.0.1:{port}/hook", Trouble.UNWELL, False),
        (
            lambda port: f"json://127.0.0.1:{port}/hook\njson://127.0.0.1:{port}/hook",
            Trouble.UNWELL,
            True,
        ),
        (lambda _port: "nonsense://token-7788", Trouble.SETTING, False),
        (lambda _port: " \n ", Trouble.SETTING, False),
    ):
        with pytest.raises(DeliveryFailed) as caught:
            through_apprise(answer(b"no", 500), urls)
        assert (caught.value.trouble, caught.value.maybe_sent) == (trouble, maybe_sent)
        assert "7788" not in caught.value.message
    assert "7788" not in caplog.text


def test_a_text_is_cut_between_letters_and_never_beyond_its_room() -> None:
    from api.notices.message import clipped

    for room in range(40):
        cut = clipped("火情 one 火情 two", room)
        assert len(cut.encode()) <= room
    assert clipped("火情", 6) == "火情"
    assert clipped("火情火", 8) == "火…"
