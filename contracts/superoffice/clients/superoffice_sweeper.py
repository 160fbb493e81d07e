"""A reader of SuperOffice that works otherwise: each time it reads every ticket there is, as XML, and logs in by password
where that is allowed.

Dear where there are many tickets, yet right: it needs no LastChanged, and what it does not see this time it sees the next.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_sweeper.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_sweeper.py'
"""

import base64
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import superoffice_reader as reader

NUMBERS = {
    "TicketId",
    "CreatedBy",
    "OwnedBy",
    "OwnedByAssociateId",
    "Category",
    "Priority",
    "TicketStatus",
    "CustId",
    "AlertLevel",
    "ConnectId",
    "TimeToReply",
    "TimeToClose",
    "TimeSpentInternally",
    "TimeSpent",
    "NumReplies",
    "NumMessages",
    "Sentiment",
    "SentimentConfidence",
}
XML = {"Content-Type": "application/xml; charset=utf-8", "Accept": "application/xml"}


class Client(reader.Client):
    def hello(self, **_):
        return {**super().hello(), "name": "SuperOffice sweeper"}

    def reset(self, credentials, options, **rest):
        super().reset(credentials=credentials, options=options, **rest)
        self.hosted = options["deployment"] == "online"  # where no password is taken
        pair = f"{credentials['user']}:{credentials['password']}"
        self.password = base64.b64encode(pair.encode()).decode()

    def login(self):
        return super().login() if self.hosted else {"Authorization": f"Basic {self.password}"}

    def renew(self):
        return self.hosted and super().renew()

    def sync(self):
        numbers = [row["ticketId"] for row in self.changed()]  # all: nothing is remembered
        for ticket in self.read(numbers):
            self.keep(ticket)

    def read(self, numbers):
        for first in range(0, len(numbers), 100):
            ids = "".join(f"<int>{number}</int>" for number in numbers[first : first + 100])
            body = f"<GetTicketsRequest><TicketIds>{ids}</TicketIds></GetTicketsRequest>"
            for ticket in self.call("POST", "Agents/Ticket/GetTickets", data=body.encode(), headers=XML):
                if ticket:
                    yield ticket

    def decoded(self, answer):
        if "xml" not in answer.headers.get("Content-Type", ""):
            return super().decoded(answer)
        try:
            root = ElementTree.fromstring(answer.content)
        except ElementTree.ParseError as error:
            raise ValueError(str(error)) from None
        if root.tag.rpartition("}")[2] == "ArrayOfTicket":
            return [members(each) or None for each in root]
        return members(root) or {"Message": "nothing"}


def members(element):
    return {each.tag.rpartition("}")[2]: typed(each) for each in element}


def typed(element):
    """What an element means; an empty one is an empty text, or nothing where something else belongs."""
    name = element.tag.rpartition("}")[2]
    if len(element):
        return members(element)
    text = element.text or ""
    if name in NUMBERS:
        return int(text) if text else None
    if name == "HasAttachment":
        return text == "true"
    if name in ("FieldRight", "FieldProperties", "TableRight") or (name in reader.DATES and not text):
        return None
    return text


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
