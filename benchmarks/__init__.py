"""What the README claims in numbers, reproducible: `make bench`."""
