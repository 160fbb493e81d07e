"""A correct reader of Toy: it asks for what changed, from a second before the newest change it knows.

mockservers check toy --client contracts/toy/clients/toy_reader.py:Client
"""

import requests


class Refused(Exception):
    """The vendor says no."""

    kind = "refused"


class Unusable(Exception):
    """There was no answer that can be used."""

    kind = "transport"


class Client:
    def hello(self, **_):
        return {"name": "Toy reader", "mirrors": ["title", "status"]}

    def reset(self, endpoint, credentials, **_):
        self.endpoint, self.key = endpoint, credentials["key"]
        self.tickets, self.newest = {}, None
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy and no .netrc of this machine comes between

    def sync(self):
        newest, place = self.newest, {}
        while True:
            since = {} if self.newest is None else {"since": self.newest}
            answer = self.ask({**since, **place})
            for ticket in answer["tickets"]:
                if ticket.pop("deleted", False):
                    self.tickets.pop(ticket["id"], None)
                else:
                    self.tickets[ticket["id"]] = ticket
                newest = max(newest or "", ticket["changed"])
            if "next" not in answer:
                break
            place = {"next": answer["next"]}
        self.newest = newest  # only a walk that reached its end moves it

    def mirror(self):
        return [
            {"id": str(ticket["id"]), "fields": {"title": ticket["title"], "status": ticket["status"]}}
            for ticket in self.tickets.values()
        ]

    def ask(self, variables):
        try:
            reply = self.http.get(self.endpoint, params={"key": self.key, **variables}, timeout=10)
            answer = reply.json()
        except (requests.RequestException, ValueError) as error:
            raise Unusable(type(error).__name__) from None  # its text would hold the address, and so the key
        if reply.status_code in (400, 403):
            raise Refused(answer.get("error", "no reason was given"))
        if reply.status_code != 200 or "tickets" not in answer:
            raise Unusable(f"status {reply.status_code}")
        return answer

    def bye(self):
        if hasattr(self, "http"):
            self.http.close()
