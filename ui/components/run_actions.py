"""What a person may do about a run, and whether they are told when it is done."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui.events import GenericEventArguments

from ui.components.viewed import Viewed


class RunActions(Viewed, component="run_actions.js"):
    """Shows what is offered, and calls back; whoever is called looks at the rights again.

    `hear_wish` is called when the person has changed their mind about being told.
    """

    def __init__(
        self,
        words: Mapping[str, Any],
        *,
        cancel: Callable[[], None],
        retry: Callable[[], None],
        is_watching: bool,
        hear_wish: Callable[[bool], Awaitable[None]],
    ) -> None:
        super().__init__(words=words)
        self.set_plain("watching", is_watching)
        self._hear_wish = hear_wish
        self.on("cancel", cancel, args=[])
        self.on("retry", retry, args=[])
        self.on("wish", self._hear)

    async def _hear(self, event: GenericEventArguments) -> None:
        await self._hear_wish(event.args is True)
