"""Plates and codes, sealed before they are written down.

From one secret file two keys are made (HKDF-SHA256, RFC 5869): one marks, so that the same plate is
found again (HMAC-SHA256), one seals (AES-256-GCM, a random nonce each). Without the file nothing
of the database tells a plate; whoever has both can read all of them. The file is never in a backup.

No error and no repr of this module holds a plate, a code or a key.
"""

import errno
import hashlib
import hmac
import json
import logging
import os
import secrets
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.errors import InputRefused, StorageFull, StoreDamaged
from models.passage import PassageDraft, PassageKind, SealedDraft, bare

__all__ = ["Seal"]

logger = logging.getLogger(__name__)

KEY_BYTES: Final = 32
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
        return cls(lambda: _read_or_make(path))

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


def _read_or_make(path: Path) -> bytes:
    try:
        try:
            return _read(path)
        except FileNotFoundError:
            return _make(path)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull(
                f"The key file {path} cannot be made: its disk is full.", remedy="Make room."
            ) from error
        raise InputRefused(
            f"The key file {path} cannot be read or made: {error.strerror}.",
            remedy="Give the service its folder, or name another file as gates.key_file.",
            code="seal_key",
        ) from error


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        secret = file.read(KEY_BYTES + 1)
        mode = os.fstat(file.fileno()).st_mode
    if len(secret) != KEY_BYTES:
        raise StoreDamaged(
            f"{path} is not a key file: it does not have {KEY_BYTES} bytes.",
            remedy="Put the right one back; without it nothing that it sealed can be opened.",
            code="seal_key",
        )
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        logger.warning("%s is a key and others may read or change it: chmod 600", path)
    return secret


def _make(path: Path) -> bytes:
    """Make the file beside its place and give it its name if nobody was faster.

    Returns:
        The key that the file has in the end, which may be another process's.
    """
    path = path.resolve()  # a link that points to nothing yet
    unborn = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(unborn)  # unlike a rename it never takes the place of another key
            logger.warning("made the key %s: keep a copy of it, no backup holds it", path)
    finally:
        unborn.unlink()
    _flush(path.parent)
    return _read(path)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _damaged() -> StoreDamaged:
    return StoreDamaged(
        "A sealed plate or code cannot be opened: it is not what was sealed.",
        remedy="Restore the last backup of the database.",
        code="seal_damaged",
    )
