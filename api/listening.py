"""The address at which the watch is served."""

import socket

from models.errors import InputRefused

__all__ = ["listen"]

DEAD_LINE_MS = 60_000


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else is started.

    Raises:
        InputRefused: the port is in use or may not be used, or the host is not ours.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # The protocol is named: asyncio sends at once (TCP_NODELAY) only where it is. Without it an
        # answer of two writes waited 42 ms, until the other end acknowledged the first.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A browser that takes nothing more, or is gone without a word, is let go of after this.
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_LINE_MS)
        try:
            listening.bind((host, port))
            listening.listen(128)  # whoever comes before the server is up waits instead of failing
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise InputRefused(
            f"Cannot listen on {host} port {port}: {error.strerror}.",
            remedy="Stop the program that uses it, or choose another with --port.",
            code="port_in_use",
        ) from error
    return listening
