"""What stands in a one-time link: the number of the link, and a proof that we made it.

``base64url(number + HMAC-SHA256(key, number + number of the call))``, 54 characters. Nothing of it
is stored: it is reckoned again from the key file when it is sent or checked. Whoever reads the
database, or a backup of it, therefore opens no link; whoever has the key and the database can.

The token stands behind the ``#`` of an address, which browsers send to no server, so that it is in
no log of a proxy. No error and no repr of this module holds a token or the key.
"""

import base64
import binascii
import hashlib
import hmac
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from api.keyfile import read_or_make_key
from models.order import OrderLink

__all__ = ["LinkMaker"]

_PURPOSE: Final = b"firewatch order link 1"
_NUMBER_BYTES: Final = 8
_TOKEN_LENGTH: Final = 54


class LinkMaker:
    """Makes and checks tokens with the key of one file; from any thread.

    Args:
        secret: the bytes of the file; asked for once, when they are needed first.
        public_url: address of the console as phones reach it; empty when nobody has said.
    """

    def __init__(self, secret: Callable[[], bytes], public_url: str = "") -> None:
        self._secret = secret
        self._public_url = public_url.rstrip("/")
        self._lock = threading.Lock()
        self._known: bytes | None = None

    @classmethod
    def later(cls, path: Path, public_url: str = "") -> "LinkMaker":
        """With the key of a file that is read, or made, when it is needed first.

        The methods that need it raise StoreDamaged when the file is not a key, InputRefused when it
        cannot be read or made (both with code ``link_key``), and StorageFull.
        """
        return cls(
            lambda: read_or_make_key(
                path,
                setting="orders.key_file",
                code="link_key",
                loss="Without it no link that was sent can be opened; new ones can be sent.",
            ),
            public_url,
        )

    @property
    def has_address(self) -> bool:
        """Whether a phone can be told where the console is."""
        return bool(self._public_url)

    def token(self, link: OrderLink) -> str:
        """What opens a link: 54 characters of ``A-Z a-z 0-9 - _``."""
        number = link.link_id.to_bytes(_NUMBER_BYTES, "big")
        call = link.entry_id.to_bytes(_NUMBER_BYTES, "big")
        proof = hmac.new(self._key, _PURPOSE + number + call, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(number + proof).rstrip(b"=").decode("ascii")

    def url(self, link: OrderLink) -> str:
        """The address to open; only its path where nobody has said how phones reach the console."""
        return f"{self._public_url}/field/#t={self.token(link)}"

    def opens(self, token: str, link: OrderLink) -> bool:
        """Whether a token is the one of a link; takes as long for any wrong one."""
        return hmac.compare_digest(
            self.token(link).encode("ascii"), token.encode(errors="surrogatepass")
        )

    @staticmethod
    def number_of(token: str) -> int | None:
        """The number of the link that a token claims to be of; None when it is no token at all.

        It proves nothing: :meth:`opens` does.
        """
        if len(token) != _TOKEN_LENGTH or not token.isascii():
            return None
        try:
            raw = base64.b64decode(token + "==", altchars=b"-_", validate=True)
        except binascii.Error:
            return None
        number = int.from_bytes(raw[:_NUMBER_BYTES], "big")
        return number if 0 < number < 2**63 else None

    @property
    def _key(self) -> bytes:
        with self._lock:
            if self._known is None:
                self._known = self._secret()
            return self._known
