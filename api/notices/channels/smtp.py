"""Mail, by the standard library in a thread; encrypted unless somebody chose otherwise."""

import asyncio
import logging
import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from api.notices.message import Message
from api.notices.trouble import DeliveryFailed, Trouble
from models.notice import Channel, MailSecurity, Secrets

__all__ = ["SmtpSender", "mail_of"]

logger = logging.getLogger(__name__)

SECONDS: Final = 8.0  # for each word of the conversation
PORTS: Final = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


class SmtpSender:
    """Hands mail to a server.

    Args:
        tls: whom to trust.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        """Send it; see :class:`api.notices.message.Sender`."""
        return await asyncio.to_thread(self._send, message, channel, secrets)

    def _send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        handed = False
        try:
            with closing(self._connected(channel)) as server:
                if secrets.values.get("user"):
                    server.login(secrets.values["user"], secrets.values.get("password", ""))
                handed = True
                refused = server.send_message(mail_of(message, channel))
                # It is taken: what goes wrong at parting takes nothing back.
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except smtplib.SMTPServerDisconnected as error:
            if isinstance(error.__context__, TimeoutError):  # the library's name for a silence
                raise _silent(handed=handed) from error
            # With the text on its way nobody knows; a server that hangs up before has nothing.
            raise DeliveryFailed(
                Trouble.CUT, "The mail server hung up.", maybe_sent=handed
            ) from error
        except TimeoutError as error:
            raise _silent(handed=handed) from error
        except ssl.SSLError as error:
            told = getattr(error, "verify_message", "") or error.reason or "handshake failed"
            raise DeliveryFailed(Trouble.TLS, f"TLS: {told}.") from error
        except smtplib.SMTPException as error:
            raise _failure(error) from error
        except OSError as error:
            raise DeliveryFailed(
                Trouble.UNREACHABLE, "The mail server cannot be reached.", maybe_sent=handed
            ) from error
        if refused:
            logger.warning("channel %d: %d recipients refused", channel.channel_id, len(refused))
            return (
                f"taken for {len(channel.draft.options.recipients) - len(refused)}, refused: "
                + (", ".join(sorted(refused)))
            )
        return f"taken for {len(channel.draft.options.recipients)}"

    def _connected(self, channel: Channel) -> smtplib.SMTP:
        options = channel.draft.options
        host, port = _host(options.address, PORTS[options.security])
        if options.security is MailSecurity.TLS:
            return smtplib.SMTP_SSL(
                host, port, local_hostname="firewatch", timeout=SECONDS, context=self._tls
            )
        server = smtplib.SMTP(host, port, local_hostname="firewatch", timeout=SECONDS)
        if options.security is MailSecurity.STARTTLS:
            try:
                server.starttls(context=self._tls)
            except BaseException:
                server.close()
                raise
        return server


def mail_of(message: Message, channel: Channel) -> EmailMessage:
    """The mail; its Message-ID is the message's mark."""
    options = channel.draft.options
    mail = EmailMessage()
    mail["From"] = options.sender
    mail["To"] = ", ".join(options.recipients)
    mail["Subject"] = " ".join(message.title.split())
    mail["Date"] = format_datetime(message.written_at)
    mail["Message-ID"] = f"<{message.message_id}@{options.sender.rpartition('@')[2]}>"
    mail["X-Firewatch-Delivery"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    if message.urgent:
        mail["X-Priority"] = "1"
        mail["Importance"] = "high"
    mail.set_content(message.text, cte="base64")
    return mail


def _host(address: str, port: int) -> tuple[str, int]:
    if address.startswith("["):
        host, _, rest = address[1:].partition("]")
        return host, int(rest[1:]) if rest else port
    host, _, told = address.partition(":")
    return host, int(told) if told else port


def _silent(*, handed: bool) -> DeliveryFailed:
    return DeliveryFailed(
        Trouble.TIMEOUT if handed else Trouble.UNREACHABLE,
        f"The mail server did not answer within {SECONDS:g} s.",
    )


def _failure(error: smtplib.SMTPException) -> DeliveryFailed:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _ in error.recipients.values()}
        later = all(400 <= code < 500 for code in codes)
        return DeliveryFailed(
            Trouble.UNWELL if later else Trouble.RECIPIENTS,
            f"The mail server takes none of the recipients ({', '.join(map(str, sorted(codes)))}).",
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return DeliveryFailed(Trouble.TLS, "The mail server offers no encryption, or no sign-in.")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return DeliveryFailed(
            Trouble.REFUSED, f"The mail server refuses the sign-in ({error.smtp_code})."
        )
    if isinstance(error, smtplib.SMTPResponseException):
        told = f"The mail server answers {error.smtp_code}."
        if 400 <= error.smtp_code < 500:
            return DeliveryFailed(Trouble.UNWELL, told)
        data = isinstance(error, smtplib.SMTPDataError)
        return DeliveryFailed(Trouble.CONTENT if data else Trouble.REFUSED, told)
    return DeliveryFailed(Trouble.UNREADABLE, "That is no mail server.", maybe_sent=False)
