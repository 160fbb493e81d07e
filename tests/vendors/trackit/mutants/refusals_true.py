"""Takes a server's failure for a no, though half of it may be done."""

from mockservers.harness.clients import reference

RULES = ("trackit.status.two_steps",)


class Client(reference("trackit", "writer")):
    def in_steps(self, record, action, body, is_done):
        try:
            self.write(None, f"tickets/{record}/{action}", body)
        except Exception as error:
            error.kind = "refused"
            raise
