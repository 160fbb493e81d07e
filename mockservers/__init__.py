"""Five vendors' ticketing systems on your own machine, and a harness that hunts for bugs in your client."""

__version__ = "0.1.0"
