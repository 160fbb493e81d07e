"""Worlds in a database of PostgreSQL, which any number of processes serve at once.

Everything that only PostgreSQL needs is in this package; `mockservers.kernel.keeping` loads it when a world is kept so.
"""
