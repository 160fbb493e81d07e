"""HAR files as browsers, proxies and test tools really write them: what becomes of each entry, and of each odd part of one."""

from __future__ import annotations

import base64
import gzip
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from mockservers.cli import main
from mockservers.recording import codings
from mockservers.recording.adapter import adapter
from mockservers.recording.exchanges import Recorded
from mockservers.recording.files import Head, Recording, RecordingError
from mockservers.recording.har import container, reading, systems
from mockservers.recording.har.reading import OTHER_SYSTEM, Summary, written
from mockservers.recording.har.writing import export
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import finalize
from tests.recording import har_schema
from tests.recording.conftest import stubbed

DESK = "https://desk.example"
LIST = "/API/default.aspx?action=get_tickets&output=json"
FORM = "grant_type=password&username=DESK%5CX&password=pass-Word-9"
TOKEN = '{"access_token": "TOKEN-abcdefgh-12345678", "token_type": "bearer", "expires_in": 1799}'
TEXT = '{"tickets":[]}'


def entry(url: str = DESK + LIST, at: Any = "2026-03-02T10:00:00Z", **more: Any) -> dict[str, Any]:
    """A call as HAR has it; `request` and `response` change parts of those two."""
    made = {
        "startedDateTime": at,
        "time": 5,
        "request": {"method": "GET", "url": url, "headers": [], "queryString": [], "bodySize": 0},
        "response": {"status": 200, "headers": headers(), "content": {"size": 14, "text": TEXT}, "bodySize": -1},
    }
    for name in ("request", "response"):
        if isinstance(more.get(name), dict):
            made[name] = {**made[name], **more.pop(name)}  # type: ignore[dict-item]
    return {**made, **more}


def gzipped(data: bytes) -> bytes:
    """gzip without the time of day, which would stand in the names of tests."""
    return gzip.compress(data, mtime=0)


def headers(kind: str = "application/json", **more: str) -> list[dict[str, str]]:
    told = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in more.items()}}
    return [{"name": name, "value": value} for name, value in told.items()]


def content(text: str | bytes, **more: Any) -> dict[str, Any]:
    if isinstance(text, bytes):
        return {"text": base64.b64encode(text).decode(), "encoding": "base64", "size": 14, **more}
    return {"text": text, "size": len(text), **more}


@dataclass
class Imported:
    """What became of a HAR file."""

    exchanges: list[Recorded]
    summary: Summary
    text: str

    @property
    def bodies(self) -> list[bytes | None]:
        return [each.reply_body for each in self.exchanges]


def imported(file: Path, vendor: str = "trackit") -> Imported:
    archive, summary = container.opened(file), Summary()
    redactor, out = Redactor(adapter(vendor)), file.with_name(f"{file.name}.yaml")
    wanted = systems.most_called(archive.entries)
    writer = written(archive, wanted, redactor, out, Head(vendor, 0), summary)
    assert summary.entries == summary.imported + sum(map(len, summary.skipped.values()))
    if writer is None:
        return Imported([], summary, "")
    finalize(writer, redactor)
    return Imported(list(Recording(out)), summary, out.read_text("utf-8"))


@pytest.fixture
def of(tmp_path: Path) -> Any:
    """Imports a HAR file of these entries."""

    def made(*entries: Any, vendor: str = "trackit") -> Imported:
        file = tmp_path / "file.har"
        file.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries)}}), "utf-8")
        (tmp_path / "file.har.yaml").unlink(missing_ok=True)
        return imported(file, vendor)

    return made


# --- bodies that are not there --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        {"size": 18060, "mimeType": "application/json"},
        {"size": 77300, "mimeType": "text/html", "comment": "Response bodies are not included."},
        {"size": 600_000, "text": "", "comment": "Body excluded: too large"},
        {"size": -1},
        {"size": -1, "text": None},
        {"mimeType": "application/json"},
        {"size": 0, "comment": "T\u011bla odpov\u011bd\u00ed nejsou zahrnuta."},
        {"size": 3_000_000, "text": "x" * (1 << 20)},
        {"size": 900, "text": "x" * 200, "comment": "truncated"},
        {},
        None,
    ],
)
def test_an_answer_that_the_exporter_left_out_is_omitted(told: Any, of: Any) -> None:
    (kept,) = of(entry(response={"content": told})).exchanges
    assert (kept.status, kept.reply_body) == (200, b"")
    assert kept.omitted.startswith("the answer's body: ")


def test_an_answer_that_names_a_length_is_omitted_without_its_body(of: Any) -> None:
    came = [*headers(), {"name": "content-length", "value": "310"}]
    (kept,) = of(entry(response={"headers": came, "content": {"size": 0}})).exchanges
    assert kept.omitted


@pytest.mark.parametrize(
    ("method", "status", "told", "length"),
    [
        ("GET", 200, {"size": 0}, None),
        ("GET", 200, {"size": 0, "text": ""}, None),
        ("GET", 200, {"size": -1, "text": ""}, None),
        ("GET", 200, {"size": -1}, "0"),
        ("GET", 302, {"size": -1}, None),
        ("GET", 204, {"size": -1}, None),
        ("GET", 304, {"size": 14, "text": TEXT}, "14"),
        ("HEAD", 200, {"size": 14}, "14"),
    ],
)
def test_an_answer_without_a_body_is_not_called_omitted(
    method: str, status: int, told: Any, length: str | None, of: Any
) -> None:
    came = [*headers(), *([{"name": "Content-Length", "value": length}] if length else [])]
    response = {"status": status, "content": told, "headers": came}
    (kept,) = of(entry(request={"method": method}, response=response)).exchanges
    assert (kept.omitted, kept.reply_body) == ("", b"")


@pytest.mark.parametrize(
    ("request_", "lacks"),
    [
        ({"bodySize": 44}, True),
        ({"headers": headers("text/plain", Content_Length="44")}, True),
        ({"bodySize": -1, "headers": headers()}, True),
        ({"bodySize": -1, "postData": {"mimeType": "text/plain", "text": None}}, True),
        ({"bodySize": 0, "postData": {"mimeType": "text/plain", "comment": "Request bodies are not included."}}, True),
        ({"bodySize": 0, "headers": headers()}, False),
        ({"bodySize": -1}, False),
        ({"bodySize": -1, "headers": headers(Content_Length="0")}, False),
        ({"bodySize": 300, "method": "GET"}, False),
    ],
)
def test_a_request_whose_body_was_left_out_is_omitted(request_: dict[str, Any], lacks: bool, of: Any) -> None:
    (kept,) = of(entry(request={"method": "POST", **request_})).exchanges
    assert kept.omitted == ("the request's body: left out of the HAR file" if lacks else "")
    assert kept.reply_body == TEXT.encode()


XML = headers("text/xml")


@pytest.mark.parametrize(
    ("request_", "lacks"),
    [
        ({"method": "DELETE", "bodySize": -1, "postData": {"mimeType": "application/json", "comment": "no"}}, True),
        ({"method": "DELETE", "bodySize": -1, "postData": {"mimeType": "application/json"}}, True),
        ({"method": "GET", "bodySize": -1, "postData": {"mimeType": "", "comment": "no"}}, True),
        ({"method": "PROPPATCH", "bodySize": 20, "headers": XML}, True),
        ({"method": "REPORT", "bodySize": 321, "postData": {"mimeType": "text/xml"}, "headers": XML}, True),
        ({"method": "POST", "bodySize": -1, "headers": [{"name": "Transfer-Encoding", "value": "chunked"}]}, True),
        ({"method": "GET", "bodySize": 300, "headers": XML, "postData": {"mimeType": "text/xml"}}, False),
        ({"method": "DELETE", "bodySize": 300}, False),
        ({"method": "DELETE", "bodySize": 0, "headers": XML, "postData": {"mimeType": "text/xml"}}, False),
        ({"method": "DELETE", "bodySize": -1, "headers": XML, "postData": {"mimeType": "text/xml", "text": ""}}, False),
        ({"method": "DELETE", "bodySize": -1, "headers": XML}, False),
    ],
)
def test_requests_of_every_method_may_lack_their_body(request_: dict[str, Any], lacks: bool, of: Any) -> None:
    (kept,) = of(entry(request=request_)).exchanges
    assert kept.omitted == ("the request's body: left out of the HAR file" if lacks else "")


@pytest.mark.parametrize(
    ("text", "length", "short"),
    [
        ('{"tickets":[{"id":1,"ti', 5000, True),
        ('{"tickets":[', 20, True),
        ("a=1&b=", 2000, True),
        (TEXT, 14, False),
        (TEXT, 17, False),
        (TEXT, 28, False),
        (TEXT, 34, False),
        (TEXT, 5, False),
        ("a\nb\nc\nd", 10, False),
        ("Gr\u00fc\u00dfe, hello", 24, False),
    ],
)
def test_a_body_that_is_shorter_than_its_own_length_was_cut_off(text: str, length: int, short: bool, of: Any) -> None:
    told = headers(Content_Length=str(length))
    asked = {"method": "POST", "headers": told, "bodySize": length, "postData": {"text": text}}
    (kept,) = of(entry(request=asked, response={"headers": told, "content": {"text": text, "size": length}})).exchanges
    why = "cut off in the HAR file, which says that there was more"
    assert kept.omitted == (f"the request's body: {why}; the answer's body: {why}" if short else "")
    assert (kept.body, kept.reply_body) == ((b"", b"") if short else (text.encode(), text.encode()))
    coded = [*told, {"name": "Content-Encoding", "value": "gzip"}]
    (kept,) = of(entry(response={"headers": coded, "content": {"text": text, "size": length}})).exchanges
    assert (kept.reply_body, kept.omitted) == (text.encode(), "")


def test_an_answer_that_failed_and_is_shorter_than_its_size_is_cut(of: Any) -> None:
    (kept,) = of(entry(response={"_error": {"code": 5}, "content": {"size": 50, "text": '{"a'}})).exchanges
    assert (kept.reply_body, kept.fault, kept.omitted) == (b'{"a', "cut", "")


@pytest.mark.parametrize(
    ("told", "size", "lacks"),
    [
        ({"size": 0}, 500, True),
        ({"size": 0, "text": ""}, 500, False),
        ({"size": 0}, 20, False),
        ({"size": 0}, 0, False),
    ],
)
def test_an_answer_that_came_and_is_not_told_is_omitted(told: Any, size: int, lacks: bool, of: Any) -> None:
    assert bool(of(entry(response={"content": told, "bodySize": size})).exchanges[0].omitted) == lacks


def test_omitted_bodies_are_left_out_of_an_export_too_and_come_back_as_such(tmp_path: Path, of: Any) -> None:
    of(entry(response={"content": {"size": 9}}), entry(request={"method": "POST", "bodySize": 9}))
    export(Recording(tmp_path / "file.har.yaml"), tmp_path / "out.har")
    one, other = har_schema.check((tmp_path / "out.har").read_text("utf-8")).log.entries
    assert (one.response.content.text, one.response.bodySize, other.request.bodySize) == ("", -1, -1)
    assert [each.omitted for each in imported(tmp_path / "out.har").exchanges] == [
        "the answer's body: left out of the HAR file",
        "the request's body: left out of the HAR file",
    ]


# --- base64 ---------------------------------------------------------------------------------------------------------


def broken(text: str) -> str:
    return "\r\n".join(text[start : start + 20] for start in range(0, len(text), 20))


B64 = base64.b64encode(FORM.encode()).decode()


@pytest.mark.parametrize(
    "posted",
    [
        {"text": B64, "encoding": "base64"},
        {"text": B64, "_encoding": "base64"},
        {"text": B64, "encoding": " BASE64 "},
        {"text": B64, "comment": "the text is base64"},
        {"text": B64, "isBase64": True},
        {"text": broken(B64), "encoding": "base64"},
        {"text": B64.rstrip("="), "encoding": "base64"},
        {"text": base64.urlsafe_b64encode(FORM.encode()).decode(), "encoding": "base64url"},
        {"text": "data:application/x-www-form-urlencoded;base64," + B64},
        {"text": B64},
        {"text": {"type": "Buffer", "data": list(FORM.encode())}},
    ],
)
def test_a_password_in_base64_is_masked(posted: dict[str, Any], of: Any) -> None:
    kind = "application/x-www-form-urlencoded"
    call = entry(
        DESK + "/TrackIt/WebApi/token",
        request={"method": "POST", "headers": headers(kind), "postData": {"mimeType": kind, **posted}},
        response={"content": content(TOKEN)},
    )
    made = of(call)
    assert made.exchanges[0].body == b"grant_type=password&username=DESK%5CX&password=__secret.password__"
    for secret in ("pass-Word-9", "TOKEN-abcdefgh", B64[:40]):
        assert secret not in made.text


PASSWORD = "password=hunter2-Word-9"
PART = '--B\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2-Word-9\r\n--B--\r\n'
JS = 'var a=1;var password="hunter2-Word-9";'


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("kind", "text", "more"),
    [
        (None, b64(PASSWORD), {}),
        ("text/plain", b64(PASSWORD), {}),
        ("text/plain", b64(PASSWORD), {"encoding": "binary"}),
        ("text/plain", b64(PASSWORD), {"encoding": "utf-8"}),
        ("text/plain", PASSWORD.encode().hex(), {}),
        ("application/octet-stream", b64(PASSWORD), {}),
        ("multipart/form-data; boundary=B", b64(PART), {}),
        ("application/x-www-form-urlencoded", PASSWORD.encode().hex(), {"encoding": "hex"}),
        ("application/json", json.dumps({"password": "hunter2-Word-9"}).encode().hex().upper(), {"encoding": "HEX"}),
        ("application/json", "%7B%22password%22%3A%22hunter2-Word-9%22%7D", {"_encoding": "percent"}),
        ("text/plain", "password=3Dhunter2-Word-9", {"encoding": "quoted-printable"}),
        ("application/json", b64(b64('{"password": "hunter2-Word-9"}')), {"encoding": "base64"}),
        ("application/javascript", b64(JS), {}),
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_a_password_in_other_letters_is_masked(
    kind: str | None, text: str, more: dict[str, str], asked: bool, of: Any
) -> None:
    told = [] if kind is None else headers(kind)
    body = {"text": text, **more} if kind is None else {"mimeType": kind, "text": text, **more}
    parts: dict[str, Any] = {"request": {"method": "POST", "headers": told, "postData": body}}
    parts = parts if asked else {"response": {"headers": told, "content": body}}
    made = of(entry(**parts))
    (kept,) = made.exchanges
    assert b"__secret.password__" in (kept.body if asked else kept.reply_body)
    assert text not in made.text
    assert "hunter2" not in made.text


@pytest.mark.parametrize("label", ["base32", "ascii85", "uuencode", "rot13", "encrypted", "punycode"])
def test_a_body_in_an_encoding_that_nothing_reads_is_omitted(label: str, of: Any) -> None:
    made = of(entry(response={"content": {"text": "OBQXG43XN5ZGIPLIOVXHIZLS", "encoding": label}}))
    assert "in an encoding that cannot be read here" in made.exchanges[0].omitted
    assert "OBQXG43" not in made.text


@pytest.mark.parametrize(
    "label", ["utf-8", "ISO-8859-1", "utf_16", "text", "8bit", "none", "hex", "percent", "", None, 7]
)
def test_a_label_that_names_a_charset_or_nothing_does_no_harm(label: Any, of: Any) -> None:
    assert of(entry(response={"content": {"text": TEXT, "encoding": label}})).bodies == [TEXT.encode()]


@pytest.mark.parametrize("text", [TEXT, "ok", "true", "1234", "tickets", "none found", "[1, 2]", "NotAuthenticated"])
def test_a_text_that_is_called_base64_and_is_none_is_taken_as_it_stands(text: str, of: Any) -> None:
    made = of(entry(response={"content": {"text": text, "encoding": "base64", "size": len(text)}}), entry())
    assert made.bodies == [text.encode(), TEXT.encode()]
    assert list(made.summary.notes.values()) == [[1]]


@pytest.mark.parametrize("text", ["NotAuthenticated", "AuthenticationRequired12", "a" * 40, "12345678901234567890"])
@pytest.mark.parametrize("coding", ["gzip", "br", "identity"])
def test_a_word_in_which_base64_could_be_read_stays_a_word(text: str, coding: str, of: Any) -> None:
    came = headers("text/html", Content_Encoding=coding)
    assert of(entry(response={"headers": came, "content": content(text)})).bodies == [text.encode()]


def test_a_text_in_another_charset_than_is_said_stays_as_it_is(of: Any) -> None:
    raw = '<?xml version="1.0" encoding="iso-8859-1"?><a>Gr\u00fc\u00dfe</a>'.encode("iso-8859-1")
    assert of(entry(response={"headers": headers("text/xml"), "content": content(raw)})).bodies == [raw]


@pytest.mark.parametrize("size", [10, 16, -1, None])
def test_bytes_that_nothing_labels_are_bytes_unless_their_size_is_that_of_the_text(size: Any, of: Any) -> None:
    raw = b"\x89PNG\r\n\x1a\n\x00\xff"
    text = base64.b64encode(raw).decode()
    response = {"headers": headers("image/png"), "content": {"text": text, "size": size}}
    assert of(entry(response=response)).bodies == [text.encode() if size == len(text) else raw]


def test_bytes_that_are_no_text_stay_as_they_are(of: Any) -> None:
    raw = b"\x89PNG\r\n\x1a\n\x00\xff"
    came = headers("image/png", Content_Encoding="gzip")
    (kept,) = of(entry(response={"headers": came, "content": content(raw)})).exchanges
    assert (kept.reply_body, kept.omitted) == (raw, "")


# --- codings --------------------------------------------------------------------------------------------------------


def raw_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


PACKED = {
    "gzip": gzipped(TOKEN.encode()),
    "x-gzip": gzipped(TOKEN[:30].encode()) + gzipped(TOKEN[30:].encode()) + b"\0\0\0",
    "deflate": zlib.compress(TOKEN.encode()),
    "Deflate": raw_deflate(TOKEN.encode()),
    "gzip, gzip": gzipped(gzipped(TOKEN.encode())),
    "deflate, gzip": gzipped(zlib.compress(TOKEN.encode())),
    "": gzipped(TOKEN.encode()),
}


@pytest.mark.parametrize("coding", PACKED)
@pytest.mark.parametrize("form", ["base64", "unlabelled", "letters"])
def test_an_answer_that_is_still_coded_is_decoded_and_masked(coding: str, form: str, of: Any) -> None:
    packed = PACKED[coding]
    texts = {
        "base64": content(packed),
        "unlabelled": content(base64.b64encode(packed).decode()),
        "letters": content(packed.decode("latin-1")),
    }
    came = headers(**({"Content_Encoding": coding} if coding else {}))
    made = of(entry(response={"headers": came, "content": texts[form]}))
    assert made.bodies == [TOKEN.replace("TOKEN-abcdefgh-12345678", "__secret.token__").encode()]
    assert made.exchanges[0].reply_header("content-encoding") == ""


def test_a_coding_may_stand_where_the_base64_around_it_belongs(of: Any) -> None:
    told = {"text": base64.b64encode(PACKED["deflate"]).decode(), "encoding": "deflate", "size": 87}
    assert b"__secret.token__" in of(entry(response={"content": told})).bodies[0]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "something-new", "gzip, br"])
@pytest.mark.parametrize("labelled", [True, False])
def test_an_answer_that_is_decoded_already_stays_as_it_is(coding: str, labelled: bool, of: Any) -> None:
    came = headers(Content_Encoding=coding)
    told = content(TEXT.encode()) if labelled else content(TEXT)
    assert of(entry(response={"headers": came, "content": told})).bodies == [TEXT.encode()]


@pytest.mark.parametrize(
    ("coding", "packed", "words"),
    [
        ("gzip", PACKED["gzip"][:-6], "cut off"),
        ("gzip", PACKED["gzip"][:-8] + b"\xff" * 8, "damaged"),
        ("deflate", b"\xff\x00\xfe" + PACKED["deflate"], "deflate"),
        ("compress", b"\x1f\x9d\x90" + b"\xff" * 40, "coded as compress"),
        ("hunter2secret", b"\xff\x00" * 20, "coded as something"),
        ("br", bytes(range(0, 256, 5)), "coded as br"),
        ("", bytes(range(0, 256, 5)), "no text, though its headers say so"),
        ("gzip", b"\x8b\x2b\x80" + bytes(range(0, 256, 5)), "no text, though its headers say so"),
        ("gzip", gzipped(bytes(2000)), "over 1000 bytes"),
    ],
)
def test_what_cannot_be_decoded_is_omitted(
    coding: str, packed: bytes, words: str, of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gzip_ = codings._UNPACKERS["gzip"]
    monkeypatch.setitem(codings._UNPACKERS, "gzip", lambda body, most: gzip_(body, 1000))
    came = headers(Content_Encoding=coding)
    made = of(entry(response={"headers": came, "content": content(packed)}), entry())
    assert words in made.exchanges[0].omitted
    assert made.bodies == [b"", TEXT.encode()]
    assert "hunter2secret" not in made.text
    assert base64.b64encode(packed).decode()[:20] not in made.text


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (
            "br",
            "CyuAeyJhY2Nlc3NfdG9rZW4iOiAiVE9LRU4tYWJjZGVmZ2gtMTIzNDU2NzgiLCAidG9rZW5fdHlwZSI6ICJiZWFyZXIiLCAiZXhwaXJlc19pbiI6IDE3OTl9Aw==",
        ),
        (
            "zstd",
            "KLUv/SBXuQIAeyJhY2Nlc3NfdG9rZW4iOiAiVE9LRU4tYWJjZGVmZ2gtMTIzNDU2NzgiLCAidG9rZW5fdHlwZSI6ICJiZWFyZXIiLCAiZXhwaXJlc19pbiI6IDE3OTl9",
        ),
    ],
)
@pytest.mark.parametrize("labelled", [True, False])
def test_brotli_and_zstandard_are_decoded_where_they_can_be_read_and_else_omitted(
    coding: str, packed: str, labelled: bool, of: Any
) -> None:
    came = headers(Content_Encoding=coding)
    told = {"text": packed, "size": 87, **({"encoding": "base64"} if labelled else {})}
    made = of(entry(response={"headers": came, "content": told}))
    (kept,) = made.exchanges
    assert packed[:30] not in made.text
    assert "TOKEN-abcdefgh" not in made.text
    if kept.omitted:
        assert "mockservers[codings]" in kept.omitted
        assert kept.reply_body == b""
    else:
        assert kept.reply_body == TOKEN.replace("TOKEN-abcdefgh-12345678", "__secret.token__").encode()


# --- parameters -----------------------------------------------------------------------------------------------------


def parameters(kind: str, params: Any, **more: Any) -> dict[str, Any]:
    posted = {"mimeType": kind, "params": params}
    return entry(request={"method": "POST", "headers": headers(kind), "postData": posted, **more})


URLENCODED = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("value", "length", "body"),
    [
        ("a b", None, b"who=a+b"),
        ("M\u00fcller & S\u00f6hne", None, b"who=M%C3%BCller+%26+S%C3%B6hne"),
        ("a%20b", None, b"who=a%20b"),
        ("a%20b", 9, b"who=a%20b"),
        ("a%20b", 11, b"who=a%2520b"),
        ("50% off", None, b"who=50%25+off"),
        ("1+1", None, b"who=1%2B1"),
        ("1+1", 7, b"who=1+1"),
        (None, None, b"who="),
        (12, None, b"who=12"),
    ],
)
def test_parameters_become_a_form_once_encoded(value: Any, length: int | None, body: bytes, of: Any) -> None:
    more = {} if length is None else {"bodySize": length}
    (kept,) = of(parameters(URLENCODED, [{"name": "who", "value": value}], **more)).exchanges
    assert kept.body == body


def test_parts_become_a_multipart_body_with_their_boundary(of: Any) -> None:
    params = [
        {"name": "a", "value": "1"},
        {"name": 'f"g', "fileName": "x.txt", "contentType": "text/plain", "value": "hello"},
        {"name": "p", "value": base64.b64encode(b"\xff\xfe").decode(), "encoding": "base64"},
        {"name": "d", "fileName": "d.csv", "value": "data:text/csv;base64,YTti"},
    ]
    (kept,) = of(parameters('multipart/form-data; boundary="X Y"', params)).exchanges
    assert kept.body == (
        b'--X Y\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--X Y\r\nContent-Disposition: form-data; name="f%22g"; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n'
        b'--X Y\r\nContent-Disposition: form-data; name="p"\r\n\r\n\xff\xfe\r\n'
        b'--X Y\r\nContent-Disposition: form-data; name="d"; filename="d.csv"\r\n\r\na;b\r\n--X Y--\r\n'
    )


def test_a_multipart_form_is_found_again_whatever_its_boundary(tmp_path: Path, of: Any) -> None:
    params = [{"name": "a", "value": "1"}, {"name": "f", "fileName": "x.txt", "value": "hello"}]
    of(parameters("multipart/form-data; boundary=XX", params))
    with stubbed(tmp_path / "file.har.yaml") as door:
        url = door.url + LIST
        same = requests.post(url, data={"a": "1"}, files={"f": ("x.txt", "hello")}, timeout=60)
        other = requests.post(url, data={"a": "2"}, files={"f": ("x.txt", "hello")}, timeout=60)
    assert (same.status_code, same.text, other.status_code) == (200, TEXT, 404)


@pytest.mark.parametrize(
    ("kind", "params", "words"),
    [
        ("multipart/form-data", [{"name": "a", "value": "1"}], "boundary"),
        ("multipart/form-data; boundary=X", [{"name": "f", "fileName": "x.txt"}], "a form with a file"),
        (
            "multipart/form-data; boundary=X",
            [{"name": "f", "fileName": "x", "value": "(binary)"}],
            "a form with a file",
        ),
        ("multipart/form-data; boundary=X", [{"name": "a", "value": "1\r\n--X\r\n"}], "holds the boundary"),
        ("application/json", [{"name": "a", "value": "1"}], "told as parameters"),
    ],
)
def test_parameters_of_which_no_body_can_be_made_are_omitted(kind: str, params: Any, words: str, of: Any) -> None:
    (kept,) = of(parameters(kind, params)).exchanges
    assert words in kept.omitted
    assert (kept.body, kept.reply_body) == (b"", TEXT.encode())


@pytest.mark.parametrize(
    ("kind", "params", "body"),
    [
        ("application/json", [{"name": '{"a": 1}', "value": ""}], b'{"a": 1}'),
        (URLENCODED, {"a": "1", "b": None}, b"a=1&b="),
        (URLENCODED, {"name": "a", "value": "1"}, b"a=1"),
        (URLENCODED, [["a", "1"], None, {"value": "2"}, "b=3"], b"a=1&=2&b=3"),
        ("text/plain", [{"name": "a", "value": "1"}], b"a=1\r\n"),
    ],
)
def test_odd_parameters_are_taken(kind: str, params: Any, body: bytes, of: Any) -> None:
    assert of(parameters(kind, params)).exchanges[0].body == body


# --- which entries are calls, and what became of them ---------------------------------------------------------------


@pytest.mark.parametrize(
    "foreign",
    [
        None,
        7,
        {},
        {"request": None},
        {"request": {"method": "GET"}},
        entry("http://about:blank"),
        entry("about:blank"),
        entry("data:text/plain,x"),
        entry("blob:https://desk.example/1"),
        entry("chrome-extension://abc/x.js"),
        entry("ws://desk.example/live"),
        entry("https://["),
        entry("https://desk.example:99999/"),
        entry("/API/default.aspx"),
        entry("https://other.example/"),
        entry("http://desk.example/"),
        entry("https://desk.example:8443/"),
        entry(["https://desk.example/"]),  # type: ignore[arg-type]
        entry("https://desk.example/", request={"method": "CONNECT"}),
        entry(request={"method": None}),
        entry(request={"method": "x y"}),
        entry(response={"status": 101}),
        entry(_webSocketMessages=[{"type": "send"}]),
        entry(response={"status": 99999}),
        {**entry("https://other.example/"), "response": None},
        entry(response={"status": 307, "headers": {"Location": DESK, "Non-Authoritative-Reason": "HSTS"}}),
        entry("https://other.example/", request={"headers": None}, response={"headers": None}),
    ],
)
def test_an_entry_that_is_no_call_of_the_system_is_skipped_and_told(foreign: Any, of: Any) -> None:
    made = of(entry(), foreign, entry())
    assert made.bodies == [TEXT.encode()] * 2
    assert [each.n for each in made.exchanges] == [1, 2]
    assert list(made.summary.skipped.values()) == [[2]]


@pytest.mark.parametrize(
    ("status", "more", "fault"),
    [
        (0, {}, "reset"),
        (-998, {}, "reset"),
        (-1, {"_failureText": "net::ERR_CONNECTION_REFUSED"}, "refused"),
        ("", {}, "reset"),
        (None, {}, "reset"),
        ("(failed)", {"_error": "net::ERR_TIMED_OUT"}, "timeout"),
        ("error", {}, "reset"),
        (0, {"_error": "net::ERR_NAME_NOT_RESOLVED"}, "refused"),
        (0, {"statusText": "NS_ERROR_NET_TIMEOUT"}, "timeout"),
        (True, {}, "reset"),
        (100, {}, "reset"),
    ],
)
def test_a_call_without_an_answer_is_a_fault(status: Any, more: dict[str, Any], fault: str, of: Any) -> None:
    made = of(entry(), entry(response={"status": status, "content": {"size": 0}, **more}))
    assert [(each.status, each.fault, each.omitted) for each in made.exchanges] == [(200, None, ""), (None, fault, "")]
    assert made.summary.faults == {fault: [2]}


@pytest.mark.parametrize("response", [None, [], "none", 3])
def test_a_call_that_has_no_response_at_all_is_a_fault(response: Any, of: Any) -> None:
    (kept,) = of({**entry(), "response": response}).exchanges
    assert (kept.status, kept.fault) == (None, "reset")


def test_an_answer_that_broke_off_is_cut_and_one_that_only_is_called_failed_is_whole(of: Any) -> None:
    lost = entry(response={"_error": "net::ERR_HTTP2_PROTOCOL_ERROR", "content": {"size": 500}})
    gone = entry(response={"status": 204, "_failureText": "net::ERR_ABORTED", "content": {"size": -1}})
    part = entry(response={"_charlesStatus": "FAILED", "headers": headers(Content_Length="99")})
    made = of(lost, entry(response={"_failureText": "net::ERR_ABORTED"}), gone, part)
    assert made.bodies == [b"", TEXT.encode(), b"", TEXT.encode()]
    assert [(each.status, each.fault, each.omitted) for each in made.exchanges] == [
        (200, "cut", ""),
        (200, None, ""),
        (204, None, ""),
        (200, "cut", ""),
    ]


@pytest.mark.parametrize("status", ["200", 200.0, "200 OK"])
def test_a_status_may_be_a_text(status: Any, of: Any) -> None:
    assert of(entry(response={"status": status})).exchanges[0].status == 200


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://Desk.Example:443",
        "https://desk.example.",
        "https://user:hunter2-word@desk.example",
        "https://desk.example:443",
    ],
)
def test_one_system_has_many_spellings(url: str, of: Any) -> None:
    made = of(entry(), entry(url + LIST), entry("http://desk.example/x"))
    assert len(made.exchanges) == 2
    assert made.exchanges[1].target == LIST
    assert "hunter2" not in made.text
    assert made.summary.skipped == {OTHER_SYSTEM: [3]}


def test_ports_and_addresses_tell_systems_apart(of: Any) -> None:
    assert systems.address("http://[::1]:80/").system == systems.address("http://[0:0:0:0:0:0:0:1]/").system
    assert (
        systems.address("http://m\u00fcnchen.example/").system
        == systems.address("http://xn--mnchen-3ya.example").system
    )
    made = of(entry("http://localhost:8080/a"), entry("http://localhost:8080/b"), entry("http://localhost/c"))
    assert [each.target for each in made.exchanges] == ["/a", "/b"]


def test_user_information_is_masked_wherever_it_stands(tmp_path: Path) -> None:
    call = entry(
        f"https://sync:hunter2-w%C3%B6rd@desk.example{LIST}",
        response={"content": content('{"said": "hunter2-w\u00f6rd"}')},
    )
    (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": [call]}}), "utf-8")
    words = ["har", "import", "trackit", str(tmp_path / "a.har"), "--out", str(tmp_path / "a.yaml")]
    wrong = CliRunner().invoke(main, [*words, "--url", "https://sync:hunter2-word@other.example"])
    right = CliRunner().invoke(main, [*words, "--url", "https://sync:hunter2-word@desk.example"])
    assert (wrong.exit_code, right.exit_code) == (2, 0)
    assert "holds no call to https://other.example" in wrong.output
    assert "hunter2" not in wrong.output + right.output + (tmp_path / "a.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    "url", ["desk.example", "https://desk.example/API?x", "https://u:hunter2@[", "ftp://desk.example"]
)
def test_an_option_url_that_is_no_system_is_refused_without_its_secrets(url: str, tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": [entry()]}}), "utf-8")
    words = ["har", "import", "trackit", str(tmp_path / "a.har"), "--out", str(tmp_path / "a.yaml"), "--url", url]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "--url must be scheme and host" in done.output
    assert "hunter2" not in done.output


# --- order ----------------------------------------------------------------------------------------------------------


def test_entries_are_in_the_order_of_their_moments(of: Any) -> None:
    def at(name: str, moment: Any) -> dict[str, Any]:
        return entry(f"{DESK}/{name}", moment)

    made = of(
        at("e", "2026-03-02T11:30:00Z"),
        at("f", None),
        at("a", "2026-03-02T12:00:00.1234567+02:30"),
        at("b", "2026-03-02T10:00:00"),
        at("g", "0001-01-01T00:00:00Z"),
        at("d", "Mon, 02 Mar 2026 11:00:00 GMT"),
        at("c", 1_772_447_400_000),
        at("h", "NaN-NaN"),
    )
    assert [each.target for each in made.exchanges] == ["/a", "/b", "/g", "/c", "/h", "/d", "/e", "/f"]
    assert made.summary.notes == {"without a time that can be read; they keep their places": [2, 5, 8]}


def test_times_that_are_missing_are_told_by_the_answers(of: Any) -> None:
    def dated(name: str, hour: int) -> dict[str, Any]:
        came = [*headers(), {"name": "date", "value": f"Mon, 02 Mar 2026 {hour:02}:00:00 GMT"}]
        return entry(f"{DESK}/{name}", None, response={"headers": came})

    made = of(dated("b", 10), dated("a", 9), entry(f"{DESK}/c", "soon"))
    assert [each.target for each in made.exchanges] == ["/a", "/c", "/b"]
    assert made.summary.notes == {"without a time that can be read; they keep their places": [1, 2, 3]}


@pytest.mark.parametrize(
    ("told", "took"),
    [(5, 5000), (None, 17000), (-1, 17000), (float("nan"), 17000), (1e308, 864_000_000_000), ("5", 17000)],
)
def test_how_long_a_call_took_may_be_told_by_its_parts(told: Any, took: int, of: Any) -> None:
    timings = {"send": 1, "wait": 16, "receive": -1, "ssl": 4}
    assert of(entry(time=told, timings=timings)).exchanges[0].took == took


# --- headers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "odd"),
    [
        ([{"name": ":authority", "value": "desk.example"}, {"name": "x-kept", "value": "1"}, None], False),
        ({"X-Kept": "1", "Content-Encoding": "gzip", ":path": "/"}, False),
        ([["x-kept", "1"], ["", "2"], ["x y", "3"], 4], True),
        (["X-Kept: 1", ":scheme: https"], False),
        ([{"key": "x-kept", "value": ["1"]}, {"name": None, "value": "2"}, {"name": "Host", "value": None}], True),
    ],
)
def test_headers_come_in_many_forms(told: Any, odd: bool, of: Any) -> None:
    made = of(entry(request={"headers": told}, response={"headers": told}))
    (kept,) = made.exchanges
    assert bool(made.summary.notes) == odd
    assert [(name.lower(), value) for name, value in kept.headers] == [("x-kept", "1")]
    assert [(name.lower(), value) for name, value in kept.reply_headers] == [("x-kept", "1")]


def test_what_stands_beside_the_headers_and_the_address_alone_is_taken(of: Any) -> None:
    call = entry(
        f"{DESK}/a",
        request={
            "queryString": [{"name": "q", "value": "a b"}],
            "cookies": [{"name": "sid", "value": "hunter22"}],
            "postData": {"mimeType": "text/plain", "text": "x"},
        },
        response={
            "headers": [],
            "cookies": [{"name": "sid", "value": "hunter22"}],
            "content": content("{}", mimeType="a/b"),
        },
    )
    (kept,) = of(call).exchanges
    assert kept.target == "/a?q=a%20b"
    assert kept.headers == [("Cookie", "sid=__secret.cookie__"), ("Content-Type", "text/plain")]
    assert kept.reply_headers == [("Set-Cookie", "sid=__secret.cookie__"), ("Content-Type", "a/b")]


def test_where_an_answer_leads_may_stand_beside_its_headers(of: Any) -> None:
    (kept,) = of(entry(response={"status": 302, "redirectURL": DESK + "/next", "content": {"size": 0}})).exchanges
    assert kept.reply_header("location") == "__base__/next"


def test_what_internet_explorer_writes_is_taken(of: Any) -> None:
    """One cookie is itself and no list of one, and a length has a comma."""
    sent, came = {"cookies": {"name": "sid", "value": "hunter22"}}, headers(Content_Length="6,219")
    (kept,) = of(entry(request=sent, response={"headers": came, "content": {"size": 0}})).exchanges
    assert kept.headers == [("Cookie", "sid=__secret.cookie__")]
    assert kept.omitted


def test_an_address_is_written_as_a_request_line_has_it(of: Any) -> None:
    (kept,) = of(entry("https://desk.example/M\u00fcller|1?q=a b&c=%20\ud800#part")).exchanges
    assert kept.target == "/M%C3%BCller%7C1?q=a%20b&c=%20%ED%A0%80"


# --- files ----------------------------------------------------------------------------------------------------------

WHOLE = json.dumps({"log": {"entries": [entry()]}}, ensure_ascii=False)


@pytest.mark.parametrize(
    "raw",
    [
        WHOLE.encode(),
        WHOLE.encode("utf-8-sig"),
        WHOLE.encode("utf-16"),
        WHOLE.encode("utf-16-le"),
        gzipped(WHOLE.encode()),
        gzipped(WHOLE[:99].encode()) + gzipped(WHOLE[99:].encode("utf-8")),
        gzipped(WHOLE.encode("utf-16")),
        json.dumps({"entries": [entry()]}).encode(),
        json.dumps([entry()]).encode(),
        WHOLE.replace('"time": 5', '"time": ' + "9" * 5000).encode(),
        WHOLE.replace("application/json", "application/json\t").encode(),
    ],
)
def test_a_file_may_be_packed_or_written_in_many_ways(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / "session"
    file.write_bytes(raw)
    assert imported(file).bodies == [TEXT.encode()]


def test_bytes_of_another_charset_reach_their_body(tmp_path: Path) -> None:
    raw = json.dumps({"log": {"entries": [entry(response={"content": content("Gr@sse")}), entry()]}}).encode()
    (tmp_path / "a.har").write_bytes(raw.replace(b"Gr@", b"Gr\xfc"))
    assert imported(tmp_path / "a.har").bodies == [b"Gr\xfcsse", TEXT.encode()]


def test_bytes_of_another_charset_reach_an_address_and_a_form(tmp_path: Path) -> None:
    params = {"mimeType": URLENCODED, "params": [{"name": "k", "value": "M@\ud800"}]}
    asked = entry(request={"method": "POST", "headers": headers(URLENCODED), "postData": params})
    told = entry(f"{DESK}/M@?q=M@\ud800"), entry(f"{DESK}/x", request={"queryString": [{"name": "q", "value": "M@"}]})
    raw = json.dumps({"log": {"entries": [*told, asked]}}).encode()
    (tmp_path / "a.har").write_bytes(raw.replace(b"M@", b"M\xfc"))
    path, query, form = imported(tmp_path / "a.har").exchanges
    assert (path.target, query.target) == ("/M%FC?q=M%FC%ED%A0%80", "/x?q=M%FC")
    assert form.body == b"k=M%FC%ED%A0%80"


def attached(*names: str) -> str:
    return json.dumps(
        {"log": {"entries": [entry(response={"content": {"size": 14, "_file": name}}) for name in names]}}
    )


def test_bodies_lie_beside_the_file_and_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "secret.json").write_text("outside")
    (folder / "one.json").write_text(TEXT)
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    names = (
        ".\\one.json",
        "..\\secret.json",
        "../secret.json",
        str(tmp_path / "secret.json"),
        "link.json",
        "a.har",
        "none.json",
        "a\0b",
        ".",
    )
    (folder / "a.har").write_text(attached(*names))
    made = imported(folder / "a.har")
    assert made.bodies == [TEXT.encode(), *[b""] * 8]
    assert [bool(each.omitted) for each in made.exchanges] == [False, *[True] * 8]
    assert "outside" not in made.text


def test_a_zip_holds_the_file_and_its_bodies(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("in/har.har", attached("one.json", "../two.json", "three.json"))
        packed.writestr("in/one.json", gzipped(TEXT.encode()))
        packed.writestr("__MACOSX/in/._har.har", b"\0")
    made = imported(tmp_path / "a.zip")
    assert made.bodies == [TEXT.encode(), b"", b""]
    assert len(made.summary.omitted) == 1


def test_a_body_that_is_named_very_often_fills_no_disk(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "MOST_UNPACKED", 50)
    (tmp_path / "one.json").write_text(TEXT)
    (tmp_path / "a.har").write_text(attached(*["one.json"] * 4))
    with pytest.raises(RecordingError, match="once they are unpacked"):
        imported(tmp_path / "a.har")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.har", "one.json"]


@pytest.mark.parametrize(
    ("names", "words"),
    [([], "without a HAR file"), (["a.har", "b.har"], "with 2 HAR files"), (["raw/1_c.txt"], "without a HAR file")],
)
def test_a_zip_that_is_not_understood_is_told(names: list[str], words: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for name in names:
            packed.writestr(name, "{}")
    with pytest.raises(RecordingError, match=words) as told:
        container.opened(tmp_path / "a.zip")
    assert str(told.value).count("a.zip") == 1


@pytest.mark.parametrize("raw", [b"PK\x03\x04 no zip", gzipped(WHOLE.encode())[:-9], gzipped(bytes(9000))])
def test_a_packed_file_that_is_broken_or_a_bomb_is_told(raw: bytes, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(container, "LARGEST", 8000)
    (tmp_path / "a.har").write_bytes(raw)
    with pytest.raises(RecordingError, match=r"cannot be read|can be read"):
        container.opened(tmp_path / "a.har")


def test_the_command_tells_what_became_of_every_entry(tmp_path: Path) -> None:
    entries = [
        *(entry("https://cdn.example/x.js") for _ in range(7)),
        None,
        *(entry(f"{DESK}/{n}") for n in range(8)),
        entry(response={"content": {"size": 9}}),
        entry(response={"status": 0}),
    ]
    (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": entries}}))
    words = ["har", "import", "trackit", str(tmp_path / "a.har"), "--out", str(tmp_path / "a.yaml")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0
    assert done.output.splitlines()[2:] == [
        "  entries     18 in the HAR file: 10 imported, 8 skipped",
        "  skipped     7 entries (1, 2, 3, 4, 5, ...) of another system: https://cdn.example (7); --url names one",
        "  skipped     1 entry (8) that are no objects",
        "  omitted     1 entry (17) the answer's body: left out of the HAR file",
        "  no answer   1 entry (18) reset",
    ]


def test_a_file_that_was_cut_off_says_so_wherever_that_was(tmp_path: Path) -> None:
    whole = json.dumps({"log": {"version": "1.2", "entries": [entry(), {"a": [True, None, -1.5e3, '\\"']}]}})
    file = tmp_path / "a.har"
    for length in range(whole.index("[") + 1, len(whole)):
        file.write_text(whole[:length])
        with pytest.raises(
            RecordingError, match=r"was cut off: it ends in the middle of entry [123], and [012] before"
        ):
            container.opened(file)


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_packed_file_that_is_damaged_anywhere_is_read_or_told(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "a.har"
    file.write_bytes(gzipped(WHOLE.encode()))
    if kind == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("a.har", WHOLE)
    raw = file.read_bytes()
    for place in range(0, len(raw), 3):
        for odd in (raw[:place], raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :]):
            file.write_bytes(odd)
            try:
                container.opened(file)
            except RecordingError:
                continue
