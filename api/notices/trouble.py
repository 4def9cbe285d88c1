"""What can be the matter with a channel, and how a sender says so."""

from enum import StrEnum
from typing import Final

from models.errors import WatchError

__all__ = ["DeliveryFailed", "Trouble"]


class Trouble(StrEnum):
    """Why a message did not go out; each has words in the console's languages."""

    UNREACHABLE = "notice_unreachable"  # no connection came about: nothing was sent
    TIMEOUT = "notice_timeout"  # no answer in time: it may have arrived
    CUT = "notice_cut"  # the connection broke: it may have arrived
    TLS = "notice_tls"  # the certificate, or the encryption, is not to be trusted
    REDIRECT = "notice_redirect"  # it leads elsewhere, and a secret follows no redirect
    TOO_BIG = "notice_answer_too_big"
    UNREADABLE = "notice_answer_unreadable"  # not what such a channel answers
    REFUSED = "notice_refused"  # key, password or address are not taken
    CONTENT = "notice_content_refused"  # this message is not taken
    RATE = "notice_rate_limited"
    UNWELL = "notice_unwell"  # the other end says that it cannot now
    RECIPIENTS = "notice_recipients"  # nobody of them is taken
    SETTING = "notice_setting"  # the channel is set up in a way that cannot be sent
    UNEXPECTED = "notice_unexpected"  # a fault of ours, with a line in the log


_MAYBE_SENT: Final = frozenset({Trouble.TIMEOUT, Trouble.CUT, Trouble.TOO_BIG, Trouble.UNREADABLE})


class DeliveryFailed(WatchError):
    """A message did not go out, or nobody knows whether it did.

    Args:
        trouble: what is the matter.
        message: in words, one sentence, without secrets.
        maybe_sent: nobody knows whether it arrived; by the trouble when left out.
        retry_after_s: the other end wants us to wait so long; 0 when it says nothing.
    """

    default_code = "notice_failed"

    def __init__(
        self,
        trouble: Trouble,
        message: str,
        *,
        maybe_sent: bool | None = None,
        retry_after_s: float = 0.0,
    ) -> None:
        super().__init__(message, code=trouble.value)
        self.trouble = trouble
        self.maybe_sent = trouble in _MAYBE_SENT if maybe_sent is None else maybe_sent
        self.retry_after_s = retry_after_s
