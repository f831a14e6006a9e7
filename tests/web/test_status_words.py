"""What statuses of sources mean is tried on the page before it is saved."""

from pathlib import Path

import pytest
from django.test import Client

from okaeri.foundation import settings
from okaeri.intake import api
from okaeri.intake.counting_types import StatusRules
from okaeri.intake.models import Order
from okaeri.web.setting_groups import GROUPS
from tests.intake.test_purchase_statuses import KEY, eccube

pytestmark = pytest.mark.django_db


def test_the_page_shows_what_would_change_and_names_words_nobody_ever_saw(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    api.import_file(eccube(tmp_path))
    page = "/settings/rules/analysis/"
    word = Order.objects.filter(is_purchase=True).values_list("status_word", flat=True)[0]
    many = Order.objects.filter(status_word=word).count()
    stored = {
        spec.key: getattr(settings.load(rules), name)
        for rules in GROUPS["analysis"]
        for name, spec in settings.specs_of(rules).items()
    }
    form = {key: "on" if value is True else value for key, value in stored.items()}
    shown = browser_of_staff.post(page, {**form, KEY: f"eccube:{word}=unpaid", "preview": "1"})
    html = shown.content.decode()
    assert shown.status_code == 200
    assert "まだ保存していません" in html
    assert "未入金" in html
    assert f'data-label="変わる注文">{many}<' in html
    assert settings.load(StatusRules).purchase_statuses == ""
    for text, words in (
        ("eccube:お届け済みです=accepted", "いまあるのは"),
        ("shopify:paid=test", "注文のある取り込み元は eccube"),
    ):
        refused = browser_of_staff.post(page, {**form, KEY: text})
        assert refused.status_code == 400
        assert words in refused.content.decode()
    assert browser_of_staff.post(page, {**form, KEY: f"eccube:{word}=unpaid"}).status_code == 302
    assert settings.load(StatusRules).words == {("eccube", word): "unpaid"}
