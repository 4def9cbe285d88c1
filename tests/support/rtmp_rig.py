"""An RTMP server of its own for the tests: Debian's nginx with its RTMP module, in a folder.

Run as a script it says whether one can run here, and with ``packages`` what it needs.
"""

import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

__all__ = ["PACKAGES", "RtmpServer", "why_no_rtmp"]

PACKAGES = "nginx-light libnginx-mod-rtmp"
_PLACES = ("/usr/sbin", "/usr/local/sbin", "/usr/bin")
_MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
_CONFIGURATION = """
load_module {module};
daemon off;
worker_processes 1;
user {user};
pid {folder}/pid;
error_log {folder}/log;
events {{ worker_connections 32; }}
rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; }} }} }}
"""


def why_no_rtmp() -> str:
    """Why no server can run here; empty when one can."""
    if _program() is None:
        return "no nginx of Debian's"
    return "" if _MODULE.is_file() else "no RTMP module of nginx"


@dataclass
class RtmpServer:
    """One server that hands on what is pushed to it, while the block lasts.

    Attributes:
        folder: of its files.
        port: on the loopback; 0 takes one that is free.
    """

    folder: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self.port == 0:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = int(probe.getsockname()[1])
        user = "root" if Path("/proc/self").stat().st_uid == 0 else "nobody"
        told = _CONFIGURATION.format(module=_MODULE, folder=self.folder, port=self.port, user=user)
        path, program = self.folder / "nginx.conf", _program()
        path.write_text(told)
        assert program is not None
        self._process = subprocess.Popen(  # noqa: S603 -- Debian's own program
            [program, "-p", str(self.folder), "-e", str(self.folder / "log"), "-c", str(path)]
        )
        deadline_s = time.monotonic() + 20.0
        while not self._is_there():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline_s, "the server does not become ready"
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()  # the master ends its worker
            self._process.wait(20)
            self._process = None

    def address(self, path: str) -> str:
        """Of a stream."""
        return f"rtmp://127.0.0.1:{self.port}/live{path}"

    def _is_there(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


def _program() -> str | None:
    found = (str(Path(place) / "nginx") for place in _PLACES)
    return shutil.which("nginx") or next((one for one in found if Path(one).is_file()), None)


if __name__ == "__main__":
    if sys.argv[1:] == ["packages"]:
        sys.stdout.write(PACKAGES + "\n")
    elif trouble := why_no_rtmp():
        sys.exit(trouble)
