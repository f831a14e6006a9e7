"""How long the second purchase takes: the share within n days, trials counted or not."""

from collections.abc import Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import share_of, wilson_interval

WINDOWS = (10, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 360)
BASES = ("all", "full", "trial")

DEFINITIONS = {
    "f2_waits": Text(
        "2回目までの日数: 初回購入からn日がたった人のうち、n日以内の別の日に2回目を買った人の割合です。"
        "「本品のみ」はトライアルを購入に数えません。「トライアルから本品」は、最初の購入がトライアルだった人のうち、"
        "本品(定期を含む)をn日以内に買った人の割合(本品引き上げ率)で、同じ日に買った人も含みます。当日は、初回と同じ日に2件以上注文した人です。"
        "トライアルを購入に数えない設定でも、3つの数え方は変わりません。区間は95%(ウィルソン法)です。",
        "Days until the second purchase: of people whose first purchase is n days old, the share that "
        "bought on another day within n days. Full product only: trials are no purchases. Trial to full "
        "product: of people whose first purchase was a trial, the share that bought anything but a trial "
        "within n days, on the same day too (uplift rate). Same day: two or more orders on the first day. "
        "The three hold whether the shop counts trials as purchases or not. 95% Wilson interval.",
    ),
}


def f2_waits_payload(by_basis: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give basis ("all", "full", "trial") → {buyers, same_day, same_day_rate, windows}.

    Window: days, eligible, converted, rate, low, high (None without anybody), more (points of the rate
    beyond the window before, None where unknown).
    """
    return {basis: _basis(row) for basis, row in by_basis.items()}


def _basis(row: Mapping[str, Any]) -> dict[str, Any]:
    windows, last = [], 0.0
    for days in WINDOWS:
        eligible, converted = row[f"eligible_{days}"] or 0, row[f"converted_{days}"] or 0
        rate = share_of(converted, eligible)
        low, high = wilson_interval(converted, eligible)
        windows.append(
            {
                "days": days,
                "eligible": eligible,
                "converted": converted,
                "rate": rate,
                "low": low if eligible else None,
                "high": high if eligible else None,
                "more": None if rate is None else rate - last,
            }
        )
        last = rate if rate is not None else last
    buyers, same_day = row["buyers"], row["same_day"] or 0
    return {
        "buyers": buyers,
        "same_day": same_day,
        "same_day_rate": share_of(same_day, buyers),
        "windows": windows,
    }
