"""One port of this machine listens, refuses connections, or is given back."""

import asyncio
import socket

from aiohttp import web

HOST = "127.0.0.1"  # never beyond this machine: the simulator holds passwords and answers anybody


class Port:
    """A port that a runner serves. While it refuses, the number stays taken, so that nobody else gets it."""

    def __init__(self, runner: web.AppRunner, number: int) -> None:
        self._runner = runner
        self._site: web.SockSite | None = None
        self._socket = _bound(number)
        self.number: int = self._socket.getsockname()[1]
        self._moving = asyncio.Lock()  # opening takes several turns of the loop

    async def open(self) -> None:
        """Listen, unless it does already."""
        async with self._moving:
            if self._site is None:
                site = web.SockSite(self._runner, self._socket)
                await site.start()
                self._site = site

    async def refuse(self) -> None:
        """Cut every connection and take no new one, until it is opened again."""
        async with self._moving:
            if self._site is None:
                return
            site, self._site = self._site, None
            await site.stop()
            # A bound socket that does not listen: the system refuses connections to it.
            self._socket = _bound(self.number)
            self._cut()

    async def close(self) -> None:
        """Give the port back."""
        await self.refuse()
        self._socket.close()

    def _cut(self) -> None:
        server = self._runner.server
        for connection in list(server.connections) if server else []:
            connection.force_close()
            if connection.transport is not None:
                connection.transport.abort()


def _bound(number: int) -> socket.socket:
    """A socket that has the port. Raises OSError when another process or simulator has it."""
    made = socket.socket()
    try:
        # Connections of a while ago must not keep the port taken.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, number))
    except OSError as cause:
        made.close()
        raise OSError(cause.errno, f"port {number}: {cause.strerror}") from cause
    return made
