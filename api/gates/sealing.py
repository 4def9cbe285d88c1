"""Plates and codes, sealed before they are written down.

From one secret file two keys are made (HKDF-SHA256, RFC 5869): one marks, so that the same plate is
found again (HMAC-SHA256), one seals (AES-256-GCM, a random nonce each). Without the file nothing
of the database tells a plate; whoever has both can read all of them. The file is never in a backup.

No error and no repr of this module holds a plate, a code or a key.
"""

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.keyfile import KEY_BYTES, read_or_make_key
from models.errors import StoreDamaged
from models.passage import PassageDraft, PassageKind, SealedDraft, bare

__all__ = ["Seal"]

_FORM: Final = b"\x01"  # of what is sealed: this byte, which key, nonce, text with its tag
_NAME_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HEAD: Final = len(_FORM) + _NAME_BYTES


@dataclass(frozen=True, slots=True)
class _Keys:
    marking: bytes = field(repr=False)
    recording: bytes = field(repr=False)  # marks keys of records
    sealing: AESGCM = field(repr=False)
    name: bytes  # tells keys apart, tells nothing of them

    @classmethod
    def of(cls, secret: bytes) -> "_Keys":
        def derived(purpose: bytes, length: int) -> bytes:
            info = b"firewatch gates 1 " + purpose
            return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)

        return cls(
            derived(b"mark", KEY_BYTES),
            derived(b"record", KEY_BYTES),
            AESGCM(derived(b"seal", KEY_BYTES)),
            derived(b"name", _NAME_BYTES),
        )


class Seal:
    """Marks, seals and opens with the key of one file; from any thread.

    Args:
        secret: the bytes of the file; asked for once, when they are needed first.
    """

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret
        self._lock = threading.Lock()
        self._known: _Keys | None = None

    @classmethod
    def at(cls, path: Path) -> "Seal":
        """The seal of a key file, which is made where there is none.

        Raises:
            StoreDamaged: the file is not a key; code ``seal_key``.
            InputRefused: it cannot be read or made; code ``seal_key``.
            StorageFull: the disk is full.
        """
        seal = cls.later(path)
        _ = seal._keys  # noqa: SLF001  # its own
        return seal

    @classmethod
    def later(cls, path: Path) -> "Seal":
        """The same, read or made when it is needed first: a watch without it still sees fires."""
        return cls(
            lambda: read_or_make_key(
                path,
                setting="gates.key_file",
                code="seal_key",
                loss="Without it nothing that it sealed can be opened.",
            )
        )

    def mark(self, who: str) -> str:
        """What tells whether two plates or codes are the same: 64 hexadecimal digits.

        Args:
            who: as anybody writes it, see :func:`models.passage.bare`.
        """
        return _hmac(self._keys.marking, bare(who))

    def close(self, who: str) -> bytes:
        """Seal a plate or a code as it was told; every time to other bytes."""
        keys = self._keys
        head, nonce = _FORM + keys.name, secrets.token_bytes(_NONCE_BYTES)
        return head + nonce + keys.sealing.encrypt(nonce, who.encode(errors="surrogatepass"), head)

    def open(self, sealed: bytes) -> str:
        """Open what :meth:`close` sealed.

        Raises:
            StoreDamaged: it was sealed with another key (``seal_foreign``), or is not what was
                sealed (``seal_damaged``).
        """
        keys = self._keys
        head, nonce = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE_BYTES]
        if len(sealed) < _HEAD + _NONCE_BYTES + _TAG_BYTES or not head.startswith(_FORM):
            raise _damaged()
        if head != _FORM + keys.name:
            raise StoreDamaged(
                "A plate or a code was sealed with another key than this one.",
                remedy="Put the key file back that was in use then; see docs/security.md.",
                code="seal_foreign",
            )
        try:
            opened = keys.sealing.decrypt(nonce, sealed[_HEAD + _NONCE_BYTES :], head)
        except InvalidTag as error:
            raise _damaged() from error
        return opened.decode(errors="surrogatepass")

    def draft(self, draft: PassageDraft) -> SealedDraft:
        """A passage as it may be written down.

        The key of the gate's record, which may hold the plate, is marked too, together with the
        gate and the minute: gates count their records by themselves, and many from 1 every day.

        Args:
            draft: checked, see :func:`models.passage.check_passage`.
        """
        nobody = draft.kind is PassageKind.COUNT
        record = json.dumps([draft.gate, draft.at.strftime("%Y-%m-%dT%H:%M"), draft.key])
        return SealedDraft(
            gate=draft.gate,
            at=draft.at,
            way=draft.way,
            kind=draft.kind,
            mark="" if nobody else self.mark(draft.who),
            sealed=b"" if nobody else self.close(draft.who),
            key=_hmac(self._keys.recording, record) if draft.key else "",
        )

    @property
    def _keys(self) -> _Keys:
        with self._lock:
            if self._known is None:
                self._known = _Keys.of(self._secret())
            return self._known


def _hmac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _damaged() -> StoreDamaged:
    return StoreDamaged(
        "A sealed plate or code cannot be opened: it is not what was sealed.",
        remedy="Restore the last backup of the database.",
        code="seal_damaged",
    )
