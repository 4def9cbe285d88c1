"""A PostgreSQL server of its own for the tests, made of Debian's package in a temporary folder.

Run as a script it says whether one can run here, and with ``packages`` what it needs. The server
listens on a port of the loopback and on a socket in its folder, and syncs nothing to the disk: what
the tests prove is the store's doing, and a cut of the power is the server's own.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

__all__ = [
    "PACKAGES",
    "PASSWORD",
    "USER",
    "PostgresqlServer",
    "PostgresqlShelf",
    "why_no_postgresql",
]

PACKAGES = "postgresql"
USER, PASSWORD = "firewatch", "geheim & 林火/1"
_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=32MB",
    "synchronous_commit=off",  # the store asks for it by itself
    "log_min_messages=fatal",
    "lc_messages=C",
)


def why_no_postgresql() -> str:
    """Why no server can run here; empty when one can."""
    if _programs() is None:
        return "no PostgreSQL server of Debian's in /usr/lib/postgresql"
    return "" if _owner() is not None else "no user to run it as but root"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class PostgresqlServer:
    """One server with one user; :meth:`database` makes empty databases that are theirs.

    Attributes:
        folder: of its files, removed by :meth:`remove`.
        port: on the loopback.
    """

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="firewatch-pg-")))
    port: int = field(default_factory=_free_port)
    _process: subprocess.Popen[bytes] | None = None
    _made: int = 0

    def __post_init__(self) -> None:
        owner = _owner()
        assert owner is not None
        self._owner = owner
        os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        os.chown(secret, owner.pw_uid, owner.pw_gid)
        self._run(
            *("initdb", "-D", str(self.data), "-U", USER, "-E", "UTF8", "--locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"),
        )
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str, *, password: str = PASSWORD, user: str = USER) -> str:
        return (
            f"postgresql+psycopg://{user}:{quote(password, safe='')}"
            f"@127.0.0.1:{self.port}/{database}"
        )

    def start(self) -> None:
        programs = _programs()
        assert programs is not None
        settings = [part for one in _SETTINGS for part in ("-c", one)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # Debian's own program
                [
                    *(str(programs / "postgres"), "-D", str(self.data), "-p", str(self.port)),
                    *("-h", "127.0.0.1", "-k", str(self.folder), *settings),
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._owner.pw_uid,
                group=self._owner.pw_gid,
                extra_groups=[],
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:  # noqa: S603
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "the server does not become ready"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """``SIGINT`` cuts every client off; ``SIGKILL`` leaves the recovery to the next start."""
        if self._process is None:
            return
        if how is signal.SIGKILL:  # its children as well: they hold the shared memory
            os.killpg(self._process.pid, how)
        else:
            self._process.send_signal(how)
        self._process.wait(60)
        self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the owner of everything; rows as text."""
        return self._run(
            *("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder)),
            *("-p", str(self.port), "-U", USER, "-d", database, "-c", statement),
        )

    def database(self, template: str = "template0") -> str:
        """A new database; its name."""
        self._made += 1
        name = f"t{self._made}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still in it."""
        self.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _run(self, program: str, *arguments: str) -> str:
        programs = _programs()
        assert programs is not None
        done = subprocess.run(  # noqa: S603  # Debian's own programs
            [str(programs / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "PGPASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"},
            user=self._owner.pw_uid,
            group=self._owner.pw_gid,
            extra_groups=[],
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


_EMPTY = """
DO $$
DECLARE one record;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET session_replication_role = replica;
    FOR one IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', one.tablename); END LOOP;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
    LOOP PERFORM setval(one.sequencename::regclass, 1, false); END LOOP;
    INSERT INTO audit_head VALUES (1, 0, repeat('0', 64));
END $$
"""


class PostgresqlShelf:
    """Databases with tables and without rows, to be taken and put back.

    A copy of a database costs the server a second; emptying one costs it some milliseconds.

    Args:
        server: that has them.
        fill: makes the tables in a database.
    """

    def __init__(self, server: PostgresqlServer, fill: Callable[[str], None]) -> None:
        self.server = server
        self._fill = fill
        self._free: list[str] = []

    def take(self) -> str:
        """The name of one that nobody uses."""
        if not self._free:
            self._free.append(self.server.database())
            self._fill(self._free[-1])
        return self._free.pop()

    def put_back(self, name: str) -> None:
        """Cut off who is still in it, and empty it."""
        with psycopg.connect(
            host="127.0.0.1",
            port=self.server.port,
            user=USER,
            password=PASSWORD,
            dbname=name,
            autocommit=True,
        ) as connection:
            connection.execute(_EMPTY)
        self._free.append(name)


def _programs() -> Path | None:
    """The folder of the newest server that is installed."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((one.parent for one in found), key=lambda at: int(at.parent.name), default=None)


def _owner() -> pwd.struct_passwd | None:
    """Whom the server runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


if __name__ == "__main__":
    if sys.argv[1:] == ["packages"]:
        print(PACKAGES)  # noqa: T201  # what a script asks for
    else:
        sys.exit(why_no_postgresql() or 0)
