"""Takes the first 500 rows for all of them."""

from mockservers.harness.clients import reference

RULES = ("autotask.query.top_500",)


class Client(reference("autotask")):
    def all(self, entity, conditions="", after=0):
        yield from self.query(
            entity, conditions + f'<field>id<expression op="GreaterThan">{after}</expression></field>'
        )
