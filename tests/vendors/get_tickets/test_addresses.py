"""Whoever mistakes the address shows nobody the key: neither another vendor nor the journal."""

from __future__ import annotations

import pytest
import requests

import mockservers

ASKED = "key=demo-key&action=get_tickets&tid=34"
PARTS = {"key": (None, "demo-key"), "action": (None, "get_tickets")}


def test_no_address_lets_a_key_into_the_journal() -> None:
    with mockservers.start("get_tickets", "superoffice", "querydata") as server, requests.Session() as session:
        session.trust_env = False
        url, journal = server.url, server.default

        def secret_shown() -> bool:
            return any("demo-key" in repr(entry) or "wrong-one" in repr(entry) for entry in journal.journal)

        moved = session.get(f"{url}/API?{ASKED}", allow_redirects=False, timeout=20)
        assert (moved.status_code, moved.headers["Location"]) == (301, f"/API/?{ASKED}")
        assert session.get(f"{url}/w/default/readydesk/API?{ASKED}", timeout=20).text.startswith("<?xml")
        for path in ("/api/v1", "/api", "/api/v1/Ticket/2", "/nowhere", "/helpdesk/API/", "/api/state/x"):
            for query in (ASKED, "KEY=wrong-one", "k%65y=wrong-one&tid=1"):
                session.get(f"{url}{path}?{query}", timeout=20)
            session.post(f"{url}{path}", data=ASKED, timeout=20)
            session.post(f"{url}{path}", data={"key": "wrong-one"}, timeout=20)
            session.post(f"{url}{path}", files=PARTS, timeout=20)
            session.post(f"{url}{path}", files={"key": (None, "wrong-one")}, timeout=20)
        assert not secret_shown()
        assert len({entry.vendor for entry in journal.journal}) == 3, "get_tickets, superoffice and nobody"


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_who_asks_without_a_key_is_not_meant(path: str) -> None:
    with mockservers.start("get_tickets", "superoffice") as server, requests.Session() as session:
        session.trust_env = False
        answer = session.get(f"{server.url}{path}", timeout=20)
        assert answer.status_code == 200
        assert [entry.vendor for entry in server.default.journal] == [
            "superoffice" if path == "/api" else "get_tickets"
        ]
