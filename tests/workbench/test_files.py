"""The files of the page, the page of a locked server, reports, and files of calls."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import IO

import pytest
import requests

import mockservers
from mockservers import registry
from mockservers.kernel.world import Worlds
from mockservers.recording.files import Recording
from mockservers.recording.stub import Stub
from mockservers.server.http import Server
from mockservers.workbench import files, reports
from tests.absent import absent
from tests.server import toy
from tests.server.wires import Wire

STATIC = files.STATIC


def test_every_file_is_served_with_its_type_and_kept_as_long_as_it_is_the_same(door: Server) -> None:
    for name, media in (
        ("app.js", "text/javascript"),
        ("workbench.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
        ("page.css", "text/css"),
    ):
        answer = requests.get(f"{door.url}/_mock/static/{name}", timeout=60)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"{media}; charset=utf-8")
        again = requests.get(
            f"{door.url}/_mock/static/{name}", headers={"If-None-Match": answer.headers["ETag"]}, timeout=60
        )
        assert (again.status_code, again.content) == (304, b"")
    assert b"MIT License" in requests.get(f"{door.url}/_mock/static/vendor/LICENSES", timeout=60).content


@pytest.mark.parametrize(
    "name",
    [
        "",
        "none.js",
        "../__init__.py",
        "..%2f__init__.py",
        "%2e%2e/files.py",
        "/etc/passwd",
        "vendor",
        "vendor/../app.js",
        "app.js%00",
        "app.js/",
    ],
)
def test_nothing_else_is_served(door: Server, name: str) -> None:
    with Wire(door.port) as wire:
        assert wire.get(f"/_mock/static/{name}").reply().status == 404
        assert wire.get(f"/_mock/static/{name}", method="POST").reply().status == 404


def test_modules_import_only_files_that_there_are_and_nothing_from_elsewhere() -> None:
    for path in STATIC.glob("*.js"):
        text = path.read_text("utf-8")
        for module in re.findall(r"from '([^']+)'", text):
            assert (STATIC / module).is_file(), (path.name, module)
        assert not re.findall(r"https?://(?!www\.w3\.org)", text), path.name
        assert not re.findall(r"innerHTML|outerHTML|document\.write|\beval\(|new Function|dangerouslySet", text), (
            path.name
        )


def test_a_foreign_site_gets_no_file(door: Server) -> None:
    answer = requests.get(f"{door.url}/_mock/static/app.js", headers={"Sec-Fetch-Site": "cross-site"}, timeout=60)
    assert answer.status_code == 403


def test_a_locked_server_shows_a_browser_the_page_without_data() -> None:
    with toy.front(control_token="the-token") as door:
        page = requests.get(f"{door.url}/_mock/", headers={"Accept": "text/html"}, timeout=60)
        assert (page.status_code, "Bearer" in page.headers["WWW-Authenticate"]) == (401, True)
        assert "demo-key-1" not in page.text
        assert 'data-locked="yes"' in page.text
        assert requests.get(f"{door.url}/_mock/static/app.js", timeout=60).status_code == 200
        for path in ("stream", "usage?vendor=toy", "reports", "reports/x.html"):
            answer = requests.get(f"{door.url}/_mock/v1/{path}", headers={"Accept": "text/html"}, timeout=60)
            assert answer.status_code == 401
        assert requests.post(f"{door.url}/_mock/v1/export", json={}, timeout=60).status_code == 401


def test_a_call_copied_as_curl_asks_the_same() -> None:
    lacks = [program for program in ("node", "curl") if shutil.which(program) is None]
    if lacks:
        absent(f"{', '.join(lacks)} is not installed; on Debian: make system")
    script = (
        f"import {{ curl }} from {json.dumps((STATIC / 'decode.js').as_uri())}; const [, call, origin] = process.argv;"
    )
    script += "console.log(curl(JSON.parse(call), origin))"
    with toy.front() as door:
        for method, target in (
            ("GET", "/toy/a/../b?x=[1-3]&y={a,b}&z=it's"),
            ("HEAD", "/toy/%2e?q=$(id)`id`"),
            ("POST", "/toy/*"),
        ):
            headers = [["X-Empty", ""], ["X-Quote", 'it\'s "so"']]
            request = {
                "method": method,
                "target": target,
                "headers": headers,
                "body": "a'b\n@c" if method == "POST" else "",
            }
            words = ["node", "--input-type=module", "-e", script, json.dumps({"request": request}), door.url]
            command = subprocess.run(words, capture_output=True, text=True, check=True).stdout
            subprocess.run(["sh", "-c", command], capture_output=True, timeout=20, check=True)
            exchange = list(door.worlds.default.journal)[-1].exchange
            assert exchange is not None
            assert (exchange.method, exchange.target, exchange.body.decode()) == (method, target, request["body"])
            assert {("X-Empty", ""), ("X-Quote", 'it\'s "so"')} <= set(exchange.headers)


# --- reports ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    (made / "nightly" / "deep").mkdir(parents=True)
    (made / ".hidden").mkdir()
    (made / "check one.html").write_text("<title>A &amp; B</title><script>1</script>")
    (made / "nightly" / "month.html").write_text("<title>Month</title>")
    (made / ".hidden" / "x.html").write_text("no")
    (made / "notes.txt").write_text("no")
    (tmp_path / "secret.html").write_text("secret")
    (made / "link.html").symlink_to(tmp_path / "secret.html")
    (made / "away").symlink_to(tmp_path)
    for n, name in enumerate(("nightly/month.html", "check one.html")):
        os.utime(made / name, (1_700_000_000 + n, 1_700_000_000 + n))
    return made


def test_reports_are_those_that_a_listing_finds(folder: Path) -> None:
    found = reports.listed(folder)
    assert [(each.name, each.title, each.written) for each in found] == [
        ("check one.html", "A & B", "2023-11-14T22:13:21Z"),
        ("nightly/month.html", "Month", "2023-11-14T22:13:20Z"),
    ]
    assert reports.listed(folder / "none") == []


def test_a_report_that_goes_while_it_is_listed_hides_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = reports._opened

    def gone(path: Path) -> IO[bytes]:
        path.unlink()
        return opened(path)

    with toy.front(tools={"reports": folder}) as door:
        api = f"{door.url}/_mock/v1/reports"
        with monkeypatch.context() as patched:
            patched.setattr(reports, "_opened", lambda path: (gone if path.name == "month.html" else opened)(path))
            answer = requests.get(api, timeout=60)
        assert (answer.status_code, [each["name"] for each in answer.json()["reports"]]) == (200, ["check one.html"])
        monkeypatch.setattr(reports.Report, "read", lambda self: gone(self.path).read())
        assert requests.get(f"{api}/check%20one.html", timeout=60).status_code == 404


def test_reports_are_listed_and_opened_where_they_can_do_nothing(folder: Path) -> None:
    with toy.front(tools={"reports": folder}) as door:
        api = f"{door.url}/_mock/v1/reports"
        assert [each["name"] for each in requests.get(api, timeout=60).json()["reports"]] == [
            "check one.html",
            "nightly/month.html",
        ]
        for name in ("check%20one.html", "nightly/month.html", "nightly%2Fmonth.html"):
            answer = requests.get(f"{api}/{name}", timeout=60)
            assert answer.headers["Content-Type"].startswith("text/html")
            assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        with Wire(door.port) as wire:
            for name in (
                "../secret.html",
                "..%2fsecret.html",
                "link.html",
                "away/secret.html",
                ".hidden/x.html",
                "notes.txt",
                "etc%2fpasswd",
                "nightly",
            ):
                assert wire.get(f"/_mock/v1/reports/{name}").reply().status == 404, name


def test_without_a_folder_there_are_none(door: Server) -> None:
    assert requests.get(f"{door.url}/_mock/v1/reports", timeout=60).json() == {"folder": None, "reports": []}
    assert requests.get(f"{door.url}/_mock/v1/reports/x.html", timeout=60).status_code == 404


# --- files of calls, and usage ----------------------------------------------------------------------------------------


def test_calls_become_har_and_a_scenario_without_secrets(tmp_path: Path) -> None:
    with mockservers.start("get_tickets", "superoffice", data="demo") as server:
        for params in ({"tid": "9"}, {"tid": "none"}):
            requests.get(
                server.default["get_tickets"].url,
                params={"key": "demo-key", "action": "get_tickets", **params},
                timeout=60,
            )
        server.default.fault("cut", vendor="get_tickets", after_bytes=5)
        with pytest.raises(requests.RequestException):
            requests.get(
                server.default["get_tickets"].url,
                params={"key": "demo-key", "action": "get_tickets", "tid": "9"},
                timeout=60,
            )
        requests.post(server.default["superoffice"].url, data="<x/>", timeout=60)
        server.default["get_tickets"].act("list")
        api = f"{server.url}/_mock/v1"

        def export(calls: list[int], form: str) -> requests.Response:
            return requests.post(f"{api}/export", json={"calls": calls, "format": form}, timeout=60)

        har, scenario = export([1, 2, 3, 4, 5], "har"), export([1, 2, 3], "scenario")
        assert export([1, 4], "scenario").json()["details"][0]["field"] == "calls"
        assert "none of these calls" in export([5], "har").json()["error"]
        assert "call 77 is not in the journal" in export([1, 77], "har").json()["error"]
        assert export([], "har").status_code == 422
        assert export([1], "pdf").json()["details"][0]["field"] == "format"
        used = requests.get(f"{api}/usage", params={"vendor": "superoffice"}, timeout=60).json()
        assert used["vendor"] == "superoffice"
        assert requests.get(f"{api}/usage", params={"vendor": "none"}, timeout=60).status_code == 404
    assert har.headers["Content-Disposition"] == 'attachment; filename="default.har"'
    assert len(json.loads(har.content)["log"]["entries"]) == 4
    path = tmp_path / "calls.yaml"
    path.write_bytes(scenario.content)
    recording = Recording(path)
    exchanges = list(recording)
    assert [each.n for each in exchanges] == [1, 2, 3]
    assert exchanges[0].target.startswith("/API/default.aspx?key=__secret.")
    assert (exchanges[2].fault, exchanges[2].reply_body or b"") == ("cut", b"")
    for content in (har.content, scenario.content):
        assert b"demo-key" not in content


def test_the_share_of_a_limit_is_that_which_the_vendor_counts() -> None:
    with mockservers.start("autotask", data="demo") as server:
        address = f"{server.url}/_mock/v1/usage"
        assert requests.get(address, params={"vendor": "autotask"}, timeout=60).json()["calls"] == []
        assert not server._server.worlds.default.opened("autotask")  # whoever only looks makes no data
        desk = server.default["autotask"]
        body = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><getThresholdAndUsageInfo '
            'xmlns="http://autotask.net/ATWS/v1_6/"/></soap:Body></soap:Envelope>'
        )
        head = {"Content-Type": "text/xml", "SOAPAction": '"http://autotask.net/ATWS/v1_6/getThresholdAndUsageInfo"'}
        auth = (desk.credentials["user"], desk.credentials["password"])
        for _ in range(3):
            requests.post(desk.url, data=body, headers=head, auth=auth, timeout=60)
        said = requests.get(address, params={"vendor": "autotask"}, timeout=60).json()
    shares = [each["share"] for each in said["calls"]]
    assert said["limited"]
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 0.01


def test_a_saved_scenario_answers_as_the_vendor_did(tmp_path: Path) -> None:
    with mockservers.start(data="demo") as server:
        saved: dict[str, list[tuple[requests.Response, tuple[str, str, dict[str, object]]]]] = {}
        for vendor, asked in REQUESTS.items():
            for method, path, more in asked:
                answer = requests.request(method, server.url + path, timeout=60, **more)
                saved.setdefault(vendor, []).append((answer, (method, path, more)))
        entries = requests.get(f"{server.url}/_mock/v1/journal", params={"exchange": "false"}, timeout=60).json()[
            "entries"
        ]
        for vendor in REQUESTS:
            calls = [each["n"] for each in entries if each["vendor"] == vendor]
            said = requests.post(
                f"{server.url}/_mock/v1/export", json={"calls": calls, "format": "scenario"}, timeout=60
            )
            assert said.status_code == 200, said.text
            (tmp_path / f"{vendor}.yaml").write_bytes(said.content)
    for vendor, asked_and_answered in saved.items():
        stub = Stub(tmp_path / f"{vendor}.yaml")
        worlds = Worlds(registry.emulator)
        with Server(worlds, **stub.server_options()) as door:
            door.grace = 0.2
            for answer, (method, path, more) in asked_and_answered:
                again = requests.request(method, door.url + path, timeout=60, **more)
                assert (again.status_code, len(again.content) > 20) == (answer.status_code, True), (vendor, again.text)
        stub.close()
        worlds.close()


REQUESTS: dict[str, list[tuple[str, str, dict[str, object]]]] = {
    "get_tickets": [("GET", "/API/default.aspx?key=demo-key&action=get_tickets&tid=9", {})],
    "trackit": [
        (
            "POST",
            "/TrackIt/WebApi/token",
            {"data": {"grant_type": "password", "username": "HELP DESK\\DEMO", "password": "demo-password"}},
        ),
        ("GET", "/TrackIt/WebApi/tickets/101", {"headers": {"Authorization": "Bearer none"}}),
    ],
    "superoffice": [
        (
            "POST",
            "/api/v1/Agents/Ticket/GetTickets",
            {
                "json": {"TicketIds": [1, 2]},
                "headers": {"Authorization": "Bearer 8A:Cust12345.REVNTy1UT0tFTg", "Accept": "application/json"},
            },
        )
    ],
}
