"""A writer of Track-It!'s Web API, done right: reads as the reader does, and makes, changes, notes and closes tickets.

mockservers check trackit --client contracts/trackit/clients/trackit_writer.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_writer.py'
"""

import html
import sys
from datetime import datetime
from pathlib import Path

import trackit_reader as reader
from trackit_reader import Refused, Unusable, values

TIMES = {"12", "18", "81", "82", "100", "103", "110", "111", "132", "146", "147"}
STATUS, CLOSED = "96", "18"  # the status by name, and when the ticket was closed


class Client(reader.Client):
    def hello(self, **_):
        tasks = ["sync", "mirror", "create", "update", "note", "close"]
        return {**super().hello(), "name": "Track-It! writer", "tasks": tasks}

    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        self.reference = options["reference_field"]
        self.type, self.activity = options["note_types"][0], options["activities"][0]
        self.unsure = {}  # keys of what was sent and never answered: it may be there; for tickets, above which number

    # --- tasks ---

    def create(self, key, fields):
        """Make a ticket. The key stands in a field of the customer's own, so that it can be found again."""
        ticket = self.mine(key) if key in self.unsure else None
        if ticket is None:
            made = {**fields, self.reference: key}
            ticket = self.write(key, "tickets", {"Properties": made})
        self.keep(ticket)
        self.check(ticket, fields)
        return {"id": str(ticket["1"])}

    def update(self, record, fields):
        """Change what is told and nothing else. A field that shows another record links it: sent back, it would link anew."""
        status = {name: value for name, value in fields.items() if name == STATUS}
        rest = {name: value for name, value in fields.items() if name != STATUS}
        if rest:
            self.check(self.write(None, f"tickets/{record}", {"Properties": rest}), rest)
        if status:
            body = {"StatusName": status[STATUS], "Note": self.noted("The status was changed")}
            self.in_steps(record, "ChangeStatus", body, lambda ticket: same(STATUS, ticket.get(STATUS), status[STATUS]))

    def close(self, record):
        """Close with whatever status the desk closes tickets with."""
        self.in_steps(record, "Close", {"Note": self.noted("Closed")}, lambda ticket: CLOSED in ticket)

    def note(self, record, key, text, minutes=None):
        """Write down what was said, with a mark by which it can be found again."""
        mark = f"[{key}]"
        if key in self.unsure and any((note["5"] or "").endswith(mark) for note in self.notes(int(record)) or ()):
            return
        body = self.noted(f"{text} {mark}")
        if minutes:
            body["Duration"] = f"{minutes // 60:02}:{minutes % 60:02}:00"
        self.write(key, f"tickets/{record}/AddNote", body)

    # --- what they share ---

    def noted(self, text):
        """A note. Where notes are rich text, letters that mean something there are escaped."""
        text = html.escape(text, quote=False) if self.options["note_text"] == "plain" else text
        return {"Note Type": self.type, "Activity Code": self.activity, "Note": text, "Private": False}

    def write(self, key, path, body):
        """The ticket as it is then. Whether a write that had no answer was done is not known."""
        try:
            answer = self.call("POST", path, body)
        except Unusable:
            if key is not None:
                self.unsure.setdefault(key, self.highest)
            raise
        self.unsure.pop(key, None)
        return values(self.ticket_in(answer))

    def in_steps(self, record, action, body, is_done):
        """Change the status. It comes first and its note second, so that a failure may have done the half that counts."""
        try:
            self.write(None, f"tickets/{record}/{action}", body)
        except Unusable:
            try:
                ticket = self.read(int(record))
            except Refused:  # that we may not look now says nothing of what was done
                ticket = None
            if ticket is None or not is_done(ticket):
                raise

    def mine(self, key):
        """The ticket that was made under a key, or None."""
        number, last = self.unsure[key] + 1, max(self.highest, self.unsure[key])
        while number <= last + self.options["longest_gap"] + 1:
            ticket = self.read(number)
            if ticket is not None:
                last = max(last, number)
                if ticket.get(self.reference) == key:
                    return ticket
            number += 1
        return None

    def keep(self, ticket):
        self.highest = max(self.highest, ticket["1"])

    def check(self, ticket, fields):
        """See that all was taken: servers pass over what cannot be written, and say 200."""
        lost = [name for name, value in fields.items() if not same(name, ticket.get(name), value)]
        if lost:
            raise Refused(f"the server took everything but {', '.join(lost)}")


def same(name, found, wanted):
    if name in TIMES and found and wanted:
        return abs((datetime.fromisoformat(found) - datetime.fromisoformat(wanted)).total_seconds()) < 0.004
    return found == wanted or (found in (None, "") and wanted in (None, ""))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
