"""Notices: who is told what of a fire, through which channel, and what became of it."""

from models.notice.channel import (
    Channel,
    ChannelDraft,
    ChannelKind,
    ChannelOptions,
    Language,
    MailSecurity,
    Payload,
    Secrets,
    check_channel,
)
from models.notice.delivery import (
    Batch,
    ChannelHealth,
    Delivery,
    DeliveryState,
    Failure,
    SkipReason,
    Waiting,
)
from models.notice.occasion import URGENT_OCCASIONS, USUAL_OCCASIONS, Occasion, occasion_of
from models.notice.quiet import RANK_WAIT, Hold, Later, Rules, Ruling, Send, Skip, rule

__all__ = [
    "RANK_WAIT",
    "URGENT_OCCASIONS",
    "USUAL_OCCASIONS",
    "Batch",
    "Channel",
    "ChannelDraft",
    "ChannelHealth",
    "ChannelKind",
    "ChannelOptions",
    "Delivery",
    "DeliveryState",
    "Failure",
    "Hold",
    "Language",
    "Later",
    "MailSecurity",
    "Occasion",
    "Payload",
    "Rules",
    "Ruling",
    "Secrets",
    "Send",
    "Skip",
    "SkipReason",
    "Waiting",
    "check_channel",
    "occasion_of",
    "rule",
]
