"""Puts pages together as they come, though a note that is added meanwhile moves the others to the next page."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.paging", "trackit.read.note_order")
SIZE = 20


class Client(reference("trackit")):
    def notes(self, number):
        found, page = [], 1
        while True:
            answer = self.get(f"tickets/{number}/Notes/{SIZE}/{page}")
            if answer is None:
                return None
            found += [{name: field["Value"] for name, field in note.items()} for note in answer["TicketNotes"]]
            if len(answer["TicketNotes"]) < SIZE:
                return found
            page += 1
