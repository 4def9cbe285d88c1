"""Names of cameras' hosts, looked up where nobody else waits.

The event loop looks names up in the pool that detection and the live feed use, six threads on two
cores. With a name server that is gone each look-up holds one of them for ten seconds, and a dozen
cameras that are named instead of numbered would bring the whole watch to a stand.
"""

import asyncio
import ipaddress
import socket
import threading
from concurrent.futures import Future
from typing import Final

__all__ = ["address_of"]

_lock: Final = threading.Lock()
_under_way: Final[dict[str, Future[str]]] = {}
"""One look-up a host at a time, however many ask: no more threads than there are hosts."""


async def address_of(host: str) -> str:
    """An address of the host, one of IPv4 where it has one; an address is its own.

    Waiting for it may be cancelled or timed; the look-up itself ends when the system ends it.

    Raises:
        socket.gaierror: this machine finds none, or the name is none.
    """
    if _is_address(host):
        return host
    with _lock:
        found = _under_way.get(host)
        if found is None:
            found = Future()
            found.set_running_or_notify_cancel()  # whoever stops waiting stops nobody else's
            threading.Thread(target=_look_up, args=(host, found), name="name", daemon=True).start()
            _under_way[host] = found
    return await asyncio.wrap_future(found)


def _look_up(host: str, found: Future[str]) -> None:
    try:
        answers = socket.getaddrinfo(host.encode(), None, type=socket.SOCK_STREAM)
        answers.sort(key=lambda answer: answer[0] != socket.AF_INET)  # the order stays besides
        address, failure = str(answers[0][4][0]), None
    except (OSError, ValueError) as error:
        address, failure = "", socket.gaierror(socket.EAI_NONAME, str(error))
    with _lock:
        del _under_way[host]
    if failure is None:
        found.set_result(address)
    else:
        found.set_exception(failure)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
