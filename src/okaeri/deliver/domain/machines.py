"""Who opened or pressed: a person, or a machine that looks into every mail (MUST-22).

What is doubtful counts as a machine's: a person too few in a number is a smaller harm than a
reward or a message for something nobody did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

EARLY, AGENT, HEAD, ALL_LINKS = "early", "agent", "head", "all_links"
APPLE, GOOGLE = "apple_privacy", "image_proxy"
# Pressing all of a mail's links within this is no reading.
AT_ONCE = timedelta(seconds=10)
# This many links at once are suspicious even where the mail had more.
_MANY = 4
# Scanners, previews, libraries and servers; none of these words stands in a person's browser.
_WORDS = (
    "bot", "spider", "crawl", "preview", "scanner", "proofpoint", "barracuda", "mimecast", "symantec",
    "messagelabs", "trendmicro", "fireeye", "safelinks", "sophos", "forcepoint", "ironport",
    "cloudmark", "urldefense", "headless", "phantomjs", "puppeteer", "playwright", "selenium",
    "python", "curl/", "wget/", "go-http-client", "java/", "okhttp", "libwww", "httpclient",
    "apache-http", "axios", "node-fetch", "undici", "ruby", "guzzle", "php/", "slack", "facebookext",
    "whatsapp", "monitor", "amazonaws", "google-apps-script", "virustotal",
)  # fmt: skip
_IMAGE_PROXIES = ("googleimageproxy", "ggpht.com", "yahoomailproxy", "mail.ru")
# Apple's Mail Privacy Protection fetches pictures under this bare name, hours before anyone looks.
_APPLE = "mozilla/5.0"


@dataclass(frozen=True, slots=True)
class Press:
    """One link of a message, pressed by somebody who looked like a person."""

    link_id: int
    at: datetime


def suspect(agent: str, method: str, since_sent: timedelta | None, early: timedelta) -> str:
    """Say why one request is a machine's, "" where it looks like a person's.

    `since_sent` is None for a message whose arrival is not yet known.
    """
    name = agent.strip().lower()
    if method != "GET":
        return HEAD
    if any(word in name for word in _IMAGE_PROXIES):
        return GOOGLE
    if name == _APPLE:
        return APPLE
    if not name or any(word in name for word in _WORDS):
        return AGENT
    if since_sent is None or since_sent < early:
        return EARLY
    return ""


def pressed_at_once(presses: Sequence[Press], links: int) -> set[int]:
    """Give the links that were pressed together with all others (or with very many) in ten seconds.

    `links` is how many the mail has; a mail with one link can never be judged this way.
    """
    enough = min(max(links, 2), _MANY) if links else _MANY
    flagged: set[int] = set()
    for first in presses:
        together = {p.link_id for p in presses if timedelta(0) <= p.at - first.at <= AT_ONCE}
        if len(together) >= enough:
            flagged |= together
    return flagged
