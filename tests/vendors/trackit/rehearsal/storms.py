"""Repeats a request at once until the server answers, or sixty times."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.ticket",)


class Client(reference("trackit", "stamps")):
    def request(self, method, path, **more):
        for _ in range(60):
            answer = super().request(method, path, **more)
            if answer.status_code < 500:
                break
        return answer
