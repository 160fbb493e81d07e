"""Secrets of strangers: whatever they are called and wherever they stand, none is in a recording."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote
from xml.sax.saxutils import quoteattr

import pytest
import requests
from click.testing import CliRunner

from mockservers.cli import main
from mockservers.kernel.search import TooOdd
from mockservers.recording.adapter import adapter
from mockservers.recording.exchanges import Recorded, to_line
from mockservers.recording.files import Head, Recording, Writer
from mockservers.recording.fragments import Fragments
from mockservers.recording.leaves import leaves
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import finalize
from tests.recording.conftest import stubbed
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("author", "q7abcdeZ9"),
        ("authority", "q7abcdeZ9"),
        ("keyword", "q7abcdeZ9"),
        ("PrimaryKey", "A1234567-b"),
        ("Asset Key", "ASSET-000-12"),
        ("AssignedResourceID", "29682885"),
        ("key", "createdDate"),
        ("key", "T-1234"),
        ("key", "1c3ff3c0-8c21-4d2e-8f3b-0a1b2c3d4e5f"),
        ("code", "INVALID_STATUS"),
        ("session", "The session of texts"),
        ("sessions", "12"),
        ("pass", "passed"),
        ("tokenType", "bearer"),
        ("token_endpoint", "https://a.example/token"),
        ("passwordExpires", "2026-03-02T10:00:00Z"),
        ("password", "string"),
        ("Designation", "q7abcdeZ9"),
        ("design", "q7abcdeZ9"),
    ],
)
def test_ordinary_fields_stay(name: str, value: str) -> None:
    redactor = Redactor(adapter("superoffice"))
    media = [("Content-Type", "application/json")]
    body = json.dumps({"list": [{name: value}], "items": [{"name": name, "value": value}]}).encode()
    xml = f"<r><item name={quoteattr(name)} value={quoteattr(value)}/></r>".encode()
    kept = redactor.redact(Recorded(1, 0, "POST", "/x", media, body, 200, [("Content-Type", "text/xml")], xml))
    # A vendor's own names of secrets say enough, whatever the value is.
    assert kept.body == body or name == "password"
    assert kept.reply_body == xml or name == "password"


def test_a_name_can_be_kept() -> None:
    redactor = Redactor(adapter("trackit"), kept=["X-Auth-Token", "sessionKey", "password"])
    headers = [
        ("x-auth-token", "q7abcdeZ9"),
        ("Content-Type", "application/json"),
        ("Authorization", "Bearer q7bcdefZ9"),
    ]
    body = b'{"sessionKey": "q7cdefgZ9", "password": "q7defghZ9", "otherKey": "q7efghiZ9"}'
    kept = redactor.redact(Recorded(1, 0, "POST", "/x?sessionKey=q7cdefgZ9", headers, body, 200))
    assert kept.header("x-auth-token") == "q7abcdeZ9"
    assert kept.header("authorization") == "Bearer __secret.token__"
    assert kept.target == "/x?sessionKey=q7cdefgZ9"
    assert json.loads(kept.body or b"") == {
        "sessionKey": "q7cdefgZ9",
        "password": "q7defghZ9",
        "otherKey": "__secret.other-key__",
    }


@pytest.mark.parametrize("count", [10_000, 20_000])
@pytest.mark.parametrize(
    "unit", ['\\"key\\":\\"', "eyJ", "token is a b c ", '{"name":"key","value":"', "&token=a", "bearer "]
)
def test_names_cost_steps_by_the_length_of_a_text(unit: str, count: int) -> None:
    text = unit * (count // len(unit))
    redactor = Redactor(adapter("trackit"))
    kept = redactor.redact(Recorded(1, 0, "POST", "/x", [], b"", 200, [("Content-Type", "text/plain")], text.encode()))
    reading = Fragments(redactor.names).find(text)
    with suppress(TooOdd):
        list(reading)
    assert reading.steps <= 40 * len(text)
    assert kept.reply_body is not None or kept.omitted


@pytest.mark.parametrize(
    "text",
    [
        '{"query": "mutation{login(password:\\"q7abcdeZ9\\")}"}',
        '{"msg": "set newPassword=q7abcdeZ9\\" ok"}',
        '{"msg": "userPassword=q7abcdeZ9\\nHost: a"}',
        "<p>error: userPassword=q7abc&amp;deZ9 for ida</p>",
        "Authorization: Token q7abcdeZ9",
        "> Authorization: ApiKey q7abcdeZ9",
        "cloning https://ida:q7abcdeZ9@a.example/x",
        '{"url": "https:\\/\\/ida:q7abcdeZ9@a.example\\/x"}',
        "AWS_SECRET_ACCESS_KEY=q7abcdeZ9",
        "export API_TOKEN='q7abcdeZ9'",
        "pwd: q7abcdeZ9",
        "API key: q7abcdeZ9",
        "Server=a;User Id=sa;Password=q7abcdeZ9;Database=b",
        '<form><input name="user" value="ida"><input type="password" name="p1" value="q7abcdeZ9"></form>',
        '<meta name="csrf-token" content="q7abcdeZ9"><br>',
        "var csrfToken = 'q7abcdeZ9';",
        "-----BEGIN RSA PRIVATE KEY-----\nq7abcdeZ9q7abcdeZ9\n-----END RSA PRIVATE KEY-----",
        '[["Accept", "*/*"], ["X-Auth-Token", "q7abcdeZ9"]]',
        '{"cookies": [{"name": "sid", "value": "q7abcdeZ9"}]}',
        '{"credentials": {"id": 1, "value": "q7abcdeZ9"}}',
        "{'accessKey': 'q7abcdeZ9'}",
        "access_token=q7abcdeZ9&token_type=bearer&expires_in=3600",
    ],
)
@pytest.mark.parametrize("back", [False, True])
def test_secrets_are_known_in_texts_of_all_sorts(text: str, back: bool) -> None:
    redactor, media = Redactor(adapter("trackit")), [("Content-Type", "text/plain")]
    if back:
        kept = redactor.redact(Recorded(1, 0, "GET", "/x", [], b"", 200, media, text.encode()))
    else:
        kept = redactor.redact(Recorded(1, 0, "POST", "/x", media, text.encode(), 200))
    line = to_line(kept)
    assert not kept.omitted
    assert "q7ab" not in line
    assert "__secret." in line
    if text[0] in "{[" and text[1] != "'":
        assert leaves(((kept.reply_body if back else kept.body) or b"").decode()) is not None


def test_names_that_are_kept_stand_in_the_head_and_hold_in_the_stub(tmp_path: Path) -> None:
    call = {
        "startedDateTime": "2026-03-02T10:00:00Z",
        "request": {
            "method": "POST",
            "url": "https://a.example/x",
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "postData": {"mimeType": "application/json", "text": '{"sessionKey": "q7abcdeZ9"}'},
        },
        "response": {"status": 200, "headers": [], "content": {"size": 2, "mimeType": "text/plain", "text": "ok"}},
    }
    har, out = tmp_path / "a.har", tmp_path / "a.yaml"
    har.write_text(json.dumps({"log": {"version": "1.2", "entries": [call]}}), "utf-8")
    said = CliRunner().invoke(
        main, ["har", "import", "trackit", str(har), "--out", str(out), "--keep-field", "sessionKey"]
    )
    assert said.exit_code == 0, said.output
    assert Recording(out).head.options["keep_fields"] == ["sessionKey"]
    assert '\\"sessionKey\\": \\"q7abcdeZ9\\"' in out.read_text("utf-8")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with stubbed(out) as door, requests.Session() as session:
        session.trust_env = False
        assert session.post(f"{door.url}/x", json={"sessionKey": "q7abcdeZ9"}, timeout=30).text == "ok"
        assert session.post(f"{door.url}/x", json={"sessionKey": "q7bcdefZ9"}, timeout=30).status_code == 404
