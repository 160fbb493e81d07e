"""Images of large worlds on disk: made once, and copied whenever a world begins the same way again.

They lie in the user's cache folder, for him alone. The name of an image says what it was made of, its size and its
checksum, so one that was cut or written over is seen when it is read, and made anew. It appears under its name when it is
whole, whoever makes it at the same time. Of all together the least used go first when there are too many bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mockservers.kernel import files

FOLDER, BYTES = "MOCKSERVERS_CACHE", "MOCKSERVERS_CACHE_BYTES"
"""Variables: the folder, or `off`; and how many bytes all images may take."""
MOST_BYTES = 10 << 30
_CHUNK = 4 << 20
_IMAGE = re.compile(r"(?P<key>[a-z][a-z0-9_]*-\d+-[0-9a-f]{24})\.(?P<size>\d+)\.(?P<sum>[0-9a-f]{8})\.db")
_CLONE = 0x40049409
"""Linux's request to share a file's blocks until one of the two is written (FICLONE)."""
_PATIENCE = 900
"""Seconds for which a process waits for another that makes the image it needs."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image, as its name tells."""

    path: Path
    key: str
    size: int
    checksum: int
    used: float

    @property
    def vendor(self) -> str:
        return self.key.split("-")[0]

    @property
    def rows(self) -> int:
        return int(self.key.split("-")[1])


def folder() -> Path | None:
    """Where images lie; None where they are switched off."""
    wanted = os.environ.get(FOLDER, "")
    if wanted.casefold() == "off":
        return None
    if wanted:
        return Path(wanted).expanduser()
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if os.path.isabs(home) else Path.home() / ".cache") / "mockservers"


def most_bytes() -> int:
    """How many bytes all images may take. Raises ValueError for what is no number."""
    text = os.environ.get(BYTES, "")
    if text and not text.isdecimal():
        raise ValueError(f"{BYTES} must be a whole number of bytes, got {text!r}")
    return int(text) if text else MOST_BYTES


def key(vendor: str, rows: int, *parts: object) -> str:
    """The name of what is made of all these."""
    digest = hashlib.blake2b("\n".join(map(str, parts)).encode(), digest_size=12).hexdigest()
    return f"{vendor}-{rows}-{digest}"


def sources(*modules: str) -> str:
    """A digest of the programs that make an image: of packages all that lies in them."""
    digest = hashlib.blake2b(digest_size=12)
    for name in modules:
        file = Path(str(sys.modules[name].__file__))
        for each in sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]:
            digest.update(each.read_bytes())
    return digest.hexdigest()


def listed(where: Path) -> list[Image]:
    """The images in a folder, the most recently used first."""
    found = []
    with suppress(OSError):
        for each in where.iterdir():
            match = _IMAGE.fullmatch(each.name)
            if match is not None:
                with suppress(OSError):
                    used = each.stat().st_mtime
                    found.append(Image(each, match["key"], int(match["size"]), int(match["sum"], 16), used))
    return sorted(found, key=lambda image: (-image.used, image.key))


def clear(where: Path) -> int:
    """Take all images away, and what interrupted makers left; tells how many bytes that were."""
    freed = 0
    with suppress(OSError):
        for each in list(where.iterdir()):
            if _IMAGE.fullmatch(each.name) or re.fullmatch(r"(?:made|copy)-.*\.part(?:-journal)?|.*\.lock", each.name):
                with suppress(OSError):
                    freed += each.stat().st_size
                    each.unlink()
    return freed


def opened(name: str, make: Callable[[Path], None]) -> Path:
    """A private copy of the image `name` under a path of its own, which is the caller's to take away.

    Where there is no image, or only a damaged one, `make` makes it in a file that is empty. Raises OSError, and ValueError
    for a bound that is no number.
    """
    where = folder()
    if where is None:
        unkept = _new(Path(tempfile.gettempdir()), "made")
        _made(unkept, make)
        return unkept
    most_bytes()  # a slip in it is told now, and not when all is made
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _copied(where, name)
    if path is None:
        with _alone(where / f"{name}.lock"):
            path = _copied(where, name)
            if path is None:
                _keep(where, name, make)
                path = _copied(where, name)
    if path is None:
        raise OSError(f"the image {name} was damaged as soon as it was made; is the disk sound?")
    return path


def _new(where: Path, kind: str) -> Path:
    """An empty file that its owner alone can read."""
    descriptor, path = tempfile.mkstemp(".part", f"{kind}-", where)
    os.close(descriptor)
    return Path(path)


def _made(path: Path, make: Callable[[Path], None]) -> None:
    try:
        make(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _keep(where: Path, name: str, make: Callable[[Path], None]) -> None:
    path = _new(where, "made")
    _made(path, make)
    checksum = 0
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            checksum = zlib.crc32(part, checksum)
    for old in listed(where):
        if old.key == name:
            old.path.unlink(missing_ok=True)
    path.replace(where / f"{name}.{path.stat().st_size}.{checksum:08x}.db")
    kept = 0
    for image in listed(where):  # the newest, which was just made, stays in any case
        kept += image.size
        if kept > most_bytes() and image.key != name:
            image.path.unlink(missing_ok=True)


def _copied(where: Path, name: str) -> Path | None:
    """A copy of the image that is there; None when there is none that is whole."""
    image = next((each for each in listed(where) if each.key == name), None)
    if image is None:
        return None
    path = _new(where, "copy")
    try:
        with image.path.open("rb") as source, path.open("wb") as target:
            shared = _share(source.fileno(), target.fileno())
            checksum = size = 0
            while part := source.read(_CHUNK):
                checksum, size = zlib.crc32(part, checksum), size + len(part)
                if not shared:
                    target.write(part)
        if (size, checksum) == (image.size, image.checksum):
            os.utime(image.path)
            return path
    except FileNotFoundError:  # somebody cleared the folder at this moment
        pass
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)
    return None


def _share(source: int, target: int) -> bool:
    """Let the target have the source's blocks until one is written, where the file system can."""
    try:
        import fcntl

        fcntl.ioctl(target, _CLONE, source)
    except (ImportError, OSError):
        return False
    return True


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process makes the same image."""
    files.make_private(path)
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=MEMORY")
        raw.execute("BEGIN EXCLUSIVE")
        yield
