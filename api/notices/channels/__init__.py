"""Senders, one kind of channel each, behind one protocol."""

from collections.abc import Mapping

from api.notices.channels.apprise_urls import AppriseSender
from api.notices.channels.dingtalk import DingtalkSender
from api.notices.channels.sms import SmsSender
from api.notices.channels.smtp import SmtpSender
from api.notices.channels.webhook import WebhookSender
from api.notices.channels.wecom import WecomSender
from api.notices.message import Sender
from api.notices.web import Web
from models.clock import Clock
from models.notice import ChannelKind

__all__ = ["senders"]


def senders(web: Web, clock: Clock) -> Mapping[ChannelKind, Sender]:
    """One sender for each kind of channel."""
    return {
        ChannelKind.WECOM: WecomSender(web),
        ChannelKind.DINGTALK: DingtalkSender(web, clock),
        ChannelKind.SMTP: SmtpSender(web.tls),
        ChannelKind.WEBHOOK: WebhookSender(web, clock),
        ChannelKind.SMS: SmsSender(web, clock),
        ChannelKind.APPRISE: AppriseSender(),
    }
