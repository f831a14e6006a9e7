"""Mails over SMTP (RFC 5321): one connection per batch, one recipient per transaction.

What is done where, so that no mail goes twice:
1. MAIL and RCPT. A refusal here, or a lost connection, means that nothing left.
2. The gate. Its answer is committed before DATA: from here on the row says "it may have gone".
3. DATA, the body, the final dot. A connection lost before the dot was written means that nothing
   was taken (RFC 5321 4.1.1.4); lost after it, nobody can know: `Unknown`, never sent again.
4. The reply, for which we wait as long as the RFC asks (600 s), because giving up early is what
   makes other senders send twice.
"""

import logging
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from okaeri.deliver.channels.email.transport import Envelope
from okaeri.deliver.types import (
    PHASE_DATA_SENT,
    Accepted,
    Gate,
    Outcome,
    Rejected,
    Unknown,
    Unreachable,
)
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.text import Text

log = logging.getLogger(__name__)
_SERVICE_CLOSING = 421
_START_MAIL_INPUT = 354
_PERMANENT = 500
_DEAD_ADDRESS = re.compile(r"(^|\s)5\.1\.1(\s|$)")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_CONNECTION_LOST = (OSError, smtplib.SMTPServerDisconnected)
_REPLY_LENGTH = 200

_UNREACHABLE = Text(
    "メールサーバー {host}:{port} につながりません({cause})。"
    "OKAERI_SMTP_URL とサーバーの状態を確認してください。",
    "The mail server {host}:{port} cannot be reached ({cause}); check OKAERI_SMTP_URL and the server.",
)
_LOGIN = Text(
    "メールサーバー {host}:{port} にログインできません({cause})。"
    "OKAERI_SMTP_URL のユーザー名とパスワードを確認してください。",
    "The mail server {host}:{port} refused the login ({cause}); check the name and password in "
    "OKAERI_SMTP_URL.",
)
_NO_TLS = Text(
    "メールサーバー {host}:{port} が暗号化に対応していないため、パスワードを送りません。",
    "The mail server {host}:{port} offers no encryption, so the password is not sent to it.",
)
_BUSY = Text(
    "メールサーバー {host}:{port} が今は受け付けていません({cause})。しばらくして送り直します。",
    "The mail server {host}:{port} takes no mail now ({cause}); it will be tried again.",
)


class _ServerGoneError(Exception):
    """The server cannot be used for the rest of the batch; nothing of it has left."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where and how to connect. Seconds are per reply; the one after the final dot is its own."""

    host: str
    port: int
    user: str
    password: str
    is_tls: bool
    reply_seconds: float
    final_dot_seconds: float


def read_url(url: str) -> SmtpServer:
    """Read smtp://user:password@host:587?timeout=60&final_dot_timeout=600 (smtps: TLS at once)."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    return SmtpServer(
        host=parts.hostname or "localhost",
        port=parts.port or (465 if is_tls else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=is_tls,
        reply_seconds=_seconds(parts, "timeout", 60.0),
        final_dot_seconds=_seconds(parts, "final_dot_timeout", 600.0),
    )


def _seconds(parts: SplitResult, name: str, default: float) -> float:
    given = parse_qs(parts.query).get(name, [str(default)])[0]
    try:
        return float(given)
    except ValueError:
        raise ConfigurationError(
            Text(
                "OKAERI_SMTP_URL の {name} は秒数で指定してください。",
                "Give {name} in OKAERI_SMTP_URL as a number of seconds.",
            ).format(name=name)
        ) from None


class SmtpTransport:
    """Carries mails to one SMTP server."""

    def __init__(self, url: str) -> None:
        self._server = read_url(url)

    def find_accepted(self, keys: Sequence[str]) -> set[str] | None:
        """None: SMTP cannot be asked what it took."""
        return None

    def carry(self, mails: Sequence[Envelope], gate: Gate) -> Iterator[tuple[int, Outcome]]:
        """Carry each mail once; when the server goes away, the rest is told so and stays."""
        conversation = _Conversation(self._server, gate)
        rest = list(mails)
        try:
            while rest:
                outcome = conversation.carry(rest[0])
                mail = rest.pop(0)
                if outcome is not None:
                    yield mail.message_id, outcome
        except _ServerGoneError as gone:
            for mail in rest:
                yield mail.message_id, Unreachable(gone.text)
        finally:
            conversation.close()


class _Conversation:
    """One connection, opened when first needed and opened again once when it was lost."""

    def __init__(self, server: SmtpServer, gate: Gate) -> None:
        self._server = server
        self._gate = gate
        self._smtp: smtplib.SMTP | None = None
        self._has_begun = False

    def close(self) -> None:
        """Say goodbye; the outcome of every mail is known by now, so its failure means nothing."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._drop()

    def carry(self, mail: Envelope) -> Outcome | None:
        """Carry one mail; None when the gate kept it back.

        Raises _ServerGoneError, before anything left, when there is no server to talk to.
        """
        lost = ""
        # Twice, because an idle connection may have been closed on us. A mail at which the server
        # hangs up both times waits alone and does not hold up the others.
        for _ in range(2):
            smtp = self._connected()
            try:
                return self._transaction(smtp, mail)
            except _CONNECTION_LOST as error:
                self._drop()
                lost = f"connection lost before the end of the mail: {error}"
                if self._may_have_begun():
                    break
        return Rejected(lost, permanent=False)

    def _may_have_begun(self) -> bool:
        return self._has_begun

    def _transaction(self, smtp: smtplib.SMTP, mail: Envelope) -> Outcome | None:
        self._has_begun = False
        size = f" SIZE={len(mail.raw)}" if smtp.has_extn("size") else ""
        refused = self._refusal(smtp, f"MAIL FROM:<{mail.sender}>{size}")
        if refused is None:
            refused = self._refusal(smtp, f"RCPT TO:<{mail.recipient}>")
        if refused is not None:
            smtp.docmd("RSET")
            return refused
        if not self._gate([mail.message_id], PHASE_DATA_SENT):
            smtp.docmd("RSET")
            return None
        self._has_begun = True
        code, reply = smtp.docmd("DATA")
        if code != _START_MAIL_INPUT:
            return self._judge(code, reply)
        return self._body(smtp, mail.raw)

    def _refusal(self, smtp: smtplib.SMTP, command: str) -> Rejected | None:
        code, reply = smtp.docmd(command)
        return None if 200 <= code < 300 else self._judge(code, reply)

    def _judge(self, code: int, reply: bytes) -> Rejected:
        said = f"{code} {reply.decode('utf-8', 'replace')}"[:_REPLY_LENGTH]
        if code == _SERVICE_CLOSING and not self._has_begun:
            self._drop()
            raise _ServerGoneError(self._text(_BUSY, said))
        if code < 0:
            raise smtplib.SMTPServerDisconnected("connection closed")
        permanent = code >= _PERMANENT
        return Rejected(said, permanent, permanent and bool(_DEAD_ADDRESS.search(said)))

    def _body(self, smtp: smtplib.SMTP, raw: bytes) -> Outcome:
        stuffed = re.sub(rb"(?m)^\.", b"..", raw)
        end = b"" if stuffed.endswith(b"\r\n") else b"\r\n"
        sock = smtp.sock
        if sock is None:
            raise smtplib.SMTPServerDisconnected("connection closed")
        sock.sendall(stuffed + end)
        # From the next line on the server may take the mail whatever happens to us.
        try:
            sock.settimeout(self._server.final_dot_seconds)
            sock.sendall(b".\r\n")
            code, reply = smtp.getreply()
            sock.settimeout(self._server.reply_seconds)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Unknown(f"no reply after the end of the mail: {type(error).__name__}: {error}")
        if 200 <= code < 300:
            return Accepted(f"{code} {reply.decode('utf-8', 'replace')}"[:_REPLY_LENGTH])
        if code < 0:
            self._drop()
            return Unknown("no reply after the end of the mail")
        return self._judge(code, reply)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            try:
                self._smtp = self._connect()
            except smtplib.SMTPAuthenticationError as error:
                raise _ServerGoneError(self._text(_LOGIN, error.smtp_code)) from None
            except (OSError, smtplib.SMTPException) as error:
                raise _ServerGoneError(self._text(_UNREACHABLE, error)) from None
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        trust = ssl.create_default_context()
        if server.is_tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.reply_seconds, context=trust
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.reply_seconds)
        if smtp.sock is not None:
            # The dot follows the body in a write of its own; Nagle would hold it back for 40 ms.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            smtp.ehlo_or_helo_if_needed()
            if not server.is_tls and smtp.has_extn("starttls"):
                smtp.starttls(context=trust)
                smtp.ehlo()
                self._log_in(smtp, is_private=True)
            else:
                self._log_in(smtp, is_private=server.is_tls or server.host in _LOOPBACK)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _log_in(self, smtp: smtplib.SMTP, *, is_private: bool) -> None:
        if not self._server.user:
            return
        if not is_private:
            raise _ServerGoneError(self._text(_NO_TLS, ""))
        smtp.login(self._server.user, self._server.password)

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _text(self, text: Text, cause: object) -> Text:
        shown = " ".join(str(cause).split())[:_REPLY_LENGTH]
        return text.format(host=self._server.host, port=self._server.port, cause=shown)
