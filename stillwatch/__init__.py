"""Stillwatch: the command, and what other programs import."""

__version__ = "0.1.0"
