"""Who was given what of whom, when, and on what basis: the record of 個人情報保護法 29条."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.customers.types import RightsRules
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.privacy.access_log import asked_filters, read_page
from okaeri.web.pages.privacy.words import BASES, in_words
from okaeri.web.reader import language_of

_COLUMNS = (
    Text("番号", "number"),
    Text("日時", "at"),
    Text("渡した相手", "recipient"),
    Text("根拠", "basis"),
    Text("顧客ID", "customer_id"),
    Text("人数", "people"),
    Text("項目", "fields"),
    Text("だれが", "actor"),
    Text("場所", "where"),
)
DEFINITIONS = (
    (
        Text("提供", "Provision"),
        Text(
            "APIキーでの読み取り、Webhookの通知、CSVの書き出し、LINEのオーディエンスへの送信、ご本人への開示を残します。"
            "APIは1ページ、CSVは多くても500人ごとに1行です。",
            "Reads by an API key, webhooks, CSV downloads, uploads to LINE audiences and archives given "
            "to people: an API line is one page, a CSV line at most 500 people where the file is long.",
        ),
    ),
    (
        Text("渡した相手と根拠", "Recipient and basis"),
        Text(
            "APIキーを作るときと、書き出しの画面で選んだ相手と根拠です。選ばなければ自社での利用です。",
            "As chosen when the API key was made or on the page of downloads; the shop itself otherwise.",
        ),
    ),
    (
        Text("含まれないもの", "Not in here"),
        Text(
            "メールを1通送るたびにあて先を送信サーバーへ渡すこと。メッセージの一覧に1通ずつ残ります。",
            "The address each mail hands to the sending server: every mail is in the list of messages.",
        ),
    ),
)


@needs("privacy.see")
@require_GET
def provisions(request: HttpRequest) -> HttpResponseBase:
    """Show every provision, newest first, narrowed by day, recipient, basis and person; also as CSV."""
    where, encoding = _filters(request), asked_encoding(request)
    language = language_of(request)
    if encoding:
        columns = [column.render(language) for column in _COLUMNS]
        return csv_response("provisions", columns, _rows(where, language), encoding=encoding)
    found, pager = read_page(request, where)
    context = {
        "tab": "privacy",
        "rows": [(entry, BASES[entry.basis], in_words(entry.fields)) for entry in found],
        "pager": pager,
        "bases": BASES.items(),
        "recipients": customers.list_recipients(),
        "asked": request.GET,
        "years": load(RightsRules).years_of_access,
        "definitions": DEFINITIONS,
    }
    return render(request, "okaeri/privacy/provisions.html", context)


def _filters(request: HttpRequest) -> dict[str, Any]:
    where = {**asked_filters(request), "is_given": True}
    if request.GET.get("basis") in BASES:
        where["basis"] = request.GET["basis"]
    if request.GET.get("recipient"):
        where["recipient"] = request.GET["recipient"][:150]
    return where


def _rows(where: dict[str, Any], language: str) -> Iterator[tuple[Any, ...]]:
    zone = load(ShopProfile).zone
    for entry in customers.iter_access(**where):
        yield (
            entry.id,
            formats.moment(entry.at, zone, language),
            entry.recipient,
            BASES[entry.basis].render(language),
            "" if entry.customer_id is None else entry.customer_id,
            entry.people,
            " ".join(entry.fields),
            entry.actor,
            entry.where,
        )
