"""No password in a log, an error or on a screen.

What is known is taken out by value, as it is and as it travels (percent-encoded, in Base64, as an
escaped string); what is not known is taken out by its place: before the ``@`` of an address, in an
``Authorization`` header, in a parameter called ``pwd``. An address of which nobody can tell where
its password ends becomes ``<unreadable address>`` as a whole.

User names are taken out by place only: half the cameras call theirs ``admin``, and a log without
that word cannot be read. Passwords of fewer than four characters are too, for a text without its
letter a tells everybody the password.
"""

import base64
import json
import logging
import re
import threading
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from camera_gateway.credentials import split_address
from models.camera_link import Credential
from models.errors import InputRefused

__all__ = ["UNREADABLE_ADDRESS", "SecretFilter", "redact", "shown_address"]

UNREADABLE_ADDRESS: Final = "<unreadable address>"
_HIDDEN: Final = "***"
_SHORTEST_BY_VALUE = 4
_ADDRESS = re.compile(r"\b(?:rt[sm]ps?|https?)://[^\s\"'<>]*", re.IGNORECASE)
_UNBROKEN = re.compile(r"[^\s\"'<>]*")
_TRAILING = ".,;:!?)]}"
_BARE = re.compile(r"(?<![^\s\"'(<=/])[^\s:@/\"'(<=]+:(?!//)[^\s@]{1,256}@(?=[\w\[])")
_NAMES = r"(?:pass(?:word|wd|phrase)?|pwd|psw|secret|token|user(?:name)?|usr|loginuse|loginpas)"
_PARAMETER = re.compile(rf"(?i)([?&]{_NAMES}=)[^&\s\"'<>#]*")
_PLACES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(authorization\W{1,4})[^\r\n]*"), rf"\1{_HIDDEN}"),
    (re.compile(r"(?i)\b(basic\s+)[A-Za-z0-9+/]{6,}={0,2}"), rf"\1{_HIDDEN}"),
    (_PARAMETER, rf"\1{_HIDDEN}"),
    (
        re.compile(rf"(?i)((?<![A-Za-z]){_NAMES}[\"']?\s*[=:]\s*)(\"[^\"\r\n]*\"|'[^'\r\n]*')"),
        rf"\1{_HIDDEN}",
    ),
    (re.compile(r"(?i)((?<![A-Za-z])pass(?:word|wd)?\s*[=:]\s*)[^\s\"',;&]+"), rf"\1{_HIDDEN}"),
    (
        re.compile(r"(?is)(<(?:\w+:)?(?:password|username)\b[^>]{0,256}>)[^<]*"),
        rf"\1{_HIDDEN}",
    ),
)
_OWN_ATTRIBUTES = frozenset(logging.makeLogRecord({}).__dict__)


def redact(text: str, credentials: Iterable[Credential] = ()) -> str:
    """The text without passwords.

    Args:
        text: an error, a log line, anything.
        credentials: those that may stand in it.
    """
    return _by_place(_by_value(text, {form for each in credentials for form in _forms(each)}))


def shown_address(typed: str) -> str:
    """An address as it may be shown: without user, password and secret parameters."""
    try:
        address, _credential = split_address(typed)
    except InputRefused:
        return UNREADABLE_ADDRESS
    return _by_parameters(address)


class SecretFilter(logging.Filter):
    """Takes passwords out of log records; add it to every handler.

    A filter of a logger does not see what its children log, so the handlers are its place. It may
    be told of credentials from any thread. A traceback that holds a password becomes part of the
    message, without it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._known: dict[str, int] = {}

    def know(self, credential: Credential) -> None:
        """Take out this password from now on; told twice, it is forgotten when told so twice."""
        with self._lock:
            for form in _forms(credential):
                self._known[form] = self._known.get(form, 0) + 1

    def forget(self, credential: Credential) -> None:
        """The credential is no longer in use; one that is not known is passed over."""
        with self._lock:
            for form in _forms(credential):
                left = self._known.pop(form, 0) - 1
                if left > 0:
                    self._known[form] = left

    def clean(self, text: str) -> str:
        """As :func:`redact` with the known credentials."""
        with self._lock:
            known = set(self._known)
        return _by_place(_by_value(text, known))

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record; every record passes."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001  (what a caller's own __str__ raises)
            message = "<unreadable log record>"
        trace = _trace_of(record)
        clean_trace = self.clean(trace)
        if clean_trace != trace:
            message = f"{message}\n{clean_trace}"
            record.exc_info = record.exc_text = record.stack_info = None
        if isinstance(record.msg, dict):  # structlog hands its fields on as they are
            record.msg = {
                key: self.clean(value) if isinstance(value, str) else value
                for key, value in record.msg.items()
            }
        else:
            record.msg, record.args = self.clean(message), ()
        for name, value in record.__dict__.items():
            if isinstance(value, str) and name not in _OWN_ATTRIBUTES:
                record.__dict__[name] = self.clean(value)
        return True


def _trace_of(record: logging.LogRecord) -> str:
    parts = [record.exc_text or "", record.stack_info or ""]
    if record.exc_info and not record.exc_text:
        parts[0] = logging.Formatter().formatException(record.exc_info)
    return "\n".join(part for part in parts if part)


def _forms(credential: Credential) -> Iterator[str]:
    """The password as it may stand in a text."""
    password = credential.password
    both = f"{credential.user}:{password}"
    if password:
        yield base64.b64encode(both.encode("utf-8", "surrogatepass")).decode()
        with_latin = both.encode("latin-1", "replace")
        yield base64.b64encode(with_latin).decode()
    if len(password) < _SHORTEST_BY_VALUE:
        return
    for encoded in (quote(password, safe=""), quote(password), quote_plus(password)):
        yield encoded
        yield re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), encoded)
    yield password
    yield repr(password)[1:-1]
    yield ascii(password)[1:-1]
    yield json.dumps(password)[1:-1]


def _by_value(text: str, forms: set[str]) -> str:
    # The longest first: a form may be part of another.
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    return text


def _by_place(text: str) -> str:
    text = "\n".join(_addresses_of(line) for line in text.split("\n"))
    for pattern, replacement in _PLACES:
        text = pattern.sub(replacement, text)
    return _BARE.sub(f"{_HIDDEN}@", text)


def _addresses_of(line: str) -> str:
    """A line whose addresses carry no credential."""
    out, at = "", 0
    while (match := _ADDRESS.search(line, at)) is not None:
        shown, end = _shown(line, match)
        out += line[at : match.start()] + shown
        at = end
    return out + line[at:]


def _shown(line: str, match: re.Match[str]) -> tuple[str, int]:
    """How the address at that place may be shown, and where the text goes on."""
    found = match[0]
    address = found.rstrip(_TRAILING)
    following = _ADDRESS.search(line, match.end())
    last_at = line.rfind("@", match.end(), len(line) if following is None else following.start())
    if last_at >= 0:
        # The address may have broken off at a space or a quote inside its password.
        return UNREADABLE_ADDRESS, _UNBROKEN.match(line, last_at).end()  # type: ignore[union-attr]
    try:
        plain, credential = split_address(address)
    except InputRefused:
        return UNREADABLE_ADDRESS, match.end()
    scheme, site = plain.split("://", 1)
    who = "" if credential is None else f"{_HIDDEN}@"
    return _by_parameters(f"{scheme}://{who}{site}") + found[len(address) :], match.end()


def _by_parameters(address: str) -> str:
    return _PARAMETER.sub(rf"\1{_HIDDEN}", address)
