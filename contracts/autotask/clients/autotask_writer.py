"""A writer of Autotask's SOAP service, done right: reads as the reader does, and makes, changes and closes tickets.

mockservers check autotask --client contracts/autotask/clients/autotask_writer.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_writer.py'
"""

import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import autotask_reader as reader
from autotask_reader import Refused, Unusable, condition, escaped, local, text

COMPLETE = 5
DETAIL, EVERYBODY = 2, 1  # type of a note, and who may see it
NOT_FIELDS = {"id", "UserDefinedFields"}


class Client(reader.Client):
    def __init__(self, ask):
        self.ask = ask  # what time it is at the vendor; a client in production looks at its own clock

    def hello(self, **_):
        tasks = ["sync", "mirror", "create", "update", "note", "close"]
        return {**super().hello(), "name": "Autotask writer", "tasks": tasks}

    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        self.source, self.reference = options["source"], options["reference_field"]
        self.resource, self.role = options["resource"], options["role"]
        self.unsure = set()  # keys of what was sent and never answered: it may be there, or not

    # --- tasks ---

    def create(self, key, fields):
        """Make a ticket. The key stands in a field of the customer's own, so that it can be found again."""
        found = (
            self.number("Ticket", condition(self.reference, "Equals", key, udf=True)) if key in self.unsure else None
        )
        if found is None:
            made = {"Source": self.source, **fields}
            found = self.send("create", "Ticket", self.elements(made), key, udf={self.reference: key})
        self.look_again(found)
        return {"id": found}

    def update(self, record, fields):
        """Change fields. What an update does not send is cleared, so everything is read first, just now, and sent back."""
        found = self.ticket(record)
        rest = [each for each in found if each.text and local(each) not in NOT_FIELDS | set(fields)]
        elements = "".join(element(local(each), each.text, each.get(reader.TYPE)) for each in rest)
        # User-defined fields that are not sent keep their values.
        self.send("update", "Ticket", elements + self.elements(fields), number=record)
        self.look_again(record)

    def close(self, record):
        self.update(record, {"Status": COMPLETE})

    def note(self, record, key, text, minutes=None):
        """Write down what was said or, when it took time, book it. The key stands where it can be found again."""
        mark = f"[{key}]"
        if minutes:
            entity, place, fields = "TimeEntry", "InternalNotes", self.work(text, minutes)
        else:
            entity, place = "TicketNote", "Title"
            fields = {"Description": text, "NoteType": DETAIL, "Publish": EVERYBODY}
        if key in self.unsure:
            mine = condition("TicketID", "Equals", record) + condition(place, "Equals", mark)
            if self.number(entity, mine) is not None:
                return
        self.send("create", entity, self.elements({"TicketID": int(record), place: mark, **fields}), key)

    def work(self, text, minutes):
        now = datetime.fromisoformat(self.ask.now())
        return {
            "ResourceID": self.resource,
            "RoleID": self.role,
            "SummaryNotes": text,
            "HoursWorked": minutes / 60,
            "StartDateTime": (now - timedelta(minutes=minutes)).isoformat(),
            "EndDateTime": now.isoformat(),
        }

    # --- what they share ---

    def send(self, operation, entity, elements, key=None, number=0, udf=()):
        """Write one entity; its id. Whether a write that had no answer was done is not known."""
        own = "".join(
            f"<UserDefinedField><Name>{escape(name)}</Name><Value>{escape(udf[name])}</Value></UserDefinedField>"
            for name in udf
        )
        own = f"<UserDefinedFields>{own}</UserDefinedFields>" if own else ""
        body = f'<Entities><Entity xsi:type="{entity}"><id>{number}</id>{own}{elements}</Entity></Entities>'
        try:
            result = self.call(operation, body)
        except Unusable:
            if key is not None:
                self.unsure.add(key)
            raise
        self.unsure.discard(key)
        return text(result.find("{*}EntityResults/{*}Entity"), "id")

    def ticket(self, number):
        rows = self.query("Ticket", condition("id", "Equals", number))
        if not rows:
            raise Refused(f"there is no ticket {number}")
        return rows[0]

    def number(self, entity, conditions):
        """The id of the first entity that meets the conditions."""
        rows = self.query(entity, conditions)
        return text(rows[0], "id") if rows else None

    def look_again(self, number):
        """Mirror what was written. Of what create and update give back only the id can be relied on."""
        with suppress(Refused, Unusable):  # it is written all the same; the next sync reads it
            self.keep(self.ticket(number))

    def elements(self, fields):
        """Told values as elements. Null means that nothing is sent, which clears a field."""
        return "".join(self.told(name, value) for name, value in fields.items() if value not in (None, ""))

    def told(self, name, value):
        if isinstance(value, bool):
            return element(name, str(value).lower(), "xsd:boolean")
        if isinstance(value, (int, float)):
            return element(name, str(value), "xsd:int" if isinstance(value, int) else "xsd:double")
        if name.endswith(("Date", "DateTime")):
            wall = datetime.fromisoformat(value).astimezone(self.zone).replace(tzinfo=None)
            return element(name, wall.isoformat(timespec="milliseconds"), "xsd:dateTime")
        return element(name, value, "xsd:string")


def element(name, value, kind):
    return f"<{name} xsi:type={quoteattr(kind)}>{escaped(value)}</{name}>"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
