"""The contract of clients: what can happen at the vendor, what a check draws, how the wire is decoded, and the duties."""
