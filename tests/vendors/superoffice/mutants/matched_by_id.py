"""Takes the tickets of an answer in the order in which it asked for them."""

from mockservers.harness.clients import reference

RULES = ("superoffice.result.request_order", "superoffice.result.unknown_id")


class Client(reference("superoffice")):
    def read(self, numbers):
        for number, ticket in zip(numbers, super().read(numbers), strict=False):
            yield {**ticket, "TicketId": number}
