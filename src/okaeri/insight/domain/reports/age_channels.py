"""年代 × チャネル: who of which age answers on which channel, and where people of each age buy."""

from collections.abc import Mapping, Sequence
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.age_bands import BANDS, UNKNOWN, YOUNG
from okaeri.insight.domain.best_channel import Counts, share
from okaeri.insight.domain.shares import share_of, wilson_interval

DAYS = 365
MOST_VALUES = 6
_ORDER = (*BANDS, UNKNOWN)

DEFINITIONS = {
    "age_channels": Text(
        "年代 × チャネル: 直近365日に、計測リンクを入れて届いたご案内のうち、本人が押した割合です"
        "(機械による開封・クリックは除く)。年代は誕生日から、なければ項目「年代」の回答から決めます。どちらもない方は「不明」です。"
        "区間は95%(ウィルソン法)です。",
        "Age × channel: of the marketing that arrived with a tracked link in the last 365 days, the share "
        "whose link the person pressed (machines left out). Age comes from the birthday, else from the "
        "answer to “age group”, else it is unknown. 95% Wilson interval.",
    ),
    "age_best_channel": Text(
        "おすすめのチャネル: その年代の反応率を全体の反応率で補正し(全体を100通分と数えます)、"
        "最も高いチャネルです。30歳未満は、その年代に送ったご案内が {age_fewest_messages}通に満たないうちは"
        "設定のチャネル({age_young_channel})です。",
        "Suggested channel: the highest share of answers of the age, shrunk to everybody's (which counts as "
        "100 messages). Under 30 it is the channel of the settings ({age_young_channel}) until that age "
        "got {age_fewest_messages} messages.",
    ),
    "age_ways": Text(
        "年代ごとの買い方: 直近365日の注文を、販売元と媒体で分けた件数と割合です。",
        "Where each age buys: orders of the last 365 days by who sold them and by source.",
    ),
}


def age_channels_payload(
    people: Mapping[str, int],
    reactions: Sequence[Mapping[str, Any]],
    ways: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Give {days, bands}; bands in the order of age, the unknown ("") last, only those with anybody.

    Band: band, people (customers), sent, young_sent (to all under 30), channels (most answers first:
    channel, people, sent, opened, clicked, rate, low, high, shrunk), best (channel, "" where nothing was
    sent to anybody), ways
    ("source", "media" → the largest six: value, people, orders, net_minor, share; others under None).
    """
    shop = _counts(reactions)
    bands = []
    young = sum(row["sent"] for row in reactions if row["band"] in YOUNG)
    for band in _ORDER:
        own = [row for row in reactions if row["band"] == band]
        peers = [row for row in reactions if row["band"] in YOUNG] if band in YOUNG else own
        bought = [row for row in ways if row["band"] == band]
        if own or bought or people.get(band):
            bands.append(
                _band(band, people.get(band, 0), own, peers, bought, shop) | {"young_sent": young}
            )
    return {"days": DAYS, "bands": bands}


def young_counts(payload: Mapping[str, Any]) -> dict[str, Counts]:
    """Give channel → (sent, clicked) of everybody under 30 together."""
    rows = [row for band in payload["bands"] if band["band"] in YOUNG for row in band["channels"]]
    return _counts(rows)


def band_counts(payload: Mapping[str, Any], band: str) -> dict[str, Counts]:
    """Give channel → (sent, clicked) of one age; those under 30 count together."""
    if band in YOUNG:
        return young_counts(payload)
    return _counts(
        [row for one in payload["bands"] if one["band"] == band for row in one["channels"]]
    )


def _counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for row in rows:
        sent, clicked = found.get(row["channel"], (0, 0))
        found[row["channel"]] = (sent + row["sent"], clicked + row["clicked"])
    return found


def _band(
    band: str,
    people: int,
    reactions: Sequence[Mapping[str, Any]],
    peers: Sequence[Mapping[str, Any]],
    ways: Sequence[Mapping[str, Any]],
    shop: Mapping[str, Counts],
) -> dict[str, Any]:
    own = _counts(peers)
    channels = [_channel(row, share({}, shop, row["channel"], own)) for row in reactions]
    channels.sort(key=lambda row: (-row["shrunk"], row["channel"]))
    return {
        "band": band,
        "people": people,
        "sent": sum(row["sent"] for row in channels),
        "channels": channels,
        "best": max(sorted(shop), key=lambda channel: share({}, shop, channel, own), default=""),
        "ways": {
            way: _ways([row for row in ways if row["way"] == way]) for way in ("source", "media")
        },
    }


def _channel(row: Mapping[str, Any], shrunk: float) -> dict[str, Any]:
    low, high = wilson_interval(row["clicked"], row["sent"])
    columns = ("channel", "people", "sent", "opened", "clicked")
    return {
        **{name: row[name] for name in columns},
        "rate": share_of(row["clicked"], row["sent"]),
        "low": low,
        "high": high,
        "shrunk": shrunk,
    }


def _ways(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    total = sum(row["orders"] for row in rows)
    ranked = sorted(rows, key=lambda row: (-row["orders"], row["value"]))
    columns = ("value", "people", "orders", "net_minor")
    shown = [{name: row[name] for name in columns} for row in ranked[:MOST_VALUES]]
    if rest := ranked[MOST_VALUES:]:
        sums = {name: sum(row[name] for row in rest) for name in ("orders", "net_minor")}
        # Somebody may have bought by several of them: people do not add up.
        shown.append({"value": None, "people": None, **sums})
    return [{**row, "share": share_of(row["orders"], total)} for row in shown]
