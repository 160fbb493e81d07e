"""The REST service 1.0: a second wire over the same operations and the same records as the SOAP service."""
