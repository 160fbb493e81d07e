"""Another correct client of get_tickets: it goes on from the last number it saw instead of turning pages.

Ranges of numbers cannot shift, whatever is deleted meanwhile. Every answer is looked through whether or not it is full,
so nothing depends on how many tickets the server gives; the end is where there is none any more.

mockservers check get_tickets --client contracts/get_tickets/clients/get_tickets_ranges.py:Client
mockservers check get_tickets --client 'python contracts/get_tickets/clients/get_tickets_ranges.py'
"""

import http.client
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).parent))
from get_tickets_reader import Client as Reader
from get_tickets_reader import Refused, Unusable

MOST = 7
PATIENCE = 65
"""Seconds to wait when there were too many calls, once."""


class Client(Reader):
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        return {**super().hello(), "name": "get_tickets by ranges"}

    def walk(self):
        """All tickets by number; what is opened while walking has a higher number, and comes at the end."""
        found, start = {}, 1
        while True:
            tickets = [self.read(pairs) for pairs in self.patiently(start_tid=start, count=MOST)]
            if not tickets:
                if self.format == "delimited" and self.counted(start):
                    raise Unusable("an empty answer where there are tickets")
                return found
            found.update((ticket["tid"], ticket) for ticket in tickets)
            start = max(ticket["tid"] for ticket in tickets) + 1

    def patiently(self, **variables):
        try:
            return self.call(**variables)
        except Refused as error:
            if "many" not in str(error).lower():
                raise
        self.ask.sleep(PATIENCE)
        return self.call(**variables)

    def counted(self, start):
        text = self.get(start_tid=start, count_only="Y").text
        if not text.startswith("count="):
            raise Unusable("no count")
        return int(text[6:])

    def get(self, **variables):
        """One call by the standard library alone, with %20 for blanks and a connection of its own."""
        address = urlsplit(self.endpoint)
        query = urlencode({"action": "get_tickets", **variables, "key": self.key}, quote_via=quote)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        try:
            connection.request("GET", f"{address.path}?{query}", headers={"Accept-Encoding": "identity"})
            answer = connection.getresponse()
            body = answer.read()
        except (http.client.HTTPException, OSError) as error:
            raise Unusable(type(error).__name__) from None
        finally:
            connection.close()
        return SimpleNamespace(status_code=answer.status, content=body, text=body.decode("utf-8", "replace"))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
