"""Proof: what each treatment changed, and who was left out so that we know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.measure import api as measure
from okaeri.measure.types import Evaluation
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.charts.effect import metric_name
from okaeri.web.reader import language_of, tell

VERDICTS = {
    "up": Text("効果あり", "Rise seen"),
    "down": Text("逆効果", "Fall seen"),
    "none_seen": Text("差は見えません", "No difference seen"),
    "too_few": Text("人数不足", "Too few people"),
}
_SHOWN_LEFT_OUT = 20
_ENDED = Text("実験を終えました。", "The experiment has ended.")


@needs("figures.see")
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """List the experiments with what each says."""
    rows = []
    for experiment in measure.list_experiments():
        evaluation = measure.find_evaluation(experiment.id)
        rows.append((experiment, evaluation, _verdict(evaluation)))
    return render(request, "okaeri/results/list.html", {"rows": rows})


def _verdict(evaluation: Evaluation | None) -> Text | None:
    if evaluation is None:
        return None
    primary = next((m for m in evaluation.metrics if m.is_primary), None)
    return VERDICTS.get(primary.verdict) if primary else None


@needs("figures.see")
@require_GET
def result(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Show one experiment: the sentence, the interval, the arms, the split, those left out."""
    experiment = measure.get_experiment(experiment_id)
    evaluation = measure.find_evaluation(experiment_id)
    language = language_of(request)
    currency = load(ShopProfile).currency
    metrics = evaluation.metrics if evaluation else ()
    return render(
        request,
        "okaeri/results/result.html",
        {
            "experiment": experiment,
            "evaluation": evaluation,
            "claim_level": metrics[0].claim_level if metrics else None,
            "chart": find_chart(f"experiment-{experiment_id}", language),
            "metrics": [
                (
                    metric,
                    metric_name(metric.metric, currency, language),
                    VERDICTS.get(metric.verdict),
                )
                for metric in metrics
            ],
            "left_out": sight.show_list(request, _left_out(experiment_id)),
        },
    )


@needs("journeys.change")
@require_POST
def end(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """End one experiment: from now on nobody else is left out."""
    measure.end_experiment(experiment_id, clock.now())
    tell(request, _ENDED)
    return redirect("result", experiment_id)


def _left_out(experiment_id: int) -> list[CustomerProfile]:
    """Give some of the people who were left out on purpose, newest first."""
    ids = measure.list_held_out(experiment_id, _SHOWN_LEFT_OUT)
    return list(customers.list_profiles(ids).values())
