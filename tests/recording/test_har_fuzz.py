"""Valid HAR files with odd values at every place: no traceback, no entry lost without a word, no secret in what comes of it."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import math
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.cli.recordings import summary_lines
from mockservers.recording import matching
from mockservers.recording.adapter import adapter
from mockservers.recording.files import Head, Recording, RecordingError
from mockservers.recording.har import container, systems
from mockservers.recording.har.reading import Summary, written
from mockservers.recording.omissions import lacks_answer, lacks_request
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import Leak, finalize
from tests.examples import examples

SECRET = "hunter2/S\u00e4cret+word"
FORM = f"grant_type=password&username=me&password={quote_plus(SECRET)}"
TOLD = json.dumps({"access_token": SECRET, "n": [1, 2]})
SPELT = (
    SECRET,
    quote(SECRET),
    quote_plus(SECRET),
    json.dumps(SECRET)[1:-1],
    base64.b64encode(SECRET.encode()).decode(),
)


def part(kind: str, **more: str) -> list[dict[str, str]]:
    told = {"Content-Type": kind, "X-Note": "a", **{name.replace("_", "-"): value for name, value in more.items()}}
    return [{"name": name, "value": value} for name, value in told.items()]


def call(n: int, posted: dict[str, Any], content: dict[str, Any], **more: str) -> dict[str, Any]:
    sent = part(posted["mimeType"], Authorization=f"Bearer {SECRET}", Content_Length="70", Cookie=f"sid={SECRET}")
    return {
        "startedDateTime": f"2026-03-02T10:00:0{n}.500+01:00",
        "time": 12.5,
        "_error": None,
        "comment": SECRET,
        "request": {
            "method": "POST",
            "url": f"https://me:{quote(SECRET, safe='')}@desk.example/TrackIt/{n}?key=1&password={quote_plus(SECRET)}",
            "httpVersion": "HTTP/2",
            "headers": sent,
            "cookies": [{"name": "sid", "value": SECRET}],
            "queryString": [{"name": "key", "value": "1"}],
            "postData": posted,
            "headersSize": -1,
            "bodySize": 70,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": part("application/json", **more),
            "cookies": [],
            "content": content,
            "redirectURL": "",
            "bodySize": 90,
        },
        "timings": {"send": 1, "wait": 5, "receive": -1},
    }


URLENCODED = "application/x-www-form-urlencoded"
B64 = {"encoding": "base64"}
HAR: dict[str, Any] = {
    "log": {
        "version": "1.2",
        "creator": {"name": "x", "version": "1"},
        "entries": [
            call(1, {"mimeType": URLENCODED, "text": FORM}, {"size": 9, "mimeType": "application/json", "text": TOLD}),
            call(
                2,
                {"mimeType": URLENCODED, "text": base64.b64encode(FORM.encode()).decode(), **B64},
                {"size": 9, "text": base64.b64encode(gzip.compress(TOLD.encode(), mtime=0)).decode(), **B64},
                Content_Encoding="gzip",
            ),
            call(
                3,
                {"mimeType": "multipart/form-data; boundary=XX", "params": [{"name": "password", "value": SECRET}]},
                {"size": 9, "mimeType": "application/json", "_file": "one.json"},
            ),
            call(
                4,
                {
                    "mimeType": URLENCODED,
                    "params": [{"name": "password", "value": SECRET}, {"name": "a", "value": "b"}],
                },
                {"size": 0},
            ),
        ],
    }
}

ODD = st.sampled_from(
    [
        *(None, True, False, 0, -1, 7, 200, 304, 1.5, 1e308, -0.0, math.inf, math.nan, 10**30),
        *("", " ", "x", "0", "-1", "200", "\ud800", "\udcff", "\0", "\r\n", "\u2028", "%", "%zz", "=", "&", "A" * 20),
        *(
            SECRET,
            f"Bearer {SECRET}",
            f"https://me:{SECRET}@desk.example/",
            "https://desk.example/",
            "http://[",
            "data:,x",
        ),
        *(
            "gzip",
            "br",
            "deflate, gzip",
            "base64",
            "BASE64",
            "identity",
            "multipart/form-data",
            "text/xml; charset=utf-16",
        ),
        *("CONNECT", "HEAD", "get", "content-type", "Content-Encoding", "../x", "2026-03-02", "application/json"),
        *("<a>", "{", "[" * 30, '{"password": "x"}', "H4sIAAAAAAAAA6tWKkktLlGyUlAqSMxRqgUAd9hTcQ8AAAA="),
    ]
)
VALUES = st.recursive(
    ODD | st.text(max_size=6),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(ODD.map(str) | st.text(max_size=3), below, max_size=3),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, child in below for each in places(child, (*path, key)))]


PLACES = [each for each in places(HAR) if each]


@st.composite
def files(draw: st.DrawFn) -> Any:
    """A HAR file with odd values at some of its places."""
    har = copy.deepcopy(HAR)
    for path in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=5)):
        node: Any = har
        try:
            for key in path[:-1]:
                node = node[key]
            what = draw(st.sampled_from(["odd", "odd", "odd", "gone", "twice", "renamed"]))
            if what == "odd":
                node[path[-1]] = draw(VALUES)
            elif what == "gone":
                del node[path[-1]]
            elif what == "twice":
                node[path[-1]] = [node[path[-1]], node[path[-1]]]
            elif isinstance(node, dict):
                node[draw(ODD.map(str))] = node.pop(path[-1])
        except (KeyError, IndexError, TypeError):
            continue  # what stood there is gone already
    return har


# The first call stays as it is: it tells what is secret, and an odd one must not lose it.
FIRST = copy.deepcopy(HAR["log"]["entries"][0])


@settings(max_examples=examples(80), deadline=None, suppress_health_check=list(HealthCheck))
@given(har=files())
def test_odd_values_lose_no_entry_and_keep_no_secret(har: Any, tmp_path: Path) -> None:
    log = har.get("log") if isinstance(har, dict) else None
    if isinstance(log, dict) and isinstance(log.get("entries"), list):
        log["entries"].append(FIRST)
    file, out = tmp_path / "file.har", tmp_path / "out.yaml"
    out.unlink(missing_ok=True)
    (tmp_path / "one.json").write_text(TOLD)
    file.write_text(json.dumps(har), "ascii")
    try:
        archive = container.opened(file)
    except RecordingError:
        return  # its own log is odd: there is no list of entries
    summary, redactor = Summary(), Redactor(adapter("trackit"))
    writer = written(archive, systems.most_called(archive.entries), redactor, out, Head("trackit", 0), summary)
    assert summary.entries == summary.imported + sum(map(len, summary.skipped.values())) == len(archive.entries)
    assert writer is not None
    try:
        finalize(writer, redactor)
    except Leak:
        # An odd credential, such as the word gzip, may be the name of a header too, and names are not replaced.
        assert [each for each in redactor.secrets if SECRET not in each]
        assert not list(tmp_path.glob("out*"))
        return
    recorded = list(Recording(out))
    assert [each.n for each in recorded] == list(range(1, summary.imported + 1))
    for each in recorded:
        matching.of(adapter("trackit"), each)
        assert not each.omitted or lacks_answer(each) or lacks_request(each)
    text = "\n".join(summary_lines(summary)) + out.read_text("utf-8")
    assert not [each for each in SPELT if each in text]
