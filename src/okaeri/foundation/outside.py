"""Which machines may be asked: those of the open internet, at the address looked up once.

An address staff type in could lead to a machine beside ours (a database, a cloud's own metadata).
Its name is looked up once, every answer is judged, and the connection goes to what was judged, so a
name that answers differently the second time gains nothing. TLS still checks the name.
"""

import http.client
import socket
import ssl
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

# Of these Python 3.11 says "global", or knows nothing: protocol assignments, and site-local (RFC 3879).
_INSIDE = (ip_network("192.0.0.0/24"), ip_network("fec0::/10"))
_NAT64 = ip_network("64:ff9b::/96")
_LOW_BITS = 0xFFFF_FFFF
HTTPS_PORTS = (443, 8443)


class InsideError(OSError):
    """The name leads to a machine that is not of the open internet."""


def is_outside(address: str) -> bool:
    """True for an address of the open internet; one wrapped in IPv6 is judged by what it wraps."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    inner = _wrapped(found) if isinstance(found, IPv6Address) else None
    if inner is not None:
        return is_outside(str(inner))
    is_odd = found.is_multicast or found.is_reserved
    return found.is_global and not is_odd and not any(found in network for network in _INSIDE)


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & _LOW_BITS)
    return address.ipv4_mapped or address.sixtofour


def is_here(address: str) -> bool:
    """True for this machine's own loopback, under any of its names."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def may_ask_here() -> bool:
    """True where the environment lets us ask this very machine (tests, a shop beside us)."""
    return bool(settings.OKAERI.asks_loopback)


def look_up(host: str, port: int) -> list[str]:
    """Give the addresses of `host`, in the order to try; InsideError if any of them is not outside."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not (is_outside(address) or (may_ask_here() and is_here(address))):
            raise InsideError(host)
    return addresses


def _open(host: str, port: int, timeout: float | None) -> socket.socket:
    failed: OSError = InsideError(host)
    for address in look_up(host, port):
        try:
            opened = socket.create_connection((address, port), timeout)
        except OSError as error:
            failed = error
            continue
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened
    raise failed


class PlainConnection(http.client.HTTPConnection):
    """HTTP to an address judged first; only ever for this machine (`asking.check_address`)."""

    def connect(self) -> None:
        self.sock = _open(self.host, self.port, self.timeout)


class SafeConnection(http.client.HTTPSConnection):
    """HTTPS to an address judged first; Host and the certificate's name stay those of the shop."""

    def connect(self) -> None:
        opened = _open(self.host, self.port, self.timeout)
        self.sock = tls().wrap_socket(opened, server_hostname=self.host)


@cache
def tls() -> ssl.SSLContext:
    """Give the context every connection is checked with; reading the authorities takes a while."""
    return ssl.create_default_context()
