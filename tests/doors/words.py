"""What two answers have in common."""

import re


def shape(text: str) -> str:
    """A page without what differs in every one: ids, tokens, and who is looking at it."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}", "…", text)
