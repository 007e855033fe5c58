"""Removing what a workspace does not keep any longer, a small batch in a transaction."""
