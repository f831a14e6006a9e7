"""The eight regions of Japan (八地方区分): a parcel inside one arrives a day earlier (§1.3 #15)."""

from okaeri.foundation.text import Text

REGIONS: tuple[tuple[str, ...], ...] = (
    ("北海道",),
    ("青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県"),
    ("茨城県", "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県"),
    ("新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県"),
    ("三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県"),
    ("鳥取県", "島根県", "岡山県", "広島県", "山口県"),
    ("徳島県", "香川県", "愛媛県", "高知県"),
    ("福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"),
)
_REGION_OF = {name: number for number, names in enumerate(REGIONS) for name in names}
_UNKNOWN = Text(
    "「{value}」という都道府県はありません。「東京都」のように書いてください。",
    "There is no prefecture '{value}'; write it in Japanese, as in 東京都.",
)


def is_one_region(prefecture: str, other: str) -> bool:
    """Tell whether two prefectures (in Japanese) lie in one region; never of an unknown one."""
    return prefecture in _REGION_OF and _REGION_OF[prefecture] == _REGION_OF.get(other)


def why_no_prefecture(value: str) -> Text | None:
    """Say what is wrong with a prefecture of the settings; blank is none."""
    return None if value in ("", *_REGION_OF) else _UNKNOWN.format(value=value)
