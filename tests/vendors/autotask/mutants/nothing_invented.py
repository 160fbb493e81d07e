"""Takes every EntityReturnInfo for a ticket; the answer about usage has one with the id 0."""

from mockservers.harness.clients import reference


class Client(reference("autotask")):
    def call(self, operation, body):
        result = super().call(operation, body)
        if "DeletedTicketLog" not in body:
            for each in result.findall(".//{*}EntityReturnInfo/{*}EntityId"):
                self.tickets.setdefault(int(each.text), {})
        return result
