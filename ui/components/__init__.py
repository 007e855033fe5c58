"""The parts of a page: built once, updated in place."""
