"""Servers that tests talk to over HTTP."""
