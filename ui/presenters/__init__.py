"""Snapshot + now + zone → view. All words and tones live here, and nothing else does."""
