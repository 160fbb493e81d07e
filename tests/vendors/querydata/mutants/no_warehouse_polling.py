"""Every sync looks into the warehouse first."""

from mockservers.harness.clients import reference

RULES = ("querydata.warehouse.bulk",)


class Client(reference("querydata")):
    def sync(self):
        self.bulk = True
        try:
            self.summary(self.resume, self.resume)
        finally:
            self.bulk = False
        super().sync()

    def call(self, result_type, field, operation, value):
        if not getattr(self, "bulk", False):
            return super().call(result_type, field, operation, value)
        return super().call(result_type, "CreateDate", operation, value)

    def payload(self, *asked):
        return {**super().payload(*asked), "UseWarehouse": getattr(self, "bulk", False)}
