"""Whether memory levels off: `python tests/benchmarks/memory.py [--calls N]`.

One server in a process of its own. It gets a mixed load of all vendors and of the control API, then form posts with nearly a
thousand odd variables each, then worlds that are made, used and deleted. After each part of each load the resident bytes are
printed: they are to be level. `--calls 1000000` takes some twenty minutes.
"""

from __future__ import annotations

import argparse
import base64
import json
import socket
from collections.abc import Iterator
from itertools import count, cycle
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from serving import FROZEN, Served, memory, serve

PARTS = 10


class Client:
    """One keep-alive connection, opened anew when the server closes it; any status is an answer."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.address = (parts.hostname or "", parts.port or 80)
        self.socket = socket.create_connection(self.address, 60)
        self.rest = b""

    def ask(self, request: bytes) -> tuple[int, bytes]:
        self.socket.sendall(request)
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        lower = head.lower()
        if b"\r\ncontent-length: " in lower:
            length = int(lower.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0])
            while len(body) < length:
                body += self._more()
            body, self.rest = body[:length], body[length:]
        else:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
            self.rest = b""
        if b"\r\nconnection: close" in lower:
            self.socket.close()
            self.socket, self.rest = socket.create_connection(self.address, 60), b""
        return int(head[9:12]), body

    def _more(self) -> bytes:
        read = self.socket.recv(1 << 20)
        if not read:
            raise SystemExit("the server closed the connection in the middle of an answer")
        return read


def post(path: str, body: bytes, media: str, *headers: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Content-Type: {media}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *headers]).encode() + b"\r\n\r\n"


def control(path: str, body: object) -> bytes:
    return post(f"/_mock/v1{path}", json.dumps(body).encode(), "application/json")


def soap(path: str, action: str, inner: str, head: str = "", *headers: str) -> bytes:
    body = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>'
        f"{head}</soap:Header><soap:Body>{inner}</soap:Body></soap:Envelope>"
    )
    return post(path, body.encode(), "text/xml; charset=utf-8", f'SOAPAction: "{action}"', *headers)


def requests(token: str) -> Iterator[bytes]:
    """The mixed load: what is asked differs from call to call, as journals, caches and logs see it."""
    space = "http://autotask.net/ATWS/v1_6/"
    code = "<IntegrationCode>DEMO-INTEGRATION-CODE</IntegrationCode>"
    code = f'<AutotaskIntegrations xmlns="{space}">{code}</AutotaskIntegrations>'
    basic = "Authorization: Basic " + base64.b64encode(b"api@demo.example:demo-password").decode()
    office = "Authorization: Basic " + base64.b64encode(b"demo@demo.example:demo-password").decode()
    kinds = cycle(range(12))
    for n in count():
        kind = next(kinds)
        if kind == 0:
            yield get(f"/API/default.aspx?key=demo-key&action=get_tickets&tid=*&count=10&page={n % 40}")
        elif kind == 1:
            yield get(f"/API/default.aspx?key=demo-key&action=get_tickets&tid={n % 300}&odd{n}=1")
        elif kind == 2:
            yield post(
                "/api/v1/Agents/Ticket/GetTickets",
                json.dumps({"TicketIds": [n % 300, n % 7 + 1]}).encode(),
                "application/json",
                office,
            )
        elif kind == 3:
            yield get(f"/api/v1/Ticket?$top=5&$filter=ticketId gt {n % 200}".replace(" ", "%20"), office)
        elif kind == 4:
            field = f'<field>id<expression op="equals">{n % 900}</expression></field>'
            text = escape(f"<queryxml><entity>Ticket</entity><query>{field}</query></queryxml>")
            inner = f'<query xmlns="{space}"><sXML>{text}</sXML></query>'
            yield soap("/ATServices/1.6/atws.asmx", f"{space}query", inner, code, basic)
        elif kind == 5:
            filters = [
                {
                    "Field": "LastActionDateTime",
                    "Operation": "TIME_BETWEEN",
                    "Value": "2026/03/02 09:00-2026/03/02 10:00",
                }
            ]
            asked = {
                "AuthCode": "DEMO-AUTH-CODE",
                "ItemType": "Ticket",
                "ResultType": "Summary",
                "ResultFormat": "JSON",
            }
            text = json.dumps({"QueryData_V1": {**asked, "UseWarehouse": False, "Filters": filters}})
            inner = f'<QueryData xmlns="http://tempuri.org/"><json>{text}</json></QueryData>'
            yield soap("/Irthnet/webservices/IRTHNetWOIntegration.asmx", "http://tempuri.org/QueryData", inner)
        elif kind == 6:
            yield get(f"/TrackIt/WebApi/tickets/{100 + n % 40}", f"Authorization: Bearer {token}")
        elif kind == 7:
            # What is made anew would stay, as it has to: a figure that is to be level can only change what is there.
            change = {"vendor": "get_tickets", "fields": {"summary": f"changed {n}"}}
            yield control("/records/34", change).replace(b"POST", b"PATCH", 1)
        elif kind == 8:
            yield get(f"/_mock/v1/journal?last=20&limit=20&since={n}")
        elif kind == 9:
            yield get(f"/nowhere/{n}", f"X-Odd-{n}: {n}")
        elif kind == 10:
            yield f"FOO /TrackIt/WebApi/tickets/{n} M\xfc HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()
        else:
            yield f"GET /\0{n} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def odd_posts() -> Iterator[bytes]:
    for n in count():
        body = "key=demo-key&action=get_tickets&tid=34" + "".join(f"&v{n % 100}{each:03}=" for each in range(950))
        yield post("/API/default.aspx", body[:5000].encode(), "application/x-www-form-urlencoded")


def worlds() -> Iterator[bytes]:
    """Each world is made, used, and deleted."""
    for n in count():
        yield control("/worlds", {"name": f"w{n}", "clock": {"mode": "frozen", "now": "2026-03-02T10:00:00Z"}})
        yield get(f"/w/w{n}/API/default.aspx?key=demo-key&action=get_tickets&tid=34")
        yield f"DELETE /_mock/v1/worlds/w{n} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def level(name: str, served: Served, client: Client, load: Iterator[bytes], calls: int) -> None:
    """Send the calls, and print the megabytes of the server before them and after each part."""
    print(f"{name}: {calls} calls\n  MB: {memory(served.process.pid) >> 20}", end="", flush=True)
    statuses: dict[int, int] = {}
    for _ in range(PARTS):
        for _ in range(calls // PARTS):
            status, body = client.ask(next(load))
            statuses[status] = statuses.get(status, 0) + 1
            if status == 500 and b"failed inside" in body:
                raise SystemExit(f"the server failed: {body!r}")
        print(f" {memory(served.process.pid) >> 20}", end="", flush=True)
    print(f"\n  answers by status: {dict(sorted(statuses.items()))}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000, help="calls of the mixed load")
    parser.add_argument("--posts", type=int, default=2_000, help="form posts with odd variables")
    parser.add_argument("--worlds", type=int, default=5_000, help="worlds that are made and deleted")
    asked = parser.parse_args()
    served = serve(
        *FROZEN, "--dialect", "autotask=lenient"
    )  # without the hourly threshold, which would make calls wait
    try:
        client = Client(served.url)
        login = b"grant_type=password&username=HELP+DESK%5CDEMO&password=demo-password&scope="
        status, answer = client.ask(post("/TrackIt/WebApi/token", login, "application/x-www-form-urlencoded"))
        assert status == 200, answer
        level("mixed", served, client, requests(json.loads(answer)["access_token"]), asked.calls)
        level("odd form posts", served, client, odd_posts(), asked.posts)
        level("worlds made, used, deleted", served, client, worlds(), 3 * asked.worlds)
    finally:
        served.stop()


if __name__ == "__main__":
    main()
