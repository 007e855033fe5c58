"""The page itself, beside the navigation: its name, and below it what it holds."""

from ui.components.viewed import Viewed


class PageMain(Viewed, component="page_main.js"):
    """The page's one `main` with its one `h1`; what is built inside comes below."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.set_plain("id", "content")  # where "Skip to content" leads
