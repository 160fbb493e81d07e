"""Sealed parts: what a recorder writes while it runs, so that nothing on the disk tells of a secret that is not known yet.

A value may turn out to be a secret when it was written long ago. So lines are encrypted until the end, when everything is
known. The key is in memory alone. Where there is a file system in memory it is there too, for the user's eyes only: when
the recorder is killed, what is complete can be read all the same, until the machine is started again.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_live: dict[str, bytes] = {}
"""Keys of this process, by their names."""
_NAME = re.compile("[0-9a-f]{16}")
_NONCE = 12


class Unsealable(ValueError):
    """A sealed line whose key is gone, or that was changed."""


class Seal:
    """Encrypts lines, and decrypts them. `name` says in a part file which seal it has."""

    def __init__(self, key: bytes) -> None:
        self.name = _name(key)
        self._box = _box(key)
        self._count = 0

    @classmethod
    def made(cls, part: Path) -> Seal:
        """A new seal for a part file."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = AESGCM.generate_key(256)
        seal = cls(key)
        _live[seal.name] = key
        folder = memory_folder()
        if folder is not None:
            _forget_those_of_parts_that_are_gone(folder, part)
            with contextlib.suppress(OSError), private(_file(folder, seal.name)) as file:
                file.write(base64.b64encode(key) + b"\n" + os.fsencode(part.absolute()) + b"\n")
        return seal

    @classmethod
    def known(cls, name: str) -> Seal:
        """The seal of that name; raises Unsealable when nobody knows its key any more."""
        key, folder = _live.get(name), memory_folder()
        if key is None and folder is not None and _NAME.fullmatch(name):
            with contextlib.suppress(OSError, ValueError, binascii.Error):
                key = base64.b64decode(_file(folder, name).read_bytes().split(b"\n")[0], validate=True)
        if key is None or _name(key) != name:
            raise Unsealable(
                "it is sealed, and the key to it is gone: its recorder was killed, and the machine was started again since, or "
                "this is another machine or user. Record again"
            )
        return cls(key)

    def lock(self, text: bytes) -> bytes:
        """One line of text, sealed: a document of YAML that is one text."""
        self._count += 1
        nonce = self._count.to_bytes(_NONCE, "big")
        return b'--- "' + base64.b64encode(nonce + self._box.encrypt(nonce, text, None)) + b'"\n'

    def unlock(self, line: bytes) -> bytes:
        """The text of a sealed line; raises Unsealable."""
        from cryptography.exceptions import InvalidTag

        try:
            raw = base64.b64decode(line.strip().removeprefix(b'--- "').removesuffix(b'"'), validate=True)
            return self._box.decrypt(raw[:_NONCE], raw[_NONCE:], None)
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise Unsealable("a sealed line of it was changed") from error

    def forget(self) -> None:
        """Nobody can read what was sealed any more."""
        _live.pop(self.name, None)
        folder = memory_folder()
        if folder is not None:
            _file(folder, self.name).unlink(missing_ok=True)


def private(path: Path) -> BinaryIO:
    """A new file that its owner alone can read; raises FileExistsError."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    if hasattr(os, "fchmod"):
        os.fchmod(number, 0o600)  # whatever the umask takes away
    return open(number, "wb")


def hold(file: BinaryIO) -> None:
    """Let others know, as long as a file is open, that somebody writes to it. Raises BlockingIOError."""
    with contextlib.suppress(ImportError):  # there is none on Windows
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def held(part: Path) -> Iterator[None]:
    """Hold a part file that nobody else holds; raises ValueError with what to do."""
    with open(part, "rb") as file:
        try:
            hold(file)
        except BlockingIOError as error:
            raise ValueError(f"{part} is written to: its recorder runs, and finishes it when it is stopped") from error
        yield


@cache
def memory_folder() -> Path | None:
    """A folder whose files are in memory and on no disk, or None where there is none."""
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    kinds = {mount: kind for _, mount, kind, *_ in (line.split(" ", 3) for line in lines if line.count(" ") >= 3)}
    for name in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm", "/run/shm"):  # noqa: S108 - it is looked at first
        folder = Path(name)
        if name and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
            mount = next((kinds[str(each)] for each in (folder, *folder.parents) if str(each) in kinds), "")
            if mount in ("tmpfs", "ramfs"):
                return folder
    return None


def _name(key: bytes) -> str:
    return blake2b(key, digest_size=8, person=b"mockservers").hexdigest()


def _box(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _file(folder: Path, name: str) -> Path:
    return folder / f"mockservers-{_user()}-{name}.key"


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _forget_those_of_parts_that_are_gone(folder: Path, new: Path) -> None:
    for file in folder.glob(f"mockservers-{_user()}-*.key"):
        with contextlib.suppress(OSError):
            part = file.read_bytes().split(b"\n")[1:2]
            if part and part[0] and (part[0] == os.fsencode(new.absolute()) or not os.path.exists(part[0])):
                file.unlink()
