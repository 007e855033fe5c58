"""The generator: any number of viewers in one process, driven over its standard input.

`python -m benchmarks.watching.crowd URL PASSWORD DATABASE`; see `remote_crowd` for the other end.
"""

import asyncio
import gc
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.watching.poller import Poller
from benchmarks.watching.restless import Restless
from benchmarks.watching.tally import Tally
from benchmarks.watching.transitions import Transitions
from benchmarks.watching.viewer import Viewer
from benchmarks.watching.writer import Writer

# As many tabs as one person has open, and fewer than a session may have.
_PAGES_PER_SIGN_IN = 40
# Not all of them may do the same, so that not all are shown the same.
_PEOPLE = ("operator", "owner", "auditor")
_AT_ONCE = 16

AnyViewer = Viewer | Poller
_KINDS: dict[str, type[Viewer] | type[Poller]] = {"socket": Viewer, "poll": Poller}


class Crowd:
    """Each method is a command; what it returns is its answer."""

    def __init__(self, url: str, password: str, database: Path) -> None:
        self._url = url
        self._password = password
        self._database = database
        self._tally = Tally()
        self._viewers: list[AnyViewer] = []
        self._clients: list[httpx.AsyncClient] = []
        self._pages_of: Counter[httpx.AsyncClient] = Counter()
        self._people: Sequence[str] = _PEOPLE
        self._pages_each = _PAGES_PER_SIGN_IN
        self._writer: Writer | Transitions | None = None
        self._restless: Restless | None = None

    async def come_as(self, people: Sequence[str]) -> None:
        """Whoever signs in from now on is one of these."""
        self._people = people

    async def sign_in(self, count: int, pages_each: int = _PAGES_PER_SIGN_IN) -> None:
        """As many sign-ins, by the form, as `count` pages need with so many for each."""
        self._pages_each = pages_each
        needed = -(-count // pages_each)
        while len(self._clients) < needed:
            who = self._people[len(self._clients) % len(self._people)]
            email = f"{who}@example.test"
            self._clients.append(await sign_in(self._url, email, self._password))

    async def open(self, pages: list[tuple[str, str]], by: str = "socket") -> dict[str, Any]:
        """Open pages by path and group, which live `by` socket or poll; how large they were."""
        first = len(self._viewers)
        await self.sign_in(first + len(pages), self._pages_each)
        new = [_KINDS[by](self._url, path, group, self._tally) for path, group in pages]
        self._viewers += new
        waiting = iter(new)

        async def open_some() -> None:
            for viewer in waiting:
                await viewer.open(self._idlest())

        await asyncio.gather(*(open_some() for _ in range(_AT_ONCE)))
        return {"html_bytes": max((viewer.html_bytes for viewer in new), default=0)}

    async def write(self, runs: list[tuple[int, float]]) -> None:
        """Keep changing these runs, each with the age of its phase, until `rest`."""
        await self.rest()
        self._writer = Writer(self._database, runs, self._tally)
        self._writer.start()

    async def move(self, per_second: float) -> None:
        """Have runs come, start and end, so many steps a second, until `rest`."""
        await self.rest()
        self._writer = Transitions(self._database, per_second)
        self._writer.start()

    async def rest(self) -> None:
        if self._writer is not None:
            await self._writer.stop()
            self._writer = None

    async def restart_counting(self) -> None:
        # What is here by now stays: looking through it again and again would delay the pongs.
        gc.collect()
        gc.freeze()
        self._tally.restart()

    async def counted(self) -> dict[str, Any]:
        return self._tally.told()

    async def show(self, state: str) -> None:
        """All tabs become `visible` or `hidden`."""
        await asyncio.gather(*(viewer.show(state) for viewer in self._pages()))

    async def click(self, mark: str) -> None:
        """Everybody clicks on the same thing."""
        for viewer in self._pages():
            await viewer.click(mark)

    async def churn(self, people: int) -> None:
        """So many people begin to come and go, and do not rest."""
        await self.sign_in(people)
        self._restless = Restless(self._url, self._database.parent, self._clients)
        await self._restless.start(people)

    async def churned(self) -> dict[str, int]:
        """How many pages they have opened, and how many visits went wrong."""
        assert self._restless is not None
        return {"opened": self._restless.opened, "failed": self._restless.failed}

    async def calm(self) -> None:
        """All of them go."""
        assert self._restless is not None
        await self._restless.stop()

    def _idlest(self) -> httpx.AsyncClient:
        """The sign-in with the fewest pages: a person opens them one by one, everybody at once."""
        client = min(self._clients, key=lambda client: self._pages_of[client])
        self._pages_of[client] += 1
        return client

    def _pages(self) -> list[Viewer]:
        return [viewer for viewer in self._viewers if isinstance(viewer, Viewer)]

    async def close(self) -> None:
        """Everybody goes."""
        await self.rest()
        viewers, self._viewers = self._viewers, []
        self._pages_of.clear()
        for begin in range(0, len(viewers), 50):
            await asyncio.gather(*(viewer.close() for viewer in viewers[begin : begin + 50]))


async def sign_in(url: str, email: str, password: str) -> httpx.AsyncClient:
    """A browser's cookies after the form was filled in and sent."""
    # Servers close what was idle for five seconds, at times just as it is used again.
    limits = httpx.Limits(keepalive_expiry=2.0)
    client = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, limits=limits)
    client.headers["User-Agent"] = "Mozilla/5.0 (benchmark)"
    form = (await client.get("/login")).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    data = {**hidden, "email": email, "password": password}
    answer = await client.post("/login", data=data)
    if answer.status_code != 303:
        raise RuntimeError(f"{email} cannot sign in: {answer.status_code}")
    return client


async def main() -> None:
    url, password, database = sys.argv[1:]
    crowd = Crowd(url, password, Path(database))
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("ready", flush=True)
    async for line in reader:
        command, arguments = json.loads(line)
        print(json.dumps(await getattr(crowd, command)(*arguments)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
