"""Campaigns: many checks as one file, clients by vendors by dialects by seeds, carried out here or on a cluster, with one report.

`model` says what a file may hold, `runs` what it comes to, `playing` carries runs out, `results` keeps what came of each.
"""
