"""What fails in another thread is heard of by nobody."""

from mockservers.harness.clients import reference

RULES = ("querydata.error.form", "querydata.window.moves_out")


class Client(reference("querydata", "parallel")):
    def attempt(self, work, about):
        super().attempt(work, about)
        self.waiting.discard(about)
