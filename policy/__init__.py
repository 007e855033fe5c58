"""Pure decisions: persisted facts, guards and a given now in, a decision out. No clock, no I/O."""
