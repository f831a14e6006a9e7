"""Every analysis of ours, also those the peers are not asked for."""

from pathlib import Path

from bench.refresh_peers import contest
from bench.whole_peers.with_ours import answer
from okaeri.insight.analyses import ANALYSES


def answer_all(folder: Path) -> contest.Answers:
    return answer(folder, ANALYSES)


if __name__ == "__main__":
    contest.run(answer_all)
