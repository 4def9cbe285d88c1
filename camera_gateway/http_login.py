"""Logging in to a camera over HTTP as it asks for it: Digest where it is offered, else Basic.

Nothing is sent before the camera asks. Basic sends the password as good as in clear text, so it is
taken only where nothing better is offered.

Source: RFC 7235 section 4.1, RFC 7616, RFC 7617.
"""

from collections.abc import Generator

import httpx

from models.camera_link import Credential

__all__ = ["ChallengedAuth"]


class ChallengedAuth(httpx.Auth):
    """Answers a camera's challenge, and goes on answering it in the requests that follow.

    Args:
        credential: who we are.
    """

    def __init__(self, credential: Credential) -> None:
        self._credential = credential
        self._chosen: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send, and where the camera refuses, answer its challenge once.

        Raises:
            ValueError, KeyError, NotImplementedError, httpx.ProtocolError: the challenge cannot be
                answered.
        """
        if self._chosen is None:
            response = yield request
            chosen = self._choose(response)
            if chosen is None:
                return
            self._chosen = chosen
            if isinstance(chosen, httpx.DigestAuth):
                flow = chosen.auth_flow(request)
                next(flow)  # it would ask; that has just been done
                yield flow.send(response)
                return
        yield from self._chosen.auth_flow(request)

    def _choose(self, response: httpx.Response) -> httpx.Auth | None:
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return None
        user, password = self._credential.user.encode(), self._credential.password.encode()
        offers = {
            offer.split(" ", 1)[0].lower()
            for offer in response.headers.get_list("www-authenticate")
        }
        if "digest" in offers:
            return httpx.DigestAuth(user, password)
        return httpx.BasicAuth(user, password) if "basic" in offers else None
