"""A reader of Track-It!'s Web API that copies what hangs on tickets too: assignments, and files with their content.

mockservers check trackit --client contracts/trackit/clients/trackit_assignments.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_assignments.py'
"""

import base64
import sys
from pathlib import Path

import trackit_reader as reader
from trackit_reader import MIRRORED, PAGE, Refused, member, values

ASSIGNMENT_FIELDS = ["1", "2", "3", "6", "7", "18", "22", "67", "95", "96", "100"]
HANGING = ["notes", "assignments", "attachments"]
CONTENT = "5"


class Client(reader.Client):
    def hello(self, **_):
        return {
            **super().hello(),
            "name": "Track-It! reader of assignments and files",
            "mirrors": [*MIRRORED, *HANGING],
            "options": ["assignments", "attachments"],
        }

    def reset(self, **given):
        super().reset(**given)
        self.files = {}  # the content of a file never changes

    def look(self, number):
        """Mirror one ticket with all that hangs on it. Work on an assignment does not show in its ticket."""
        try:
            ticket = self.read(number)
        except Refused as error:
            if error.status != 403:
                raise
            return  # there, but not for us at the moment: what is known of it stays
        if ticket is None:
            self.tickets.pop(number, None)
            return
        notes = self.notes(number) if "175" in ticket else []
        assignments = self.pages(f"tickets/{number}/Assignments", "Assignments")
        attachments = self.pages(f"tickets/{number}/Attachments", "TicketAttachments")
        if None in (notes, assignments, attachments):
            self.tickets.pop(number, None)
            return
        self.tickets[number] = {
            **ticket,
            "notes": notes,
            "assignments": [{name: each.get(name) for name in ASSIGNMENT_FIELDS} for each in assignments],
            "attachments": [self.with_content(each) for each in attachments],
        }
        self.highest = max(self.highest, number)

    def mirror(self):
        names = [*MIRRORED, *HANGING]
        return {
            "records": [
                {"id": str(number), "fields": {name: ticket.get(name) for name in names}}
                for number, ticket in self.tickets.items()
            ]
        }

    def pages(self, path, key):
        """All records of a list, page by page until one is not full; None where there is no such ticket."""
        found, page = {}, 1
        while True:
            answer = self.get(f"{path}/{PAGE}/{page}")
            if answer is None:
                return None
            listed = [values(each) for each in member(answer, key)]
            found.update((each["1"], each) for each in listed)
            if len(listed) < PAGE:
                return list(found.values())
            page += 1

    def with_content(self, attachment):
        """A file as it is listed, with what is in it."""
        number = attachment["1"]
        if number not in self.files:
            self.files[number] = self.content(number)
        return {**attachment, CONTENT: self.files[number]}

    def content(self, number):
        """What is in a file, as base64: some servers tell it in a record, others send the file; None where they do neither."""
        try:
            answer = self.call("GET", f"attachment/{number}")
        except Refused as error:
            if error.status in (501, self.options["unknown_status"]):  # not served, or removed meanwhile
                return None
            raise
        return answer.get(CONTENT)

    def judge(self, answer):
        """What an answer holds: of a file that comes by itself a record with its content."""
        if answer.status_code == 501:
            raise Refused("not implemented", 501)
        if answer.ok and answer.headers.get("Content-Type") == "application/octet-stream":
            return {CONTENT: base64.b64encode(answer.content).decode()}
        found = super().judge(answer)
        return values(found["Attachment"]) if "Attachment" in found else found


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
