"""The recorder on the wire: addresses, streams, codings, cookies, and what HTTP allows besides."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from mockservers.recording import addresses
from mockservers.recording.addresses import Upstream
from mockservers.recording.files import Recording
from mockservers.server.http import Server
from tests.recording.conftest import Authority, recording, stubbed, worlds

WSDL = "/Irthnet/webservices/IRTHNetWOIntegration.asmx?WSDL"
Answer = Callable[["Odd"], None]


class Odd(http.server.BaseHTTPRequestHandler):
    """An upstream that answers as the test says; `seen` are the requests it got."""

    protocol_version = "HTTP/1.1"
    answers: dict[str, Answer]
    seen: list[tuple[str, dict[str, str], bytes]]

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.path, dict(self.headers.items()), body))
        self.answers[self.path.partition("?")[0]](self)

    do_GET = do_POST = do_HEAD = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def say(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def odd() -> Iterator[http.server.ThreadingHTTPServer]:
    handler = type("Handler", (Odd,), {"answers": {}, "seen": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def of(server: http.server.ThreadingHTTPServer) -> tuple[str, type[Odd]]:
    handler = server.RequestHandlerClass
    assert isinstance(handler, type)
    assert issubclass(handler, Odd)
    return f"http://127.0.0.1:{server.server_port}", handler


@pytest.fixture
def client() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_a_wsdl_leads_to_the_proxy_and_later_to_the_stub(
    tmp_path: Path, authority: Authority, client: requests.Session
) -> None:
    path = tmp_path / "session.yaml"
    vendor_worlds = worlds("querydata")
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("querydata", upstream.url, path, authority.trust()) as taken,
    ):
        answer = client.get(taken.url + WSDL, timeout=60)
        assert f'location="{taken.url}/Irthnet' in answer.text
        assert str(upstream.port) not in answer.text
        assert int(answer.headers["Content-Length"]) == len(answer.content)
    vendor_worlds.close()
    assert 'location=\\"__base__/Irthnet' in path.read_text("utf-8")
    with stubbed(path) as door:
        assert f'location="{door.url}/Irthnet' in client.get(door.url + WSDL, timeout=60).text


def test_what_leads_the_client_elsewhere_leads_to_the_proxy(
    tmp_path: Path, odd: http.server.ThreadingHTTPServer, client: requests.Session
) -> None:
    url, handler = of(odd)
    path = tmp_path / "session.yaml"

    def streamed(here: Odd) -> None:
        here.send_response(200)
        here.send_header("Content-Type", "application/json")
        here.send_header("Transfer-Encoding", "chunked")
        here.end_headers()
        whole = f'{{"next": "{url}/page/2", "other": "{url.replace("/", chr(92) + "/")}{chr(92)}/x"}}'.encode()
        for n in range(0, len(whole), 7):
            part = whole[n : n + 7]
            here.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        here.wfile.write(b"0\r\n\r\n")

    cookie = "s=secret-session-1; Domain=vendor.example; Secure; Path=/; HttpOnly"
    handler.answers = {
        "/stream": streamed,
        "/moved": lambda here: here.say(b"", 302, Location=f"{url}/there", Set_Cookie=cookie),
        "/back": lambda here: here.say(b"ok", Content_Type="text/plain"),
    }
    with recording("get_tickets", url, path) as taken:
        assert client.get(taken.url + "/stream", timeout=30).json() == {
            "next": f"{taken.url}/page/2",
            "other": f"{taken.url}/x",
        }
        moved = client.get(taken.url + "/moved", allow_redirects=False, timeout=30)
        assert moved.headers["Location"] == f"{taken.url}/there"
        assert moved.headers["Set-Cookie"] == "s=secret-session-1; Path=/; HttpOnly"
        client.post(
            taken.url + "/back", data=f"<To>{taken.url}/x</To>", headers={"Referer": taken.url + "/a"}, timeout=30
        )
    sent, headers, body = handler.seen[-1]
    assert (sent, headers["Referer"], body) == ("/back", f"{url}/a", f"<To>{url}/x</To>".encode())
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Cookie"] == "s=secret-session-1"
    text = path.read_text("utf-8")
    assert url.removeprefix("http://") not in text
    assert "secret-session-1" not in text


def test_codings_verbs_and_bodies_come_through(
    tmp_path: Path, odd: http.server.ThreadingHTTPServer, client: requests.Session
) -> None:
    url, handler = of(odd)
    path, big = tmp_path / "session.yaml", bytes(range(256)) * 4000
    packed = gzip.compress(b'{"password": "hidden-in-gzip"}')
    handler.answers = {
        "/gzip": lambda here: here.say(packed, Content_Encoding="gzip", Content_Type="application/json"),
        "/odd": lambda here: here.say(b"??", Content_Encoding="br", Content_Type="application/json"),
        "/big": lambda here: here.say(big, Content_Type="application/octet-stream"),
        "/none": lambda here: here.say(b"", 204),
        "/head": lambda here: here.say(b"x" * 77, Content_Type="text/plain"),
    }
    with recording("get_tickets", url, path) as taken:
        assert client.get(taken.url + "/gzip", timeout=30).json() == {"password": "hidden-in-gzip"}
        assert client.get(taken.url + "/odd", timeout=30, stream=True).raw.read() == b"??"
        assert client.get(taken.url + "/big", timeout=30).content == big
        assert client.get(taken.url + "/none", timeout=30).status_code == 204
        assert client.head(taken.url + "/head", timeout=30).headers["Content-Length"] == "77"
        assert client.get(taken.url + "/_mock/v1/health", timeout=30).json() == {"status": "ok"}
    gzipped, unknown, binary, none, head = list(Recording(path))
    assert gzipped.reply_body == b'{"password": "__secret.password__"}'
    assert gzipped.reply_header("content-encoding") == ""
    assert "br" in unknown.omitted
    assert not unknown.reply_body
    assert binary.reply_body == big
    assert (none.status, head.method, head.reply_body) == (204, "HEAD", b"")
    with stubbed(path) as door:
        assert client.get(door.url + "/big", timeout=30).content == big


def test_further_upstreams_are_reached_below_their_number(
    tmp_path: Path, odd: http.server.ThreadingHTTPServer, client: requests.Session
) -> None:
    url, handler = of(odd)
    handler.answers = {"/where": lambda here: here.say(f"<a>{url}/zone</a>".encode(), Content_Type="text/xml")}
    rewrite = addresses.outward((Upstream.parse("https://first.example"), Upstream.parse(url)), "http://proxy:1")
    assert rewrite.text(f"{url}/zone") == "http://proxy:1/_via/2/zone"
    assert rewrite.text("https://first.example:443/a https://first.example/b https://first.example.org/c") == (
        "http://proxy:1/a http://proxy:1/b https://first.example.org/c"
    )
    back = addresses.inward("proxy:1", (Upstream.parse("https://first.example"), Upstream.parse(url)))
    assert back.text("http://proxy:1/_via/2/zone http://proxy:1/a") == f"{url}/zone https://first.example/a"
    with recording("get_tickets", url, tmp_path / "session.yaml") as taken:
        assert client.get(taken.url + "/_via/2/where", timeout=30).status_code == 404
        assert client.get(taken.url + "/where", timeout=30).text == f"<a>{taken.url}/zone</a>"


@given(
    text=st.lists(
        st.sampled_from(
            ["https://v.example", "https:\\/\\/v.example", "https%3A%2F%2Fv.example", "/a", " ", "https:", "x"]
        )
    ),
    cuts=st.lists(st.integers(1, 9), max_size=30),
)
@example(text=["https://v.example", "https://v.example"], cuts=[1, 1, 1, 1, 1, 1, 1, 9, 9, 9])
def test_a_stream_is_rewritten_as_the_whole_would_be(text: list[str], cuts: list[int]) -> None:
    whole = "".join(text).encode()
    rewrite = addresses.outward((Upstream.parse("https://v.example"),), "http://127.0.0.1:8750")
    sent, waiting, rest = b"", b"", whole
    for cut in cuts:
        part, rest = rest[:cut], rest[cut:]
        done, waiting = rewrite.ready(waiting + part)
        sent += done
    assert sent + rewrite(waiting + rest) == rewrite(whole)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a",
        "https://",
        "a.example",
        "https://u:p@a",
        "https://a/?x",
        "https://a:port",
        "https://a/#f",
        "https://a/prefix",
    ],
)
def test_addresses_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="--upstream"):
        Upstream.parse(url)


def test_a_coded_request_is_kept_plain_and_answered_from_the_recording(
    odd: http.server.ThreadingHTTPServer, client: requests.Session, tmp_path: Path
) -> None:
    url, handler = of(odd)
    handler.answers["/x"] = lambda at: at.say(b"fine")
    path, sent = tmp_path / "session.yaml", gzip.compress(b'{"password": "hunter22", "a": 1}')
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    with recording("get_tickets", url, path) as taken:
        assert client.post(f"{taken.url}/x", data=sent, headers=headers, timeout=60).content == b"fine"
        assert client.post(f"{taken.url}/x", data=b"??", headers={"Content-Encoding": "br"}, timeout=60).ok
    assert handler.seen[0][2] == sent
    coded, other = Recording(path)
    assert coded.body == b'{"password": "__secret.password__", "a": 1}'
    assert not other.body
    assert "coded as br" in other.omitted
    with stubbed(path) as door:
        assert client.post(f"{door.url}/x", data=sent, headers=headers, timeout=60).content == b"fine"


def test_it_is_no_proxy_for_other_hosts(odd: http.server.ThreadingHTTPServer, tmp_path: Path) -> None:
    url, handler = of(odd)
    handler.answers["/x"] = lambda at: at.say(b"fine")
    path = tmp_path / "session.yaml"
    with recording("get_tickets", url, path) as taken:

        def status(line: str) -> bytes:
            with socket.create_connection(("127.0.0.1", taken.recorder.port), timeout=60) as connection:
                connection.sendall(f"{line} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n".encode())
                with connection.makefile("rb") as answer:
                    return answer.read().split(b" ")[1]

        assert status("CONNECT a.example:443") == b"421"
        assert status("GET http://a.example/x?password=hunter22") == b"421"
        assert status(f"GET {taken.url}/x") == b"200"
        assert status(f"GET {url}/x") == b"200"
    assert len(handler.seen) == len(list(Recording(path))) == 2
