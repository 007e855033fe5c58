"""Where packs are kept: disks by name, each whole or not at all, and checked when read."""
