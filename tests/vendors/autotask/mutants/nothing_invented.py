"""Takes every EntityReturnInfo for a ticket; the answer about usage has one with the id 0."""

from mockservers.harness.clients import reference

RULES = ("autotask.wire.result_type", "autotask.wire.return_info", "autotask.threshold.answer")


class Client(reference("autotask")):
    def call(self, operation, body):
        result = super().call(operation, body)
        if "DeletedTicketLog" not in body:
            for each in result.findall(".//{*}EntityReturnInfo/{*}EntityId"):
                self.tickets.setdefault(int(each.text), {})
        return result
