"""What the processes log: one line an event, with whom and what it is about, and no secret."""
