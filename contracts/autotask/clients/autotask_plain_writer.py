"""A writer of Autotask that needs no field of its own: what may be there already it finds by what it says and when.

Times go out with their offset, minutes stand in the note's text, and every task asks anew where the customer is served.

mockservers check autotask --client contracts/autotask/clients/autotask_plain_writer.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_plain_writer.py'
"""

import sys
from datetime import datetime
from pathlib import Path

import autotask_writer as writer
from autotask_reader import condition, text


class Client(writer.Client):
    def hello(self, **_):
        return {**super().hello(), "name": "Autotask plain writer"}

    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        self.me = str(options["user_resource"])
        self.tried = {}  # key to the moment of the first try
        self.mine = set()  # entity and id of what is known to be made for another key

    def sync(self):
        self.service = None
        super().sync()

    def create(self, key, fields):
        found = self.earlier("Ticket", key, condition("Title", "Equals", fields["Title"]), "CreateDate")
        if found is None:
            found = self.send("create", "Ticket", self.elements({"Source": self.source, **fields}), key)
        self.mine.add(("Ticket", found))
        self.look_again(found)
        return {"id": found}

    def note(self, record, key, text, minutes=None):
        said = f"{text}\n({minutes} minutes)" if minutes else text
        mine = condition("TicketID", "Equals", record)
        found = self.earlier("TicketNote", key, mine, "LastActivityDate", said)
        if found is None:
            fields = {
                "TicketID": int(record),
                "Description": said,
                "NoteType": writer.DETAIL,
                "Publish": writer.EVERYBODY,
            }
            found = self.send("create", "TicketNote", self.elements(fields), key)
        self.mine.add(("TicketNote", found))

    def earlier(self, entity, key, conditions, moment, said=None):
        """What an earlier try made, if it did; texts are compared here, since queries do so without letter case."""
        first = self.tried.setdefault(key, datetime.fromisoformat(self.ask.now()))
        if key not in self.unsure:
            return None
        since = first.astimezone(self.zone).replace(tzinfo=None).isoformat(timespec="milliseconds")
        conditions += condition(moment, "GreaterThanOrEquals", since) + condition(
            "CreatorResourceID", "Equals", self.me
        )
        for row in self.all(entity, conditions):
            if (entity, text(row, "id")) not in self.mine and said in (None, text(row, "Description")):
                return text(row, "id")
        return None

    def told(self, name, value):
        if name.endswith(("Date", "DateTime")):
            return writer.element(name, value, "xsd:dateTime")
        return super().told(name, value)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
