"""`okaeri results`: what every experiment proves so far."""

import click

from okaeri.measure import api as measure
from okaeri.project import terminal
from okaeri.project.commands import options


@click.command()
@options.data_dir
@options.as_json
def results(*, as_json: bool) -> None:
    """Say for every experiment what the people left out prove (as of the last refresh)."""
    found = [
        evaluation
        for experiment in measure.list_experiments()
        if (evaluation := measure.find_evaluation(experiment.id)) is not None
    ]
    language = terminal.language()
    if as_json:
        terminal.print_json(
            {
                "experiments": [
                    {
                        "key": one.experiment.key,
                        "as_of": one.as_of,
                        "answer": one.answer.as_json(),
                        "metrics": [
                            {
                                "metric": metric.metric,
                                "difference": metric.difference,
                                "low": metric.low,
                                "high": metric.high,
                                "smallest_effect": metric.smallest_effect,
                                "verdict": metric.verdict,
                            }
                            for metric in one.metrics
                        ],
                    }
                    for one in found
                ]
            }
        )
        return
    for one in found:
        click.echo(f"{one.experiment.name.render(language)}: {one.answer.render(language)}")
