"""Channels, messages and an outbox for tests."""

from datetime import UTC, datetime

from api.notices.message import Message
from models.notice import Channel, ChannelDraft, ChannelKind, ChannelOptions, Secrets

__all__ = ["AT", "SECRETS", "channel_of", "message_of"]

AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SECRETS = {
    ChannelKind.WECOM: {"key": "wecom-key-7788"},
    ChannelKind.DINGTALK: {"access_token": "ding-token-7788", "sign": "SEC-ding-7788"},
    ChannelKind.SMTP: {"user": "watch", "password": "mail-pass-7788"},
    ChannelKind.WEBHOOK: {"signing_key": "hook-key-7788", "bearer": "hook-bearer-7788"},
    ChannelKind.SMS: {"token": "sms-token-7788"},
    ChannelKind.APPRISE: {"urls": "json://127.0.0.1:9/"},
}


def message_of(*lines: str, **changes: object) -> Message:
    """A message about as many fires as there are lines; by default one."""
    shown = lines or ("火情 1 · 发现新火情",)
    values: dict[str, object] = {
        "message_id": "f" * 32,
        "title": "【林火】火情 1",
        "text": "\n".join(["【林火】火情 1", *shown]),
        "lines": shown,
        "urgent": True,
        "written_at": AT,
        "facts": {"version": 1, "fires": [{"incident_id": 1}]},
        "xml": b"<alert/>",
        **changes,
    }
    return Message(**values)  # type: ignore[arg-type]


def channel_of(kind: ChannelKind, address: str, **options: object) -> tuple[Channel, Secrets]:
    """A channel of a kind to an address, with secrets."""
    secrets = dict(SECRETS[kind])
    if kind is ChannelKind.SMTP:
        options = {"recipients": ("a@b.cn",), "sender": "watch@bureau.cn", **options}
    if kind is ChannelKind.SMS:
        options = {
            "recipients": ("13800000000",),
            "body": '{"to":"{recipient}","say":"{text}","token":"{secret.token}"}',
            **options,
        }
    if kind is ChannelKind.APPRISE:
        secrets["urls"] = address
        address = ""
    draft = ChannelDraft("c", kind, ChannelOptions(address=address, **options))  # type: ignore[arg-type]
    return Channel(1, draft, tuple(sorted(secrets)), AT), Secrets(secrets)
