"""Which servers of this user run on this machine: `serve` says so in a file, and `world` and `observe` read it.

A file a server, in a folder that this user alone can enter: address, control token, process. A server that was killed leaves its
file behind; whoever looks takes it away.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import ssl
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mockservers.cli.errors import PORT

DEFAULT = f"http://127.0.0.1:{PORT}"


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs: where, and with which control token."""

    url: str
    token: str | None
    process: int


@contextlib.contextmanager
def told(url: str, token: str | None) -> Iterator[None]:
    """Say that a server of this process runs, as long as the block does. Where that cannot be said, nobody is told."""
    file: Path | None = None
    with contextlib.suppress(OSError):
        folder = _folder()
        if folder is not None:
            folder.mkdir(mode=0o700, exist_ok=True)
            file = _written(folder, Running(url, token, os.getpid())) if _ours(folder) else None
    try:
        yield
    finally:
        if file is not None:
            with contextlib.suppress(OSError):
                file.unlink()


def servers() -> list[Running]:
    """The servers that run, in the order of their addresses."""
    folder = _folder()
    found = []
    if folder is not None and _ours(folder):
        for file in sorted(folder.glob("*.json")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                server = _read(file)
                if _lives(server.process):
                    found.append(server)
                else:
                    file.unlink()
    return sorted(found, key=lambda server: server.url)


def found(url: str | None, token: str | None) -> tuple[str, str | None]:
    """Address and control token of the server that is meant: the one named, or the only one that runs, or that of the usual port.

    Raises ValueError where several run and none is named. A token that was found goes to its own server alone.
    """
    running = servers()
    if url is None and len(running) > 1:
        urls = ", ".join(each.url for each in running)
        raise ValueError(f"{len(running)} servers run ({urls}); say which one is meant: --url {running[0].url}")
    if url is None:
        url = running[0].url if running else DEFAULT
    own = next((each.token for each in running if each.url == url.rstrip("/")), None)
    return url, token if token is not None else own


def answers(host: str, port: int, seconds: float = 2.0) -> bool:
    """Whether the control API of a `mockservers serve` answers at a port; it says nowhere what program it is.

    One that speaks TLS alone is known by the file that it left.
    """
    if any(server.url.endswith(f":{port}") for server in servers()):
        return True
    line = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        line.request("GET", "/_mock/v1/health")
        told = json.loads(line.getresponse().read(4096))
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        line.close()
    return isinstance(told, dict) and told.keys() == {"status", "worlds"}


def distrusted(url: str, reason: object) -> str | None:
    """What to say where a server was found and its certificate is not trusted; None for any other reason."""
    if not isinstance(reason, ssl.SSLCertVerificationError):
        return None
    return (
        f"a server answers at {url}, and nobody here trusts its certificate ({reason.verify_message}), so it was asked nothing. "
        "Of `mockservers serve --tls` set SSL_CERT_FILE to the file of its --tls-ca (mockservers-ca.pem)"
    )


def _folder() -> Path | None:
    """Where the files lie: the user's runtime folder, or one of our own among the temporary ones."""
    if not hasattr(os, "getuid"):
        return Path(tempfile.gettempdir()) / "mockservers"
    named = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(named) / "mockservers" if named else Path(tempfile.gettempdir()) / f"mockservers-{os.getuid()}"


def _ours(folder: Path) -> bool:
    """Whether a folder is this user's alone: in a temporary folder anybody can make one, or a link, under any name."""
    try:
        seen = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return stat.S_ISDIR(seen.st_mode)
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o077


def _written(folder: Path, server: Running) -> Path:
    file = folder / f"{server.process}.json"
    file.unlink(missing_ok=True)  # of an earlier process with this number
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(number, "w", encoding="utf-8") as out:
        token = server.token if hasattr(os, "getuid") else None  # a mode keeps nobody out elsewhere
        json.dump({"url": server.url, "token": token, "process": server.process}, out)
    return file


def _read(file: Path) -> Running:
    said = json.loads(file.read_text("utf-8"))
    return Running(str(said["url"]), None if said["token"] is None else str(said["token"]), int(said["process"]))


def _lives(process: int) -> bool:
    """Whether a process runs. On Windows, where asking would end it, it is believed."""
    if os.name == "nt" or process <= 0:
        return process > 0
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return False  # it is somebody else's, so the number was given anew
    return True
