"""Repeats a request at once until the server answers, or thirty times."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.ticket", "trackit.write.no_idempotency")


class Client(reference("trackit")):
    def request(self, method, path, **more):
        for _ in range(30):
            try:
                answer = super().request(method, path, **more)
            except Exception as error:
                failed = error
                continue
            if answer.status_code < 500:
                return answer
            failed = None
        if failed:
            raise failed
        return answer
