"""The certificate that Firewatch speaks TLS with, looked at before anything is started."""

import logging
import ssl
import stat

from models.config import TlsRule
from models.errors import InputRefused

__all__ = ["check_tls"]

logger = logging.getLogger(__name__)


def check_tls(rule: TlsRule) -> None:
    """Let pass a certificate and a key that fit, and no TLS at all.

    Raises:
        InputRefused: one of the files cannot be read, is none, or they do not belong together.
    """
    if rule.certificate is None or rule.key is None:
        return
    try:
        # What is asked for a password here would wait for ever.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(rule.certificate, rule.key, password="")
        mode = rule.key.stat().st_mode
    except (OSError, ssl.SSLError) as error:
        raise InputRefused(
            f"{rule.certificate} and {rule.key} are not a certificate with its key: "
            f"{getattr(error, 'reason', None) or error.strerror}.",
            remedy="Name two PEM files: the whole chain, and its key without a password.",
        ) from error
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        logger.warning("%s can be read or changed by others: chmod 640", rule.key)
