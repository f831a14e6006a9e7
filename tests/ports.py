"""A port for a process that cannot choose its own: below those the system gives to others by itself."""

import random
import socket

# Linux gives 32768 and above, macOS 49152 and above, to whoever asks for any.
_OWN = range(20_000, 32_000)


def free_port() -> int:
    """Give a port of this machine on which nobody listens, and which nobody is given by chance."""
    for port in random.SystemRandom().sample(_OWN, 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError("no free port was found")
