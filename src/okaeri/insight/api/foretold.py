"""What is foretold of customers, and what a message or a product shown to them would bring."""

from datetime import date
from typing import Any

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight.actions.count_reports import find_count_report, ids_by_count
from okaeri.insight.actions.recommendations import recommend_many
from okaeri.insight.analysis_types import ForecastRules
from okaeri.insight.domain.lapse_words import reason_in_words
from okaeri.insight.domain.reports.forecast import forecast_rows, response_rows
from okaeri.insight.prediction_types import CustomerPredictionView, PredictionPage, PredictionRules
from okaeri.insight.recommend_types import RecommendedItem
from okaeri.insight.store import predictions, reports
from okaeri.insight.types import LARGEST_PAGE


def reasons_in_words(told: CustomerPredictionView) -> list[Text]:
    """Say what moves a person's lapse risk, the strongest first."""
    return [reason_in_words(reason) for reason in told.lapse_reasons]


def ids_of_list(name: str, token: str = "") -> list[int]:
    """Give everybody on a list ("importance", "overdue", "valuable") in its order.

    `token` (`CountFacet`) asks for the people of one purchase count.
    """
    if token:
        return ids_by_count(name, token)
    rules = load(PredictionRules)
    return list(predictions.iter_lists(rules.call_from, rules.call_risk_percent / 100)[name])


def list_overdue(*, offset: int = 0, limit: int = 50) -> PredictionPage:
    """Give active customers past 1.2 of their usual interval, those of most value to come first."""
    return predictions.overdue(offset, min(limit, LARGEST_PAGE))


def list_to_call(*, offset: int = 0, limit: int = 50) -> PredictionPage:
    """Give who matters and may leave, by the shop's own bars, the highest priority first."""
    rules = load(PredictionRules)
    return predictions.to_call(
        rules.call_from, rules.call_risk_percent / 100, offset, min(limit, LARGEST_PAGE)
    )


def list_most_valuable(*, offset: int = 0, limit: int = 50) -> PredictionPage:
    """Give every buyer, those of most value to come first."""
    return predictions.most_valuable(offset, min(limit, LARGEST_PAGE))


def recommend(
    customer_id: int, *, n: int = 5, on: date, may_cross_sell: bool = False
) -> list[RecommendedItem]:
    """Give at most `n` products worth showing to one person on the day `on`, best first.

    Somebody who bought once gets only what he uses up, unless `may_cross_sell` (§1.3 #17).
    """
    allowed = [customer_id] if may_cross_sell else []
    return recommend_many([customer_id], n=n, on=on, may_cross_sell=allowed)[customer_id]


def forecast(token: str = "") -> list[dict[str, Any]]:
    """Give what a message to each class would bring (`domain.reports.forecast`); none before a refresh.

    `token` (`CountFacet`) asks for the people of one purchase count; rates are those of everybody.
    """
    portfolio = find_count_report("portfolio", token) if token else reports.find("portfolio")
    measured = reports.find("responses")
    if portfolio is None or not any(cell["customers"] for cell in portfolio.payload["cells"]):
        return []
    seen = measured.payload["rows"] if measured else []
    return forecast_rows(portfolio.payload["cells"], seen, load(ForecastRules))


def responses_of(source_kind: str, source_id: int) -> list[dict[str, Any]]:
    """Give how each class answered the offers of one source (`domain.reports.forecast.response_rows`)."""
    return response_rows(
        _responses("sources").get(f"{source_kind}:{source_id}", ()), load(ForecastRules)
    )


def useful_responses(source_kind: str = "", source_id: int = 0) -> dict[str, int] | None:
    """Give contacts and buyers of letters of help, of one source or of all; None where none is counted."""
    if source_kind:
        found = _responses("useful_sources").get(f"{source_kind}:{source_id}")
    else:
        found = _responses("useful")
    return dict(found) if found and found["contacts"] else None


def _responses(part: str) -> dict[str, Any]:
    """Give a part of the report of responses; {} before there was one, or one that had it."""
    measured = reports.find("responses")
    return measured.payload.get(part, {}) if measured else {}
