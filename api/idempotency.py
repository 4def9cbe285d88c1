"""``Idempotency-Key``: a request that comes again is answered again, and its deed done once.

A client chooses a key for a request that changes something and sends it with every repetition. The
same key with the same request gives the same answer with the same status, also after a restart.
With another request it is refused (422, ``idempotency_mismatch``), and while the first is being
worked on too (409, ``request_in_flight``). Keys are each asker's own and are kept for a week.

What was done and not answered, because the machine went down in between, is known from the log of
deeds: a step of a fire is then answered with the fire as it is, what is done about an order with
the order, and whatever else with 409 ``answer_lost``: it was done, and is not done again. Answers
that tell of people (``no-store``) are never kept, and repetitions of theirs are answered so.
"""

import hashlib
import logging
import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.roles import COOKIE
from api.context import Context
from api.errors import problem
from api.languages import language_of
from models.errors import WatchError
from models.store.answers import ASKED, Asked, KeptAnswer

__all__ = ["HEADER", "Idempotency"]

logger = logging.getLogger(__name__)

HEADER: Final = "idempotency-key"
KEPT_FOR: Final = timedelta(days=7)
TIDIED_EVERY: Final = timedelta(hours=1)
LARGEST_ANSWER: Final = 4_000_000
_KEY: Final = re.compile(r"[A-Za-z0-9_.:-]{8,128}")
_NOT_HERE: Final = re.compile(
    r"/api/(session(/.*)?|land/imports|gates/.*|handovers/[0-9]+/take|exchange/.*|field/.*)"
)
"""Signing in has no asker yet, a file of land is kept under a key of its own, and so is each record
of a gate: a hash of its request would tell the plate to whoever tries all plates. A second
signature has a password in it, of which no such hash may be kept either; a report of the grid
platform has a number of its own, and a telephone."""
_OF_A_FIRE: Final = re.compile(r"/api/incidents/[0-9]+/[a-z]+")
_OF_AN_ORDER: Final = re.compile(r"(/api/orders/[0-9]+)/[a-z]+")
_RUN_AGAIN: Final = frozenset({"/api/flights", "/api/observations", "/api/orders"})
"""What its own key makes harmless."""
_NOT_KEPT: Final = frozenset({401, 403, 413, 429})


class Idempotency:
    """Answers repetitions; plain ASGI.

    Args:
        app: within.
        context: of the application.
    """

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._context = context
        self._working: set[tuple[str, str]] = set()
        self._tidied_at: datetime | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        key = headers.get(HEADER)
        if key is None or scope["method"] != "POST" or _NOT_HERE.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        if _KEY.fullmatch(key) is None:
            await _refuse(scope, receive, send, HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key")
            return
        author = await run_in_threadpool(self._author, Request(scope))
        if author is None:  # the route says why not
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        asked = Asked(author, key, _fingerprint(scope, body))
        if (author, key) in self._working:
            await _refuse(scope, receive, send, HTTPStatus.CONFLICT, "request_in_flight")
            return
        self._working.add((author, key))
        try:
            answer = await self._answer(scope, body, asked)
        finally:
            self._working.discard((author, key))
        await answer(scope, receive, send)

    def _author(self, request: Request) -> str | None:
        try:
            return self._context.auth.asker(
                request.cookies.get(COOKIE),
                request.headers.get("authorization"),
                request.url.path,
            ).name
        except WatchError:
            return None

    async def _answer(self, scope: Scope, body: bytes, asked: Asked) -> Response:
        kept = await run_in_threadpool(self._context.store.answers.find, asked.author, asked.key)
        if kept is None:
            return await self._run(scope, body, asked)
        if kept.fingerprint != asked.fingerprint:
            code = "idempotency_mismatch"
            return _problem(scope, HTTPStatus.UNPROCESSABLE_ENTITY, code)
        if kept.status is not None:
            again = Response(kept.body, kept.status, media_type=kept.media_type)
            again.headers["Idempotency-Replayed"] = "true"
            return again
        return await self._recovered(scope, body, asked, kept)

    async def _recovered(
        self, scope: Scope, body: bytes, asked: Asked, kept: KeptAnswer
    ) -> Response:
        if _OF_A_FIRE.fullmatch(scope["path"]) and kept.subject.isdecimal():
            number = await run_in_threadpool(self._standing, int(kept.subject))
            path = f"/api/incidents/{number}"
            now = {**scope, "method": "GET", "path": path, "raw_path": path.encode()}
            return await self._run({**now, "query_string": b""}, b"", asked)
        of_order = _OF_AN_ORDER.fullmatch(scope["path"])
        if of_order is not None:
            now = {**scope, "method": "GET", "path": of_order[1], "raw_path": of_order[1].encode()}
            return await self._run({**now, "query_string": b""}, b"", asked)
        if scope["path"] in _RUN_AGAIN:
            return await self._run(scope, body, asked)
        return _problem(scope, HTTPStatus.CONFLICT, "answer_lost")

    def _standing(self, number: int) -> int:
        found = self._context.store.incidents.get(number)
        while found.merged_into is not None:
            found = self._context.store.incidents.get(found.merged_into)
        return found.incident_id

    async def _run(self, scope: Scope, body: bytes, asked: Asked) -> Response:
        collected = _Collected()
        token = ASKED.set(asked)
        try:
            await self._app(scope, _replayed(body), collected.send)
        finally:
            ASKED.reset(token)
        answer = collected.response()
        if answer.status_code < 500 and answer.status_code not in _NOT_KEPT:
            await run_in_threadpool(self._keep, asked, answer)
        return answer

    def _keep(self, asked: Asked, answer: Response) -> None:
        # A one-time password or a token is nowhere kept: repeated, its answer is lost.
        secret = "no-store" in answer.headers.get("cache-control", "")
        if secret or len(answer.body) > LARGEST_ANSWER:
            return
        answers, now = self._context.store.answers, self._context.clock.now()
        kind = answer.headers.get("content-type", "")
        try:
            answers.keep(asked, answer.status_code, kind, bytes(answer.body))
            if self._tidied_at is None or now - self._tidied_at >= TIDIED_EVERY:
                self._tidied_at = now
                answers.forget(now - KEPT_FOR)
        except WatchError as error:  # the deed stands, and its answer goes out all the same
            logger.warning("an answer cannot be kept: %s", error)


class _Collected:
    """An answer, held back until it is kept."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = list(message["headers"])
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))

    def response(self) -> Response:
        answer = Response(b"".join(self._parts), self._status)
        answer.raw_headers = self._headers
        return answer


def _replayed(body: bytes) -> Receive:
    left = [body]

    async def receive() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    return receive


def _fingerprint(scope: Scope, body: bytes) -> str:
    digest = hashlib.sha256()
    for part in (scope["path"].encode(), scope["query_string"], body):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _problem(scope: Scope, status: HTTPStatus, code: str) -> Response:
    detail, remedy = _WORDS[code]
    language = language_of(Headers(scope=scope).get("accept-language"))
    return problem(status, code, detail, remedy, language)


async def _refuse(
    scope: Scope, receive: Receive, send: Send, status: HTTPStatus, code: str
) -> None:
    await _problem(scope, status, code)(scope, receive, send)


_WORDS: Final = {
    "idempotency_key": (
        "An idempotency key is 8 to 128 letters, digits or any of -_.: .",
        "Take a random one for each request.",
    ),
    "idempotency_mismatch": (
        "This idempotency key was used with another request.",
        "Take a new one.",
    ),
    "request_in_flight": ("The same request is being worked on.", "Wait for its answer."),
    "answer_lost": (
        "The request was done, and its answer was lost when the machine went down.",
        "Read what it changed; do not send it again.",
    ),
}
