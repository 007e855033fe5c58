"""Telling people that a run has ended: in the page, and by the channels that they set up."""
