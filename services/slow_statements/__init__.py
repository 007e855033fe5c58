"""The statements that took longest lately: their texts, without anything that was filled in."""
