"""Nothing that the server shows or writes holds a secret: journal and findings as JSON, the start page, its log."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import pytest
from lxml import html

from mockservers.kernel.redaction import Redaction
from mockservers.kernel.rules import Note
from mockservers.kernel.world import World
from mockservers.server import mounts
from mockservers.server.control import page
from mockservers.server.http import Server
from tests import secret_spellings
from tests.secret_spellings import spelt
from tests.server.conftest import Api
from tests.server.wires import Wire

SECRETS = secret_spellings.secrets(500)


BATCH = 100
"""Secrets that one world knows at a time: each text is searched for all of them."""


@pytest.fixture(params=range(0, len(SECRETS), BATCH))
def forms(world: World, request: pytest.FixtureRequest) -> dict[int, Mapping[str, str]]:
    """Acts of other people that speak of secrets in every part, by their number; nothing of it is masked yet."""
    there = world.installation("toy")
    found: dict[int, Mapping[str, str]] = {}
    for number, secret in enumerate(SECRETS[request.param : request.param + BATCH], request.param):
        there.tenants.grant("demo", "key", secret)
        forms = spelt(secret, number, 6)
        one, two, *more = (f"so |{written}| be it" for written in forms.values())
        entry = world.journal.open(0, 0, "toy", one if number % 7 == 0 else "create", "other")
        entry.outcome, entry.error = "error", f"Traceback\n{one} {two}"
        entry.notes.append(Note("toy.echo.shout", more[0], {"word": more[-1]}))
        entry.request, entry.result = {"word": one, "list": more}, {two: [two]}
        found[entry.n] = forms
    return found


def test_the_control_api_shows_no_secret(api: Api, forms: dict[int, Mapping[str, str]]) -> None:
    entries = api.get("/journal", limit=1000)["entries"] + api.get("/findings", limit=1000)["findings"]
    assert len(entries) > len(forms)
    for entry in entries:
        told = {**entry, "n": None}
        for text in (json.dumps(told), json.dumps(told, ensure_ascii=False), repr(told)):
            for name, written in forms[entry.get("n", entry.get("call"))].items():
                assert written not in text, name
                assert json.dumps(written)[1:-1] not in text, name


def test_the_start_page_shows_no_secret(
    world: World, door: Server, forms: dict[int, Mapping[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "LAST", 1000)
    made = str(page._journal(world))
    text = html.fromstring(made).text_content()
    assert made.count("***") > len(forms)
    for each in forms.values():
        for name, written in each.items():
            assert written not in text, name
            assert written not in made, name


def test_half_a_secret_is_not_shown_where_the_page_cuts_an_error(api: Api, world: World, door: Server) -> None:
    secret = "Zq-" + "cut&'" * 50
    world.installation("toy").tenants.grant("demo", "key", secret)
    entry = world.journal.open(0, 0, "toy", "create", "other")
    entry.outcome, entry.error = "error", f"{'x' * 150} {secret}"
    shown = api.session.get(f"{door.url}/_mock/", timeout=20).text
    assert "x *** " in shown.replace("<", " ")
    assert "Zq-cut" not in shown


def test_the_log_shows_no_secret(
    door: Server, world: World, wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.installation("toy")

    def broken(*arguments: object) -> None:
        raise RuntimeError("no mount for 'demo-key-1' and demo%2Dkey%2D1")

    monkeypatch.setattr(mounts, "find", broken)
    with caplog.at_level(logging.ERROR, "mockservers"):
        assert wire.get("/toy/other-key-2/x").reply().status == 500
    (record,) = caplog.records
    assert record.getMessage().startswith("the front door failed at GET /toy/***/x\nTraceback")
    assert record.getMessage().endswith("RuntimeError: no mount for '***' and ***")


def test_an_exchange_that_could_not_be_searched_says_so(api: Api, world: World) -> None:
    api.toy()
    (entry,) = world.journal
    assert entry.exchange is not None
    assert "left_out" not in api.get("/journal")["entries"][0]["exchange"]
    entry.exchange.left_out = True
    assert api.get("/journal")["entries"][0]["exchange"]["left_out"] is True


def test_data_without_secrets_are_not_copied() -> None:
    data = {"a": ["b", {"c": 1}], "d": None}
    assert Redaction(SECRETS[:20]).data(data) is data
