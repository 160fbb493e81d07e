"""The report of a rehearsal as text for a terminal, as JSON and as JUnit XML. All are made of `RehearsalReport` alone."""
