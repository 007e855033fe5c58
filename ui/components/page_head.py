"""The line below a page's name: the way back, and whatever is built inside."""

from ui.components.viewed import Viewed


class PageHead(Viewed, component="page_head.js"):
    """`crumb` is the way back as (text, address)."""

    def __init__(self, crumb: tuple[str, str]) -> None:
        super().__init__(crumb)
