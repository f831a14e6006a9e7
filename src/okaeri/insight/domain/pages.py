"""Which product or category a page of the shop is about, known by its address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

# Where somebody comes from, not which page it is: of advertisers, and our own landing word.
_PASSING = ("utm_", "okaeri_id", "gclid", "fbclid", "yclid", "msclkid", "mc_", "_ga", "_gl")


@dataclass(frozen=True, slots=True)
class Goods:
    """What a page shows: a product, a category, or both; "" where it is not known."""

    sku: str = ""
    category: str = ""


def page_of(url: str) -> str:
    """Give host, path and what of the query tells pages apart; "" for what is no address."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    query = [one for one in parse_qsl(parts.query) if not one[0].lower().startswith(_PASSING)]
    page = host.removeprefix("www.") + parts.path.rstrip("/")
    return f"{page}?{urlencode(sorted(query))}" if query else page


def goods_by_page(
    products: Iterable[tuple[str, Goods]], seen: Iterable[tuple[str, Goods, int]]
) -> dict[str, Goods]:
    """Give page → what it shows: as the shop says (address of a product), else as most visits said.

    `seen`: address, what its visits said, and how many visits said so.
    """
    counts: dict[str, dict[Goods, int]] = {}
    for url, goods, visits in seen:
        said = counts.setdefault(page_of(url), {})
        said[goods] = said.get(goods, 0) + visits
    found = {
        page: max(sorted(said, key=lambda one: (one.sku, one.category)), key=said.__getitem__)
        for page, said in counts.items()
    }
    found |= {page_of(url): goods for url, goods in products}
    found.pop("", None)
    return found


def goods_of(url: str, known: Mapping[str, Goods]) -> Goods:
    """Give what an address shows; a page known without its query serves for every query."""
    page = page_of(url)
    path = page.partition("?")[0]
    # The bare front page stands for nothing, whatever comes after its question mark.
    wider = known.get(path) if "/" in path else None
    return known.get(page) or wider or Goods()
