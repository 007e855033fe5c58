"""The overview in words: what runs, how it ended, what failed, and which types stand out."""
