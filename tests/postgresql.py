"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by a socket there, gone with the process.

The first worker that needs it starts it, and the last that ends stops it; each has a database of its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.absent import absent

MISSING = "PostgreSQL is not installed; apt-get install postgresql, or put initdb and pg_ctl on PATH"
_SETTINGS = (
    *("listen_addresses=''", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB"),
    *(
        "max_connections=200",
        "max_locks_per_transaction=512",
        "autovacuum=off",
        "jit=off",
        "unix_socket_permissions=0777",
    ),
)


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: each.parts[-3].zfill(4))
    on_path = shutil.which("initdb")
    chosen = found[-1] if found else None if on_path is None else Path(on_path).resolve()
    return None if chosen is None else chosen.parent


def needed() -> Path:
    """The programs; where they are missing the test is skipped, and fails in CI."""
    found = programs()
    if found is None:
        absent(MISSING)
    return found


class Cluster:
    """One server. PostgreSQL does not run as root, so root runs it as `postgres`, or as `nobody`."""

    def __init__(self, bin_folder: Path, folder: Path) -> None:
        self.bin, self.folder = bin_folder, folder
        self._user: list[str] = []
        if os.geteuid() == 0:
            name = next((each for each in ("postgres", "nobody") if _is_user(each)), "nobody")
            shutil.chown(folder, name)
            self._user = ["runuser", "-u", name, "--"]
        self.process: subprocess.Popen[bytes] | None = None

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._user, str(self.bin / program), *arguments], capture_output=True, text=True, check=False, cwd="/"
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def make(self) -> None:
        self._run(
            "initdb", "-D", str(self.folder / "data"), "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"
        )

    def start(self) -> None:
        options = " ".join(f"-c {each}" for each in (*_SETTINGS, f"unix_socket_directories={self.folder}"))
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-t", "60", "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", how, "stop")

    def url(self, database: str) -> str:
        return f"postgresql://tests@/{database}?host={self.folder}"

    def create(self, database: str) -> str:
        """A new database, and its URL."""
        import psycopg

        with psycopg.connect(f"dbname=postgres user=tests host={self.folder}", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{database}"'.encode())
        return self.url(database)


def _is_user(name: str) -> bool:
    import pwd

    with suppress(KeyError):
        pwd.getpwnam(name)
        return True
    return False


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="mockservers-pg-", dir="/tmp"))
    folder.chmod(0o755)
    made = Cluster(needed(), folder)
    try:
        made.make()
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def shared_cluster(run: str) -> Iterator[Cluster]:
    """The server of all workers of a test run; `run` names the run."""
    programs_ = needed()
    folder = Path("/tmp") / f"mockservers-pg-{run}"
    with _locked(f"{folder}.lock") as users:
        if not int(users.read() or 0):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o755)
            made = Cluster(programs_, folder)
            made.make()
            made.start()
        made = Cluster(programs_, folder)
        _count(users, 1)
    try:
        yield made
    finally:
        with _locked(f"{folder}.lock") as users:
            if _count(users, -1) == 0:
                made.stop()
                shutil.rmtree(folder, ignore_errors=True)
                Path(f"{folder}.lock").unlink()


@contextmanager
def _locked(path: str) -> Iterator[object]:
    with open(path, "a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file


def _count(file: object, more: int) -> int:
    file.seek(0)  # type: ignore[attr-defined]
    count = int(file.read() or 0) + more  # type: ignore[attr-defined]
    file.seek(0)  # type: ignore[attr-defined]
    file.truncate()  # type: ignore[attr-defined]
    file.write(str(count))  # type: ignore[attr-defined]
    file.flush()  # type: ignore[attr-defined]
    return count
