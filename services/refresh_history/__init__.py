"""What refreshing cost in the last hour, as this process has counted it."""
