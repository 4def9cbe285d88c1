"""A channel: a way out of the house, and what goes through it.

Secrets (keys of robots, passwords, signing keys) stand apart from the rest, so that a channel may
be shown, logged and listed. They leave the store only for whoever sends.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from models.errors import InputRefused
from models.notice.occasion import Occasion
from models.notice.quiet import USUAL_RULES, Rules, check_rules

__all__ = [
    "Channel",
    "ChannelDraft",
    "ChannelKind",
    "ChannelOptions",
    "Language",
    "MailSecurity",
    "Payload",
    "Secrets",
    "check_channel",
]


class ChannelKind(StrEnum):
    """What is at the other end."""

    WECOM = "wecom"  # 企业微信群机器人
    DINGTALK = "dingtalk"  # 钉钉群机器人
    SMTP = "smtp"
    WEBHOOK = "webhook"  # signed, to a program of the bureau
    SMS = "sms"  # a gateway that is asked by HTTP
    APPRISE = "apprise"  # everything else


class Language(StrEnum):
    """Of the text."""

    ZH = "zh"
    EN = "en"


class Payload(StrEnum):
    """What a webhook is sent."""

    JSON = "json"
    CAP = "cap"  # CAP 1.2, one message for each notice
    GBT35965 = "gbt35965"  # likewise


class MailSecurity(StrEnum):
    """How a mail server is spoken to."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"  # inside the house only: everything is readable on its way


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not be seen, by name; never part of an answer, a log line or an error.

    Attributes:
        values: ``key`` of a WeCom robot; ``access_token`` and ``sign`` of a DingTalk robot;
            ``user`` and ``password`` of a mail server; ``signing_key`` and ``bearer`` of a webhook;
            any names that the template of an SMS gateway uses; ``urls`` of Apprise, one a line.
    """

    values: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """Where to, and how; each kind uses some of them.

    Attributes:
        address: URL without secrets, for mail ``host`` or ``host:port``; empty for the public
            address of a robot.
        recipients: mail addresses, telephone numbers, or whom a robot mentions.
        sender: mail address that the mail comes from.
        security: of a mail server.
        payload: what a webhook is sent.
        keyword: word that a DingTalk robot wants to see in every message.
        method: of an SMS gateway, GET or POST.
        headers: of an SMS gateway, name and value; placeholders are filled in.
        body: likewise.
        content_type: of the body.
        success: regular expression that the gateway's answer must match to be a success; empty
            when the status says it all.
    """

    address: str = ""
    recipients: tuple[str, ...] = ()
    sender: str = ""
    security: MailSecurity = MailSecurity.STARTTLS
    payload: Payload = Payload.JSON
    keyword: str = ""
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    content_type: str = "application/json"
    success: str = ""


@dataclass(frozen=True, slots=True)
class ChannelDraft:
    """A channel as somebody sets it up.

    Attributes:
        name: shown in lists, unlike that of any other.
        kind: what is at the other end.
        options: where to, and how.
        rules: what goes through it, and when.
        language: of the text.
        enabled: False keeps it, and sends nothing.
    """

    name: str
    kind: ChannelKind
    options: ChannelOptions = ChannelOptions()
    rules: Rules = USUAL_RULES
    language: Language = Language.ZH
    enabled: bool = True

    @property
    def bundles(self) -> bool:
        """Whether one message may tell of several notices."""
        return self.kind is not ChannelKind.WEBHOOK or self.options.payload is Payload.JSON


@dataclass(frozen=True, slots=True)
class Channel:
    """One as the store knows it.

    Attributes:
        channel_id: number, rising.
        draft: as it was set up.
        secret_names: names of the secrets that are stored.
        created_at: UTC.
    """

    channel_id: int
    draft: ChannelDraft
    secret_names: tuple[str, ...]
    created_at: datetime


LONGEST_NAME: Final = 60
LONGEST_ADDRESS: Final = 2000
LONGEST_BODY: Final = 8000
MOST_RECIPIENTS: Final = 100

SECRET_NAMES: Final[dict[ChannelKind, tuple[frozenset[str], frozenset[str]]]] = {
    ChannelKind.WECOM: (frozenset({"key"}), frozenset()),
    ChannelKind.DINGTALK: (frozenset({"access_token"}), frozenset({"sign"})),
    ChannelKind.SMTP: (frozenset(), frozenset({"user", "password"})),
    ChannelKind.WEBHOOK: (frozenset({"signing_key"}), frozenset({"bearer"})),
    ChannelKind.APPRISE: (frozenset({"urls"}), frozenset()),
}
"""Secrets that a kind needs, and that it may have; an SMS gateway names its own."""

_MAIL: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_SECRET_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,30}")
_WITHOUT_ADDRESS: Final = frozenset({ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.APPRISE})


def check_channel(draft: ChannelDraft, secrets: Secrets) -> None:
    """Refuse a channel that could never send.

    Raises:
        InputRefused: codes ``channel_name``, ``channel_address``, ``channel_recipients``,
            ``channel_secret``, ``channel_template``, ``channel_called`` and ``channel_rules``.
    """
    if not draft.name.strip() or len(draft.name) > LONGEST_NAME or not draft.name.isprintable():
        raise InputRefused(
            f"A channel needs a name of at most {LONGEST_NAME} characters.", code="channel_name"
        )
    check_rules(draft.rules)
    if Occasion.CALLED in draft.rules.occasions and not draft.bundles:
        raise InputRefused(
            "CAP and GB/T 35965 tell of a fire, and know no words for a call of somebody.",
            remedy="Take the occasion out, or send JSON.",
            code="channel_called",
        )
    _check_address(draft)
    _check_recipients(draft)
    _check_secrets(draft, secrets)
    _check_template(draft)


def _check_address(draft: ChannelDraft) -> None:
    address = draft.options.address
    fine = len(address) <= LONGEST_ADDRESS and address.isprintable()
    if not address:
        fine = draft.kind in _WITHOUT_ADDRESS
    elif draft.kind is ChannelKind.SMTP:
        fine = fine and _HOST.fullmatch(address) is not None
    else:
        fine = fine and _is_web(address)
    if not fine:
        raise InputRefused(
            "The address of the channel is not one that it can send to.",
            remedy="Give http:// or https:// and a host, without user and password; for mail the"
            " name of the server.",
            code="channel_address",
        )


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address.replace("{", "").replace("}", ""))
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and "{" not in address.split("/")[2]  # a placeholder never chooses the host
        and port != 0
    )


def _check_recipients(draft: ChannelDraft) -> None:
    options = draft.options
    names = options.recipients
    fine = len(names) <= MOST_RECIPIENTS and all(
        one.strip() == one and 0 < len(one) <= 200 and one.isprintable() for one in names
    )
    if draft.kind is ChannelKind.SMTP:
        fine = fine and bool(names)
        fine = fine and all(_MAIL.fullmatch(one) for one in (*names, options.sender))
    if draft.kind is ChannelKind.SMS:
        fine = fine and bool(names)
    if not fine:
        raise InputRefused(
            "The channel has nobody that it could send to, or somebody who is not one.",
            remedy="Give mail addresses and a sender, or telephone numbers.",
            code="channel_recipients",
        )


def _check_secrets(draft: ChannelDraft, secrets: Secrets) -> None:
    given = {name for name, value in secrets.values.items() if value}
    needed, more = SECRET_NAMES.get(draft.kind, (frozenset(), given))
    fine = needed <= given <= needed | more
    fine = fine and all(
        _SECRET_NAME.fullmatch(name) and len(value) <= LONGEST_BODY and "\0" not in value
        for name, value in secrets.values.items()
    )
    if draft.kind is not ChannelKind.APPRISE:
        fine = fine and all(value.isprintable() for value in secrets.values.values())
    if not fine:
        wanted = ", ".join(sorted(needed)) or "none"
        raise InputRefused(
            "A secret of the channel is missing, or is one that it does not have.",
            remedy=f"It needs: {wanted}; and may have: {', '.join(sorted(more)) or 'none'}.",
            code="channel_secret",
        )


def _check_template(draft: ChannelDraft) -> None:
    options = draft.options
    fine = options.method in {"GET", "POST"} and len(options.body) <= LONGEST_BODY
    fine = fine and "\0" not in options.body and options.content_type.isprintable()
    fine = fine and len(options.headers) <= 20
    fine = fine and all(
        _HEADER.fullmatch(name) and value.isprintable() and len(value) <= 2000
        for name, value in options.headers
    )
    try:
        re.compile(options.success)
    except re.error:
        fine = False
    if draft.kind is ChannelKind.SMS and fine:
        text = options.address + options.body + "".join(value for _, value in options.headers)
        fine = "{text}" in text
    if not fine:
        raise InputRefused(
            "The template of the channel cannot be filled in.",
            remedy="Its address, headers or body must hold {text}, its method is GET or POST, and"
            " its success is a regular expression.",
            code="channel_template",
        )
