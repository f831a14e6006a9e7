"""Serves the pages and does the work in one process."""

import gc
import signal
import threading
from collections.abc import Callable

import uvicorn

from okaeri.project.asgi import application
from okaeri.project.wiring import Worker


def serve(*, host: str = "127.0.0.1", port: int = 8000, ready: Callable[[], None]) -> None:
    """Serve until interrupted; `ready` is called once the address answers."""
    worker = Worker()
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_level="warning",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    worker.start()
    announcer = threading.Thread(target=_announce, args=(server, ready), daemon=True)
    announcer.start()
    _spare_the_collector()
    _end_quietly()
    try:
        server.run()
    finally:
        worker.stop()


def _end_quietly() -> None:
    """Asked to stop, the server stops and then sends itself the same signal once more.

    By itself that would end the process before the worker has put its work down (SIGTERM), or with a
    word of failure (SIGINT).
    """
    if threading.current_thread() is threading.main_thread():
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: None)


def _spare_the_collector() -> None:
    """What was loaded by now stays: looking through it again and again costs every request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _announce(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    pause = threading.Event()
    while not server.started and not server.should_exit:
        pause.wait(0.05)
    if server.started:
        ready()


def work(*, idle_seconds: float = 1.0) -> None:
    """Work without pages until interrupted (further workers beside a PostgreSQL database)."""
    worker = Worker(idle_seconds=idle_seconds)
    over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: over.set())
    worker.start()
    over.wait()
    worker.stop()
