"""What ExecuteCommand addresses answer, byte for byte."""

from __future__ import annotations

from mockservers.vendors.autotask.emulator import pages
from mockservers.vendors.autotask.emulator.semantics.commands import Opened

HOSTILE = "<b>\"x\" & 'y' é\ud800</b>"
SAFE = "&lt;b&gt;&quot;x&quot; &amp; &#x27;y&#x27; é\ud800&lt;/b&gt;"


def framed(title: str, body: str) -> str:
    head = f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}</title></head>\n'
    return f"{head}<body><h1>{title}</h1>{body}</body></html>\n"


def test_a_page_that_opens_one_thing() -> None:
    said = f"<p>{SAFE} opens {SAFE}. This server has no user interface to show it.</p>"
    assert pages.opened(Opened(HOSTILE, HOSTILE, None, ())) == framed(SAFE, said)
    matches = ((7, HOSTILE), (8, ""))
    items = f'<ul><li id="7">Ticket 7: {SAFE}</li><li id="8">Ticket 8: </li></ul>'
    assert pages.opened(Opened(HOSTILE, HOSTILE, "Ticket", matches)) == framed(SAFE, said + items)


def test_the_error_page() -> None:
    assert pages.failed("It's gone.") == framed("Error", "<p>It&#x27;s gone.</p>")
    assert pages.failed(HOSTILE) == framed("Error", f"<p>{SAFE}</p>")
