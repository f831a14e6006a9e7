"""Reviews and survey answers as files: own template, other columns, one person per row, edits."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from okaeri.foundation.errors import InputError
from okaeri.intake import api
from okaeri.intake.domain.voices import parse_published, parse_stars
from okaeri.intake.models import Party, Review, SurveyAnswer
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from tests.intake.deliveries import NOW
from tests.intake.test_subscription_files import written

pytestmark = pytest.mark.django_db

REVIEW = {
    "星の数": "★★★★☆", "投稿日時": "2026/11/01 10:00", "メールアドレス": "hana@example.com",
    "商品コード": "LOTION", "商品名": "化粧水", "タイトル": "しっとり", "本文": "また。", "公開": "公開",
    "肌質": "乾燥肌",
}  # fmt: skip
ANSWER = {
    "回答日時": "2026/11/02 09:30", "アンケート名": "秋の満足度", "質問": "何が決め手でしたか",
    "回答": "香り", "顧客ID": "71", "店舗": "本店",
}  # fmt: skip


def counts(path: Path, connector: str = "") -> tuple[int, int, int, int]:
    result = api.import_file(path, connector=connector)
    return (
        result.orders_new, result.orders_updated, result.orders_unchanged, result.rows_rejected,
    )  # fmt: skip


def test_reviews_come_from_a_file_and_the_same_file_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "レビュー.csv", REVIEW)
    assert api.detect_file(path).connector == "reviews"
    assert counts(path) == (1, 0, 0, 0)
    row = Review.objects.get()
    assert (row.stars, row.sku, row.is_published, row.extra) == (
        4, "LOTION", True, {"肌質": "乾燥肌"},
    )  # fmt: skip
    assert row.written_at == datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
    assert counts(path) == (0, 0, 1, 0)
    assert Review.objects.get().change_no == row.change_no
    # An edited review is the same review.
    edited = written(tmp_path / "2.csv", REVIEW | {"本文": "やっぱり違いました。", "星の数": "2"})
    assert counts(edited) == (0, 1, 0, 0)
    assert api.reviews_of([row.party_id or 0])[0].stars == 2
    assert Review.objects.get().change_no > row.change_no


def test_of_bad_rows_each_says_its_line_and_why_and_the_rest_stands(tmp_path: Path) -> None:
    rows = [
        REVIEW, REVIEW | {"星の数": "6"}, REVIEW | {"投稿日時": "昨日"}, REVIEW | {"公開": "たぶん"},
        REVIEW | {"星の数": ""}, REVIEW | {"投稿日時": "2026/11/03"},
    ]  # fmt: skip
    result = api.import_file(written(tmp_path / "レビュー.csv", *rows))
    assert (result.orders_new, result.rows_rejected) == (2, 4)
    rejected = list(api.iter_rejected_rows(result.run_id))
    assert [row.line_no for row in rejected] == [3, 4, 5, 6]
    assert "6" in rejected[0].reason.ja
    assert "昨日" in rejected[1].reason.ja
    assert "たぶん" in rejected[2].reason.ja
    assert "stars" in rejected[3].reason.ja


def test_the_buyer_of_an_order_is_the_writer_where_nobody_is_named(tmp_path: Path) -> None:
    line = LineIn("A", "A", 1, 100, 100)
    buyer, other = PartyIn(email="hana@example.com"), PartyIn(email="ken@example.com")
    api.record_orders(
        [
            OrderIn("shop", "A-1", NOW, "accepted", buyer, (line,)),
            OrderIn("shop", "A-2", NOW, "accepted", buyer, (line,)),
            OrderIn("till", "A-2", NOW, "accepted", other, (line,)),
        ]
    )
    row = {"星の数": "5", "投稿日時": "2026/11/01 10:00", "注文番号": "A-1", "レビュー番号": "R-1"}
    api.import_file(
        written(
            tmp_path / "レビュー.csv",
            row,
            row | {"注文番号": "A-2", "レビュー番号": "R-2"},
            row | {"注文番号": "A-9", "レビュー番号": "R-3"},
        )
    )
    writer = Party.objects.get(email="hana@example.com").id
    # A number two sources use, or nobody knows, names nobody.
    found = dict(Review.objects.values_list("review_no", "party_id"))
    assert found == {"R-1": writer, "R-2": None, "R-3": None}


def test_a_file_with_other_columns_is_read_by_a_mapping_and_known_again(tmp_path: Path) -> None:
    foreign = {
        "おすすめ度": "3.0", "日付": "2026-10-01", "お客様": "hana@example.com", "感想": "普通", "年代": "30代",
    }  # fmt: skip
    path = written(tmp_path / "x.csv", foreign)
    assert api.detect_file(path).connector == ""
    mapping = {
        "@records": "reviews", "stars": "おすすめ度", "written_at": "日付", "email": "お客様", "body": "感想",
    }  # fmt: skip
    layout = api.detect_file(path)
    api.save_mapping("他社レビュー", layout.header, mapping)
    assert api.detect_file(path).saved_mapping == "他社レビュー"
    assert counts(path) == (1, 0, 0, 0)
    row = Review.objects.get()
    assert (row.stars, row.body, row.extra) == (3, "普通", {"年代": "30代"})
    assert Party.objects.get(id=row.party_id or 0).email == "hana@example.com"
    assert counts(path, connector="mapped") == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "mapping",
    [
        {"@records": "reviews", "stars": "評価"},
        {"@records": "reviews", "stars": "評価", "written_at": "日付", "sku_no": "x"},
        {"@records": "wishes", "stars": "評価"},
    ],
)
def test_a_mapping_that_lacks_or_invents_a_field_is_refused(mapping: dict[str, str]) -> None:
    with pytest.raises(InputError):
        api.save_mapping("x", ["評価", "日付"], mapping)


def test_survey_answers_come_from_a_file(tmp_path: Path) -> None:
    path = written(
        tmp_path / "回答.csv", ANSWER, ANSWER | {"質問": "また買いますか", "回答": "はい"}
    )
    assert api.detect_file(path).connector == "surveys"
    assert counts(path) == (2, 0, 0, 0)
    assert counts(path) == (0, 0, 2, 0)
    first = SurveyAnswer.objects.order_by("id")[0]
    assert (first.survey, first.answer, first.extra) == ("秋の満足度", "香り", {"店舗": "本店"})
    party = Party.objects.get(member_no="71").id
    assert {one.answer for one in api.survey_answers_of([party])} == {"香り", "はい"}


def test_a_file_with_a_column_per_question_gives_one_answer_each(tmp_path: Path) -> None:
    row = {
        "タイムスタンプ": "2026/11/02 9:30:15", "メールアドレス": "hana@example.com", "決め手": "香り",
        "ご意見": "", "満足度": "4",
    }  # fmt: skip
    path = written(tmp_path / "秋の満足度.csv", row, row | {"メールアドレス": "ken@example.com"})
    assert api.detect_file(path).connector == "surveys_by_person"
    assert counts(path) == (4, 0, 0, 0)
    assert counts(path) == (0, 0, 4, 0)
    told = SurveyAnswer.objects.order_by("id").values_list("survey", "question", "answer")
    assert list(told)[:2] == [("秋の満足度", "決め手", "香り"), ("秋の満足度", "満足度", "4")]
    party = Party.objects.get(email="hana@example.com").id
    assert len(api.survey_answers_of([party])) == 2


def by_person(day: str, **cells: str) -> dict[str, str]:
    return {"タイムスタンプ": day, "メールアドレス": "hana@example.com", **cells}


def test_a_survey_under_another_file_name_is_the_same_survey(tmp_path: Path) -> None:
    row = by_person("2026/11/02 9:30:15", 決め手="香り")
    assert counts(written(tmp_path / "秋の満足度.csv", row)) == (1, 0, 0, 0)
    assert counts(written(tmp_path / "秋の満足度 (1).csv", row)) == (0, 1, 0, 0)
    # Where a column names the survey, two surveys stay two.
    named = [by_person("2026/11/02 9:30:15", 決め手="香り", アンケート名=name) for name in "AB"]
    assert counts(written(tmp_path / "2.csv", *named)) == (2, 0, 0, 0)


def test_numbers_of_two_tools_do_not_overwrite_each_other(tmp_path: Path) -> None:
    rows = [REVIEW | {"レビュー番号": "1", "掲載先": site} for site in ("自社", "楽天")]
    for at, row in enumerate(rows):
        assert counts(written(tmp_path / f"{at}.csv", row)) == (1, 0, 0, 0)
    assert counts(written(tmp_path / "0.csv", rows[0])) == (0, 0, 1, 0)
    answers = [ANSWER | {"回答番号": "1", "アンケート名": name} for name in ("春", "秋")]
    assert counts(written(tmp_path / "a.csv", *answers)) == (2, 0, 0, 0)
    wide = [by_person("2026/11/02", 決め手="香り", 回答番号="1", アンケート名=n) for n in "AB"]
    assert counts(written(tmp_path / "w.csv", *wide)) == (2, 0, 0, 0)


def test_a_member_number_of_a_tool_makes_nobody_where_the_order_tells(tmp_path: Path) -> None:
    buyer = PartyIn(email="hana@example.com", member_no="5")
    api.record_orders(
        [OrderIn("shop", "A-1", NOW, "accepted", buyer, (LineIn("A", "A", 1, 100, 100),))]
    )
    api.import_file(written(tmp_path / "回答.csv", ANSWER | {"注文番号": "A-1"}))
    assert SurveyAnswer.objects.get().party_id == Party.objects.get().id
    # An address is somebody's own word: it counts before the order.
    mail = {"メールアドレス": "ken@example.com", "注文番号": "A-1"}
    api.import_file(written(tmp_path / "レビュー.csv", REVIEW | mail))
    ken = Party.objects.get(email="ken@example.com").id
    assert Review.objects.get().party_id == ken


def test_what_an_erased_buyer_wrote_does_not_come_back(tmp_path: Path) -> None:
    line = LineIn("A", "A", 1, 100, 100)
    buyer = PartyIn(email="hana@example.com")
    api.record_orders([OrderIn("shop", "A-1", NOW, "accepted", buyer, (line,))])
    nameless = {"メールアドレス": "", "注文番号": "A-1"}
    review = written(tmp_path / "r.csv", REVIEW | nameless, REVIEW)
    answer = written(tmp_path / "a.csv", ANSWER | {"注文番号": "A-1"})
    for path in (review, answer):
        api.import_file(path)
    api.blank_parties(list(Party.objects.values_list("id", flat=True)))
    assert set(Review.objects.values_list("title", "body", "order_no")) == {("", "", "")}
    assert SurveyAnswer.objects.get().answer == ""
    # The tools' next full export, known only by the order: neither words nor stars come again.
    again = written(tmp_path / "r2.csv", REVIEW | nameless)
    for path in (again, answer, again, answer):
        api.import_file(path)
    rows = list(Review.objects.values_list("stars", "title", "body", "order_no", "extra"))
    assert rows == [(4, "", "", "", {})] * 2
    told = list(SurveyAnswer.objects.values_list("answer", "order_no", "extra"))
    assert told == [("", "", {})]
    # Erased and another source's buyer: nobody is taken for the other.
    api.record_orders(
        [OrderIn("till", "A-1", NOW, "accepted", PartyIn(email="ken@example.com"), (line,))]
    )
    third = written(tmp_path / "r3.csv", REVIEW | nameless | {"レビュー番号": "9"})
    api.import_file(third)
    third_row = Review.objects.latest("id")
    assert (Review.objects.count(), third_row.party_id, third_row.body) == (3, None, "")


def test_long_and_many_columns_refuse_no_row(tmp_path: Path) -> None:
    wide = {f"列{at}": "x" for at in range(250)}
    path = written(tmp_path / "レビュー.csv", REVIEW | {"長" * 300: "はい"} | wide)
    assert counts(path) == (1, 0, 0, 0)
    extra = Review.objects.get().extra
    assert (len(extra), extra["長" * 255]) == (200, "はい")
    asked = by_person("2026/11/02", **{"問" * 600: "はい"}, **wide)
    assert counts(written(tmp_path / "回答.csv", asked)) == (251, 0, 0, 0)
    assert SurveyAnswer.objects.filter(question="問" * 500).exists()


def test_a_file_that_breaks_halfway_stores_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from okaeri.intake import store

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(store, "as_rejected", broken)
    with pytest.raises(RuntimeError):
        api.import_file(written(tmp_path / "レビュー.csv", REVIEW))
    assert not Review.objects.exists()
    assert not Party.objects.exists()


@pytest.mark.parametrize(
    ("raw", "stars"),
    [
        ("5", 5),
        ("４", 4),
        ("3.0", 3),
        ("2/5", 2),
        ("★1", 1),
        ("★★★☆☆", 3),
        ("星4つ", 4),
        ("5点", 5),
    ],
)
def test_stars_are_read_as_people_write_them(raw: str, stars: int) -> None:
    assert parse_stars(raw) == stars


@pytest.mark.parametrize("raw", ["0", "6", "4.5", "良い", "☆☆☆☆☆", "★★★★★★", "50"])
def test_what_is_no_whole_number_of_stars_is_refused(raw: str) -> None:
    with pytest.raises(InputError):
        parse_stars(raw)


def test_published_or_not_is_read_in_both_languages() -> None:
    assert [parse_published(raw) for raw in ("公開", "TRUE", "１", "承認済み")] == [True] * 4
    assert [parse_published(raw) for raw in ("非公開", "no", "0", "Spam")] == [False] * 4
