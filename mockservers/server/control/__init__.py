"""The control API under `/_mock/`: worlds, clocks, tenants, what other people do, faults, and what was recorded.

`guard` decides who may come in and loads nothing. `application` builds the rest, when it is first asked for: a
process that nobody steers does not pay for it in start-up time and memory.
"""
