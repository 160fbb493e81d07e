"""A note that says what another one of the ticket says already counts as written."""

from mockservers.harness.clients import reference

RULES = ("autotask.write.duplicate",)


class Client(reference("autotask", "writer")):
    def note(self, record, key, text, minutes=None):
        place = "SummaryNotes" if minutes else "Description"
        rows = self.all("TimeEntry" if minutes else "TicketNote", self.of(record))
        if all(row.findtext(f"{{*}}{place}") != text for row in rows):
            super().note(record, key, text, minutes)

    def of(self, record):
        return f'<field>TicketID<expression op="Equals">{record}</expression></field>'
