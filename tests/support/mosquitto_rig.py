"""A Mosquitto broker of its own for the tests, made of Debian's package in a temporary folder.

Run as a script it says whether one can run here, and with ``packages`` what it needs. It asks for a
name and a password, and with TLS it shows a certificate of an authority of its own.
"""

import datetime as dt
import ipaddress
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["PACKAGES", "PASSWORD", "USER", "MosquittoServer", "why_no_mosquitto"]

PACKAGES = "mosquitto"
USER, PASSWORD = "firewatch", "geheim & 林火/1"
_PLACES = ("/usr/sbin", "/usr/local/sbin", "/usr/bin")


def why_no_mosquitto() -> str:
    """Why no broker can run here; empty when one can."""
    missing = [name for name in ("mosquitto", "mosquitto_passwd") if _program(name) is None]
    return f"no {' and no '.join(missing)} of Debian's" if missing else ""


@dataclass
class MosquittoServer:
    """One broker that keeps sessions while it runs.

    Attributes:
        folder: of its files.
        has_tls: whether connections are sealed.
        port: on the loopback; 0 takes one that is free.
    """

    folder: Path
    has_tls: bool = False
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = self.port or _free_port()
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {self.folder / 'users'}",
            "persistence false",
            f"user {'root' if Path('/proc/self').stat().st_uid == 0 else 'nobody'}",
        ]
        if self.has_tls:
            _certificates(self.folder)
            lines += [
                f"certfile {self.folder / 'broker.pem'}",
                f"keyfile {self.folder / 'broker.key'}",
            ]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self._run("mosquitto_passwd", "-c", "-b", str(self.folder / "users"), USER, PASSWORD)
        self.start()

    @property
    def ca_file(self) -> Path:
        """Certificate of the authority that signed the broker's."""
        return self.folder / "authority.pem"

    def start(self) -> None:
        program = _program("mosquitto")
        assert program is not None
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- Debian's own program
                [program, "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        deadline = time.monotonic() + 20
        while not self._is_there():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "the broker does not become ready"
            time.sleep(0.02)

    def stop(self) -> None:
        """Kill it: clients are cut off, and what it kept is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    def _is_there(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        path = _program(program)
        assert path is not None
        done = subprocess.run(  # noqa: S603 -- Debian's own program
            [path, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def _program(name: str) -> str | None:
    return shutil.which(name) or next(
        (str(Path(place) / name) for place in _PLACES if (Path(place) / name).is_file()), None
    )


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _certificates(folder: Path) -> None:
    """An authority, and a certificate of it for the loopback."""
    now = dt.datetime.now(dt.UTC)
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])

    def begun(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
        )

    authority = (
        begun(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    broker = (
        begun(name, key.public_key())
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "broker.pem").write_bytes(broker.public_bytes(pem))
    (folder / "broker.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["packages"]:
        print(PACKAGES)  # noqa: T201  # what a script asks for
    else:
        sys.exit(why_no_mosquitto() or 0)
