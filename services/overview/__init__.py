"""What a workspace is at and how it fares: bounded reads, each by an index."""
