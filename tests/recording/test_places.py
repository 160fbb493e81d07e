"""Secrets of strangers: whatever they are called and wherever they stand, none is in a recording."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, unquote

from mockservers.recording.adapter import adapter
from mockservers.recording.exchanges import to_line
from mockservers.recording.files import Head, Writer
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import finalize
from tests.recording.secret_places import places

SEED = int(os.environ.get("MOCKSERVERS_SEED", "13"))
COUNT = 200 if os.environ.get("MOCKSERVERS_PROFILE") != "deep" else 5_000


def shown(text: str, secret: str) -> bool:
    return any(each in text for each in (secret, quote(secret, safe=""), unquote(secret)))


def test_no_place_keeps_its_secret(tmp_path: Path) -> None:
    path, redactor, open_ones = tmp_path / "session.yaml", Redactor(adapter("superoffice")), []
    writer = Writer(path, Head("superoffice", 0))
    for place in places(COUNT, SEED):
        kept = redactor.redact(place.exchange)
        if shown(to_line(kept), place.secret) or kept.omitted:
            open_ones.append(f"{place.where}: {kept.omitted}")
        writer.add(kept)
    assert not open_ones, "\n".join(open_ones)
    finalize(writer, redactor)
