"""Ways to reach somebody, in words."""

from okaeri.foundation.text import Text

_CHANNELS = {
    "email": Text("メール", "E-mail"),
    "line": Text("LINE", "LINE"),
    "sms": Text("SMS", "SMS"),
    "post": Text("郵送", "Post"),
    "phone": Text("電話", "Phone"),
    "other": Text("その他", "Other"),
}


def channel_name(channel: str) -> Text:
    """Name a channel; one that is not known is shown as it is."""
    return _CHANNELS.get(channel, Text(channel, channel))
