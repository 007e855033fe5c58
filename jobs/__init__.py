"""Who runs the work: engines, and the handlers that do it."""
