"""The application behind a real socket, for clients that know nothing of Python."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from api_rig import ApiRig

from api.app import create_app

__all__ = ["served"]


@contextmanager
def served(rig: ApiRig, *, console: bool = False) -> Iterator[str]:
    """Serve the rig's application, with the console where it is asked for; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        app = create_app(rig.context) if console else create_app(rig.context, console_dir=None)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=20.0)
