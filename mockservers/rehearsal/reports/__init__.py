"""The report of a rehearsal as text for a terminal, as JSON, as JUnit XML and as a page.

All are made of `RehearsalReport` alone.
"""
