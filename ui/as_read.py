"""Is the framework still the one whose inside we have read?"""

import hashlib
import inspect
from collections.abc import Callable, Iterable
from typing import Any


def digest_of(read: Iterable[type | Callable[..., Any]]) -> str:
    """What is noted of sources that were read; any change to them is another digest."""
    source = "".join(inspect.getsource(one) for one in read)
    return hashlib.sha256(source.encode()).hexdigest()[:16]
