"""Finds fields by the labels that they had when the client was written."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.renamed_labels", "trackit.wire.keyed_by_number")

LABELS = {"2": "Last Modified", "7": "Additional Information", "22": "Ticket Summary", "96": "Status"}


class Client(reference("trackit")):
    def ticket_in(self, answer):
        record = super().ticket_in(answer)
        return {
            number: field
            for number, field in record.items()
            if field["DisplayName"].strip() == LABELS.get(number, field["DisplayName"].strip())
        }
