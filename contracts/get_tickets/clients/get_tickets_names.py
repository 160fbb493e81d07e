"""A reader of get_tickets that shows who is meant: names of customers, companies, technicians and groups, from the lists.

A ticket names them by id. Who is renamed changes no ticket, so the lists are read again by every sync: four calls, whatever
the number of tickets.

mockservers check get_tickets --client contracts/get_tickets/clients/get_tickets_names.py:Client
mockservers check get_tickets --client 'python contracts/get_tickets/clients/get_tickets_names.py'
"""

import sys
from pathlib import Path
from urllib.parse import unquote_plus
from xml.etree import ElementTree

import get_tickets_history as history
import get_tickets_reader as reader
from get_tickets_reader import MIRRORED, Unusable

LISTS = {
    "customer": ("get_customers", "customers", "cid", "contact"),
    "company": ("get_companies", "companies", "id", "name"),
    "technician": ("get_techs", "techs", "uid", "name"),
    "group": ("get_tech_groups", "tech_groups", "id", "name"),
}
"""Action, root of its answers, and the outputs that tell id and name."""
IDS = {"customer": "cid", "company": "company_id", "technician": "assigned_tech", "group": "assigned_group_id"}
RAW = {"id"}


class Client(reader.Client):
    records_in = history.Client.records_in

    def hello(self, **_):
        return {
            **super().hello(),
            "name": "get_tickets with names",
            "mirrors": [*MIRRORED, "names"],
            "options": ["format", "time_zone", "culture", "names"],
        }

    def reset(self, **given):
        super().reset(**given)
        self.names = {}

    def sync(self):
        tickets = self.walk()
        names = {kind: self.listed(*told) for kind, told in LISTS.items()}
        self.tickets, self.names = tickets, names

    def mirror(self):
        records = super().mirror()["records"]
        for record in records:
            ticket = self.tickets[int(record["id"])]
            record["fields"]["names"] = {
                kind: self.names[kind].get(str(ticket.get(field))) for kind, field in IDS.items()
            }
        return {"records": records}

    def listed(self, action, root, key, name):
        """The names of a list by id."""
        answer = self.get(action=action, **{key: "*"})
        try:
            found = self.records_in(root, answer.content.decode("utf-8"), answer, (key,))
        except (ValueError, KeyError, IndexError, TypeError, ElementTree.ParseError) as error:
            raise Unusable(f"status {answer.status_code}, {type(error).__name__}") from None
        if not found and self.format == "delimited":
            # In this format an empty list is an empty text, and so is an answer that lost its body. No list is empty.
            raise Unusable("an empty answer where there are names")
        told = [{field: text if field in RAW else unquote_plus(text) for field, text in each} for each in found]
        return {each[key]: each[name] for each in told}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
