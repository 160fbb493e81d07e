"""A HAR file as it lies on a disk: plain, compressed, or in a zip beside the bodies that its entries name.

Raises RecordingError with what is wrong with the file and what to do. What an entry is, is not known here.
"""

from __future__ import annotations

import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mockservers.recording.codings import GZIP, Coded, unpacked
from mockservers.recording.exchanges import MOST_RECORDED
from mockservers.recording.files import RecordingError

LARGEST = 512 << 20
"""Bytes of a HAR file, however it is packed."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_UNREADABLE = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error, lzma.LZMAError, EOFError, KeyError),
    *(UnicodeError, ValueError),
)
"""What reading a zip raises: it is damaged, has a password, is packed in a way that is not known, or lacks a name."""
_LONGEST_NUMBER = 300
"""Digits; a longer whole number is read as a fraction is, for Python takes no text of thousands of digits for one."""

Attachment = Callable[[str], bytes | None]
"""The bytes of a file that an entry names, or None where there is none in the HAR file's own folder or zip."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What a HAR file holds. `modified` is when the file was written, in seconds since 1970."""

    path: Path
    log: Mapping[str, Any]
    entries: list[Any]
    attachment: Attachment
    modified: float


def opened(path: Path) -> Archive:
    """Read a HAR file whole; raises RecordingError or OSError."""
    stat = path.stat()
    if stat.st_size > LARGEST:
        raise _too_large(path)
    raw = path.read_bytes()
    attachment = _beside(path)
    if raw.startswith(_ZIP):
        raw, attachment = _from_zip(path, raw)
    if raw.startswith(GZIP[:2]):
        try:
            raw = unpacked(raw, "gzip", LARGEST)
        except Coded as error:
            raise RecordingError(f"{path} is no HAR file that can be read: it is {error}. Export it again") from error
    log, entries = _entries(path, _text(path, raw))
    return Archive(path, log, entries, attachment, stat.st_mtime)


def _too_large(path: Path) -> RecordingError:
    return RecordingError(f"{path} has over {LARGEST >> 20} MB; export the calls of the vendor alone")


# --- folders and zips -----------------------------------------------------------------------------------------------


def _beside(path: Path) -> Attachment:
    """Files in the HAR file's folder and below it; links and names that lead out of it are not followed."""

    def attachment(name: str) -> bytes | None:
        try:
            folder = path.parent.resolve()
            file = (folder / _slashed(name)).resolve()
            if not file.is_relative_to(folder) or not file.is_file() or file == path.resolve():
                return None
            return file.read_bytes() if file.stat().st_size <= MOST_RECORDED else None
        except (OSError, ValueError, RuntimeError):
            return None

    return attachment


def _slashed(name: str) -> str:
    """A name as every system reads it: an exporter on Windows may write it in its own way."""
    return name.replace("\\", "/")


def _from_zip(path: Path, packed: bytes) -> tuple[bytes, Attachment]:
    """The one HAR file of a zip, and the other files in it, by their names from where the HAR file lies."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(packed))
        har = _har_name(path, archive)
        raw = _member(archive, har, LARGEST)
    except RecordingError:
        raise  # which says already what is wrong
    except _UNREADABLE as error:
        raise RecordingError(
            f"{path} is a zip that cannot be read: {error}. Unpack it, and name the HAR file in it"
        ) from error
    if raw is None:
        raise _too_large(path)

    def attachment(name: str) -> bytes | None:
        try:
            return _member(archive, str(PurePosixPath(har).parent / _slashed(name)), MOST_RECORDED)
        except _UNREADABLE:
            return None

    return raw, attachment


def _har_name(path: Path, archive: zipfile.ZipFile) -> str:
    files = [
        each
        for each in archive.namelist()
        if not each.endswith("/") and not PurePosixPath(each).name.startswith("._") and "__MACOSX/" not in each
    ]
    found = [each for each in files if each.lower().endswith((".har", ".har.gz"))]
    found = found or [each for each in files if each.lower().endswith(".json")]
    if len(found) == 1:
        return found[0]
    if not found:
        raise RecordingError(f"{path} is a zip without a HAR file in it (a name that ends in .har); export as HAR")
    shown = ", ".join(PurePosixPath(each).name for each in found[:5]) + (", ..." if len(found) > 5 else "")
    raise RecordingError(f"{path} is a zip with {len(found)} HAR files ({shown}); unpack it, and name one of them")


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes | None:
    """One file of a zip; None for one of over `most` bytes, whatever the zip says of its size."""
    with archive.open(name) as file:
        raw = file.read(most + 1)
    return raw if len(raw) <= most else None


# --- text and JSON --------------------------------------------------------------------------------------------------


def _text(path: Path, raw: bytes) -> str:
    """The text; bytes that are none of its encoding stay told apart, for only one body may hold them."""
    encoding = json.detect_encoding(raw)
    try:
        return raw.decode(encoding, "surrogateescape" if encoding.startswith("utf-8") else "strict")
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is no HAR file: it is neither UTF-8 nor whole {encoding} text") from error


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float(digits)


def _entries(path: Path, text: str) -> tuple[Mapping[str, Any], list[Any]]:
    # Exporters write line breaks into texts as they stand, which JSON forbids and which does no harm.
    decoder = json.JSONDecoder(strict=False, parse_int=_number)
    try:
        raw = decoder.decode(text)
    except RecursionError as error:
        raise RecordingError(f"{path} is no HAR file that can be read: it is nested too deeply") from error
    except ValueError as error:
        raise RecordingError(_broken(path, text, error, decoder)) from error
    log = raw.get("log", raw) if isinstance(raw, Mapping) else {"entries": raw} if isinstance(raw, list) else None
    entries = log.get("entries") if isinstance(log, Mapping) else None
    if isinstance(log, Mapping) and isinstance(entries, list):
        return log, entries
    if isinstance(log, Mapping) and "entries" in log:
        raise RecordingError(f"{path} is no HAR file: log.entries must be a list of objects, got {_kind(entries)}")
    raise RecordingError(f"{path} is no HAR file: it has no log.entries. Export it as HAR, with content")


def _kind(value: Any) -> str:
    words = {dict: "an object", str: "a text", bool: "a truth value", type(None): "null"}
    return words.get(type(value), "a number")


def _broken(path: Path, text: str, error: ValueError, decoder: json.JSONDecoder) -> str:
    """What is wrong with a text that is no JSON; of one that was cut off, how much of it is there."""
    place = error.pos if isinstance(error, json.JSONDecodeError) else 0
    if not text.strip():
        return f"{path} is no HAR file: it is empty"
    where = f"line {text.count(chr(10), 0, place) + 1}"
    whole, cut = _whole_entries(text, decoder)
    if cut:
        return (
            f"{path} was cut off: it ends in the middle of entry {whole + 1}, and {whole} before it are whole. The export was "
            "interrupted, or the disk was full; export it again"
        )
    said = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
    return f"{path} is no HAR file: it is no JSON ({said}, {where})"


def _whole_entries(text: str, decoder: json.JSONDecoder) -> tuple[int, bool]:
    """How many entries a text holds whole, and whether it ends among them."""
    place = text.find('"entries"')
    place = text.find("[", place) + 1 if place >= 0 else 0
    if not place:
        return 0, text.lstrip("\ufeff \t\r\n").startswith("{") and not text.rstrip().endswith("}")
    count = 0
    while True:
        while text[place : place + 1] and text[place] in " \t\r\n,":
            place += 1
        if place >= len(text):
            return count, True
        try:
            _, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            # What is wrong at the very end is wrong because it is the end.
            unfinished = error.msg.startswith("Unterminated") or not text[error.pos : error.pos + 8].strip()
            return count, unfinished or error.pos >= len(text.rstrip()) - 6
        except (ValueError, RecursionError):
            return count, False
        count += 1
