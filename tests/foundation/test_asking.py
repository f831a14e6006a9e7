"""No address staff may type leads to a machine of ours, whatever its shape and whenever looked up."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from okaeri.foundation import asking, outside
from okaeri.foundation.errors import InputError

# What the names of the table lead to; everything in digits is read by the machine itself.
NAMES = {
    "rebind.example": ["93.184.215.14", "10.0.0.1"],
    "mapped.example": ["::ffff:169.254.169.254"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "cgnat.example": ["100.64.0.9"],
    "local.example": ["fd12::1"],
}
INSIDE = [
    *("http://shop.example", "ftp://shop.example", "file:///etc/passwd", "https://127.0.0.1"),
    *("http://127.0.0.1:6379", "https://localhost", "https://[::1]", "https://169.254.169.254"),
    *("https://10.0.0.1", "https://192.168.1.1:8443", "https://0.0.0.0", "https://2130706433"),
    *("https://0x7f.1", "https://[::ffff:10.0.0.1]", "https://[64:ff9b::a00:1]"),
    *("https://93.184.215.14:6379", "https://rebind.example", "https://mapped.example"),
    *("https://nat64.example", "https://cgnat.example", "https://local.example"),
    *("https://[2002:a00:1::]", "https://[fec0::1]", "https://192.0.0.8", "https://224.0.0.1"),
]


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Look names up in the table; `localhost` and digits as the machine does."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def find(host: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
        asked.append(host)
        found = NAMES.get(host)
        if found is None:
            return list(real(host, port, *rest, **more))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", find)
    return asked


@contextmanager
def listening() -> Iterator[int]:
    """Answer one question with 200 on this machine; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            talk, _ = server.accept()
            with talk:
                said = talk.recv(65536).decode()
                host = next(line for line in said.split("\r\n") if line.startswith("Host:"))
                body = host.encode()
                talk.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

        waiting = threading.Thread(target=answer, daemon=True)
        waiting.start()
        yield server.getsockname()[1]


@pytest.mark.parametrize("url", INSIDE)
def test_no_machine_inside_is_ever_connected_to(
    url: str, looked_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "OKAERI", replace(settings.OKAERI, asks_loopback=False))
    opened: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda to, *_: opened.append(to))
    with pytest.raises((InputError, asking.UnavailableError)):
        asking.ask_json(f"{url}/api", {}, token="secret")
    assert opened == []


def test_the_address_looked_up_is_the_one_connected_to(
    looked_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NAMES, "shop.example", ["93.184.215.14"])
    opened: list[object] = []

    def refuse(to: object, *_: object) -> socket.socket:
        opened.append(to)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(asking.UnavailableError, match="does not answer"):
        asking.ask_json("https://shop.example/api", {}, token="secret")
    assert looked_up == ["shop.example"]
    assert opened == [("93.184.215.14", 443)]


def test_host_and_name_of_the_certificate_stay_those_of_the_shop(
    looked_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake looks like a shop outside; TLS is left out, the name it would check is kept."""
    named: list[str | None] = []

    class Context:
        def wrap_socket(self, opened: socket.socket, *, server_hostname: str) -> socket.socket:
            named.append(server_hostname)
            return opened

    with listening() as port:
        monkeypatch.setitem(NAMES, "shop.example", ["127.0.0.1"])
        monkeypatch.setattr(outside, "tls", Context)
        monkeypatch.setattr(asking, "HTTPS_PORTS", (port,))
        answer = asking.ask("GET", f"https://shop.example:{port}/api", None, token="secret")
    assert named == ["shop.example"]
    assert answer.body.decode() == f"Host: shop.example:{port}"


def test_a_certificate_is_asked_for_and_its_name_compared() -> None:
    context = outside.tls()
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_the_open_internet_may_be_asked() -> None:
    with pytest.raises(InputError, match="Port 6379"):
        asking.check_address("https://shop.example:6379")
    assert asking.check_address("https://shop.example:8443/ec/") == "https://shop.example:8443/ec"
    assert outside.is_outside("93.184.215.14")
    assert outside.is_outside("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    assert outside.is_outside("64:ff9b::5db8:d70e")


def test_this_machine_is_asked_where_the_environment_says_so() -> None:
    with listening() as port:
        assert asking.ask("GET", f"http://127.0.0.1:{port}", None, token="x").status == 200
