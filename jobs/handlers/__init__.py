"""The built-in operations: plain functions over a `RunContext`."""
