"""The benchmarks, without measuring: what they compare is alike, what they lack they say, and each is part of `make bench`."""

from __future__ import annotations

import base64
import importlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from werkzeug.test import Client

import mockservers
from tests import postgresql

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tests" / "benchmarks"
Load = Callable[[str], Any]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Load:
    """A module of the benchmarks, which are programs and no package."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


def test_every_module_with_figures_is_a_section(module: Load) -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if "\ndef figures(" in path.read_text("utf-8")}
    vendors = {path.parent.name for path in ROOT.glob("tests/vendors/*/benchmark.py")}
    registered = {figures.__module__ for figures in module("run").SECTIONS.values()}
    assert registered - {"run"} == modules | {f"benchmark_{vendor}" for vendor in vendors}


def test_figures_are_printed_as_rows_of_the_table(module: Load, capsys: pytest.CaptureFixture[str]) -> None:
    module("run").report([("start", "0.5 s", "0.46 s"), ("  again", "-", "0.4 s")])
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in capsys.readouterr().out.splitlines()]
    assert cells == [["start", "0.46 s", "0.5 s"], ["again", "0.4 s", "-"]]


def test_canned_answers_are_ours(module: Load) -> None:
    canned, stock, wiremock = module("canned"), module("stock"), module("wiremock")
    trackit = module("vendor_figures").benchmark("trackit")
    with (
        mockservers.start("get_tickets", "trackit", clock="frozen") as server,
        module("serving").Connection(server.url) as connection,
    ):
        token = trackit.login(connection)
        requests = [canned.get("/API/default.aspx?key=demo-key&action=get_tickets&tid=34")]
        requests.append(trackit.get("/tickets/138", token))
        ours = [connection.ask(request) for request in requests]
        answers = canned.answers(server.url, requests)
    given = json.loads(json.dumps({target: asdict(answer) for target, answer in answers.items()}))
    flask = stock.flask(given).test_client()
    assert len(ours[0]) > 500
    assert len(ours[1]) > 500
    for request, body in zip(requests, ours, strict=True):
        target = canned.target(request)
        theirs = flask.get(target)
        assert (theirs.status_code, theirs.data) == (200, body)
        assert theirs.headers["Content-Type"] == answers[target].content_type
        response = wiremock.stub(target, answers[target])["response"]
        assert (response["status"], base64.b64decode(response["base64Body"])) == (200, body)


def facts(page: bytes) -> list[tuple[str, str]]:
    """Names and texts of an Autotask ticket's fields that have one; instants to the second, as far as both write them alike."""
    ticket = next(each for each in etree.fromstring(page).iter("{*}Entity"))
    found = [(etree.QName(field).localname, field.text) for field in ticket if len(field) == 0 and field.text]
    return sorted((name, re.sub(r"(T\d\d:\d\d:\d\d)\S*", r"\1", text)) for name, text in found)


def test_stock_spyne_answers_with_our_ticket(module: Load) -> None:
    autotask = module("vendor_figures").benchmark("autotask")
    with (
        mockservers.start("autotask", clock="frozen") as server,
        module("serving").Connection(server.url) as connection,
    ):
        number = autotask.first_id(server.url)
        page = connection.ask(autotask.query(("id", "Equals", str(number))))
    head, _, body = autotask.post("query", "", "/").partition(b"\r\n\r\n")
    action = re.search(rb"SOAPAction: (\S+)", head)
    assert action is not None
    sent = {"data": body, "content_type": "text/xml; charset=utf-8", "headers": {"SOAPAction": action[1].decode()}}
    theirs = Client(autotask.stock(page)).post("/", **sent)
    assert theirs.status_code == 200, theirs.data
    assert len(facts(page)) > 8
    assert facts(theirs.data) == facts(page)


ANSWERS = {
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok": (True, False),
    b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nConnection: close\r\n\r\nok": (False, True),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n": (True, False),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n": (False, False),
    b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n": (True, False),
    b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\nuntil the end": (False, True),
    b"HTTP/1.1 200 OK\r\nContent-Le": (False, False),
}


@pytest.mark.parametrize("data", ANSWERS)
def test_the_load_client_knows_a_whole_answer(module: Load, data: bytes) -> None:
    assert module("load").whole(data) == ANSWERS[data]


def test_the_load_client_counts_answers(module: Load) -> None:
    served = module("pauses").bare()
    try:
        load = module("load").offer(served.url, [b"GET / HTTP/1.1\r\n\r\n", b"GET /\0 HTTP/1.1\r\n\r\n"], 0.1, 3, 4)
    finally:
        served.stop()
    assert load.statuses == {"200": load.answers}
    assert load.answers > 3
    assert load.p50 <= load.p99 <= load.worst


def test_the_load_client_goes_on_where_each_answer_closes_its_connection(module: Load) -> None:
    odd = b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with mockservers.start("get_tickets") as server:
        load = module("load").offer(server.url, [odd, odd.replace(b"\0", b"nowhere")], 0.1, 2, 1)
    assert set(load.statuses) == {"400", "404"}


def test_what_is_absent_is_said_in_a_sentence(module: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    canned, wiremock, before = module("canned"), module("wiremock"), module("before")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert [row[2] for row in canned.figures(True)] == [canned.WAITRESS]
    assert "pip install --group bench" in canned.WAITRESS
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert [row[1:] for row in wiremock.figures(True)] == [(wiremock.GOAL, f"not measured: {wiremock.JAVA}")]
    monkeypatch.setattr("tests.postgresql.programs", lambda: None)
    monkeypatch.delenv("CI", raising=False)
    assert [row[2] for row in module("workers").figures(True)] == [f"not measured: {postgresql.MISSING}"]
    monkeypatch.setattr(before, "ROOT", tmp_path)  # no repository
    monkeypatch.setattr(before, "demo", lambda: 1.0)
    assert [row[2] for row in before.figures(True)] == [before.ABSENT, "1.0 s"]


def test_lock_files_of_npm_name_no_registry() -> None:
    locks = [path for path in ROOT.glob("tests/**/package-lock.json") if "node_modules" not in path.parts]
    assert FOLDER / "node" / "package-lock.json" in locks
    for path in locks:
        assert "resolved" not in path.read_text("utf-8"), path


def test_the_slowest_mutant_is_told_by_name(module: Load) -> None:
    def line(name: str, seconds: float, expect: str = "broken") -> str:
        return json.dumps({"key": name, "run": {"vendor": "acme", "name": name, "expect": expect}, "seconds": seconds})

    lines = [line("a", 2.0), line("b", 12.34), line("c", 1.0), line("reader", 60.0, "kept")]
    assert module("fresh").slowest(lines) == "12.3 s (acme b, of 3)"


def test_what_fails_in_a_fresh_clone_is_no_figure(module: Load, tmp_path: Path) -> None:
    fresh = module("fresh")
    assert fresh.timed([sys.executable, "-c", ""], tmp_path) > 0
    with pytest.raises(SystemExit, match="ended with 3:\nwhy"):
        fresh.timed([sys.executable, "-c", "print('why'); raise SystemExit(3)"], tmp_path)
