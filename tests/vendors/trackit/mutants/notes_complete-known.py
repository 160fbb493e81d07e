"""Reads pages until one brings nothing new, as if the newest notes always came first."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.note_order", "trackit.read.paging")
SIZE = 2


class Client(reference("trackit")):
    def notes(self, number):
        known = {note["1"]: note for note in self.tickets.get(number, {}).get("notes", [])}
        page = 1
        while True:
            answer = self.get(f"tickets/{number}/Notes/{SIZE}/{page}")
            if answer is None:
                return None
            notes = [{name: field["Value"] for name, field in note.items()} for note in answer["TicketNotes"]]
            new = [note for note in notes if note["1"] not in known]
            known.update((note["1"], note) for note in new)
            if not new:
                return list(known.values())
            page += 1
