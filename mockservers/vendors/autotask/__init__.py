"""Autotask PSA's SOAP service 1.6 (ATWS): 167 entities, queries as XML inside XML, writes that replace."""
