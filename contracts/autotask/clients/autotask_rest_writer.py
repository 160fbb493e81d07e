"""A writer of Autotask's REST service, done right: reads as the reader does, and makes, changes and closes tickets.

mockservers check autotask --client contracts/autotask/clients/autotask_rest_writer.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_rest_writer.py'
"""

import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import autotask_rest as reader
from autotask_rest import FIELDS, Refused, Unusable, condition

COMPLETE = 5
DETAIL, EVERYBODY = 2, 1  # type of a note, and who may see it


class Client(reader.Client):
    def __init__(self, ask):
        self.ask = ask  # what time it is at the vendor; a client in production looks at its own clock

    def hello(self, **_):
        tasks = ["sync", "mirror", "create", "update", "note", "close"]
        return {**super().hello(), "name": "Autotask REST writer", "tasks": tasks}

    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        self.source, self.reference = options["source"], options["reference_field"]
        self.resource, self.role = options["resource"], options["role"]
        self.unsure = set()  # keys of what was sent and never answered: it may be there, or not

    # --- tasks ---

    def create(self, key, fields):
        """Make a ticket. The key stands in a field of the customer's own, so that it can be found again."""
        found = self.number("Tickets", condition("eq", self.reference, key, udf=True)) if key in self.unsure else None
        if found is None:
            own = {"userDefinedFields": [{"name": self.reference, "value": key}]}
            found = self.write("POST", "Tickets", {"source": self.source, **self.told(fields), **own}, key)
        self.look_again(found)
        return {"id": str(found)}

    def update(self, record, fields):
        """Change fields. PATCH leaves what is not sent as it is, so nothing has to be read before."""
        self.write("PATCH", "Tickets", {"id": int(record), **self.told(fields)})
        self.look_again(int(record))

    def close(self, record):
        self.update(record, {"Status": COMPLETE})

    def note(self, record, key, text, minutes=None):
        """Write down what was said or, when it took time, book it. The key stands where it can be found again."""
        mark = f"[{key}]"
        if minutes:
            kind, path, place = "TimeEntries", "TimeEntries", "internalNotes"
            fields = {"ticketID": int(record), **self.work(text, minutes)}
        else:
            kind, path, place = "TicketNotes", f"Tickets/{record}/Notes", "title"
            fields = {"description": text, "noteType": DETAIL, "publish": EVERYBODY}
        if key in self.unsure:
            mine = (condition("eq", "ticketID", int(record)), condition("eq", place, mark))
            if self.number(kind, *mine) is not None:
                return
        self.write("POST", path, {place: mark, **fields}, key)

    def work(self, text, minutes):
        now = datetime.fromisoformat(self.ask.now())
        return {
            "resourceID": self.resource,
            "roleID": self.role,
            "summaryNotes": text,
            "hoursWorked": minutes / 60,
            "startDateTime": utc(now - timedelta(minutes=minutes)),
            "endDateTime": utc(now),
        }

    # --- what they share ---

    def write(self, verb, path, body, key=None):
        """Write one record; its id. Whether a write that had no answer was done is not known."""
        try:
            told = self.call(verb, path, body)
        except Unusable:
            if key is not None:
                self.unsure.add(key)
            raise
        self.unsure.discard(key)
        return told["itemId"]

    def number(self, resource, *conditions):
        """The id of the first record that meets the conditions."""
        found = self.call("POST", f"{resource}/query", {"filter": list(conditions)})["items"]
        return found[0]["id"] if found else None

    def look_again(self, number):
        """Mirror what was written: a write answers the id alone."""
        with suppress(Refused, Unusable):  # it is written all the same; the next sync reads it
            item = self.call("GET", f"Tickets/{number}").get("item")
            if item is not None:
                self.keep(item)

    def told(self, fields):
        """Told values under the names of REST. Null clears a field."""
        return {
            FIELDS[name]: utc(datetime.fromisoformat(value)) if name in reader.TIMES and value else value
            for name, value in fields.items()
        }


def utc(moment):
    """A time as the service takes it, in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
