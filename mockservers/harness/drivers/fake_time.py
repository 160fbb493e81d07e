"""Fake time: a client's process under libfaketime, which makes its own clock show the world's time.

The library looks at a file for the offset between the two clocks, so the virtual clock can move while the process lives.
It is loaded into programs that are linked dynamically, on Linux; a Go program, say, keeps the machine's time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mockservers.harness.drivers import WrongClient
from mockservers.kernel import clock, instants

LIBRARY = "MOCKSERVERS_FAKETIME_LIB"
"""The variable that names the library where it is not found by itself."""
_NAMES = ("libfaketimeMT.so.1", "libfaketime.so.1")
_FOLDERS = ("/usr/lib/*/faketime", "/usr/lib*/faketime", "/usr/local/lib/*/faketime", "/usr/local/lib/faketime")


def _candidates() -> Iterator[Path]:
    here = sysconfig.get_config_var("MULTIARCH")  # the one of this machine first, where there are several
    for folder in (*([f"/usr/lib/{here}/faketime"] if here else []), *_FOLDERS):
        for name in _NAMES:
            yield from sorted(Path("/").glob(f"{folder}/{name}".lstrip("/")))


def _of_the_command() -> Path | None:
    """The library that the command `faketime` loads, wherever its packager put it."""
    command = shutil.which("faketime")
    if command is None:
        return None
    try:
        asked = [command, "-m", "-f", "+0", "/bin/sh", "-c", 'printf %s "$LD_PRELOAD"']
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return next((Path(each) for each in said.replace(":", " ").split() if "faketime" in each), None)


def library() -> Path:
    """The library of this machine; raises WrongClient with how to get it."""
    named = os.environ.get(LIBRARY)
    if named:
        if not Path(named).is_file():
            raise WrongClient(f"{LIBRARY} names {named}, and there is no such file")
        return Path(named).resolve()
    found = next(_candidates(), None) or _of_the_command()
    if found is None or not found.is_file():
        raise WrongClient(
            "--fake-time needs libfaketime, and it is not installed here; on Debian and Ubuntu: apt-get install "
            f"libfaketime. Elsewhere name the file libfaketimeMT.so.1 in {LIBRARY}"
        )
    return found


class FakeTime:
    """The clock that one client's processes see."""

    def __init__(self) -> None:
        self._library = library()
        self._folder = tempfile.TemporaryDirectory(prefix="mockservers-time-")
        self._file = Path(self._folder.name) / "offset"
        self._write("+0")

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to live in the world's time."""
        before = os.environ.get("LD_PRELOAD")
        return {
            "LD_PRELOAD": f"{self._library}:{before}" if before else str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DISABLE_SHM": "1",  # else one that is killed leaves a file which lames a later process
        }

    def show(self, now: str) -> None:
        """Make it `now` for the client.

        As an offset: an absolute time is read in the zone that the process has at the moment, and `date -u` changes it.
        """
        self._write(f"{(instants.from_iso(now) - clock.wall()) / instants.SECOND:+.6f}")

    def _write(self, offset: str) -> None:
        fresh = self._file.with_name("fresh")
        fresh.write_text(offset, "ascii")
        fresh.replace(self._file)  # at once, for it may be read at any time

    def close(self) -> None:
        self._folder.cleanup()
