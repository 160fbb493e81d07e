"""Keeps numbers of tickets as floats of 32 bits, which have no room for large ones."""

import struct

from mockservers.harness.clients import reference

RULES = ("superoffice.field.ticket_id",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        (number,) = struct.unpack("f", struct.pack("f", ticket["TicketId"]))
        super().keep({**ticket, "TicketId": int(number)})
