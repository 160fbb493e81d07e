"""Takes 401 for a ticket that it may not see, and walks on."""

from mockservers.harness.clients import reference

RULES = ("trackit.access.bearer",)


class Client(reference("trackit")):
    def send(self, method, path, body):
        answer = super().send(method, path, body)
        if answer.status_code == 401:
            answer.status_code = self.options["unknown_status"]
        return answer
