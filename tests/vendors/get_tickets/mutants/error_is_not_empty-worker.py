"""Of several pages at once one fails, and nobody looks at what became of its worker."""

from concurrent.futures import ThreadPoolExecutor

from mockservers.harness.clients import reference

RULES = ("get_tickets.error.form",)


class Client(reference("get_tickets", "parallel")):
    def sync(self):
        pages = range(1, self.count() // 15 + 2)
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(self.page, number) for number in pages]
        told = [ticket for each in asked if each.exception() is None for ticket in each.result()]
        self.held = {ticket["tid"]: self.meant(ticket) for ticket in told}
