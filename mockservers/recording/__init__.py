"""Recordings of the real systems: made by a proxy without their secrets, served from, loaded, compared and judged.

What one vendor's traffic means is in `adapters`; all else is the same for every vendor.
"""
