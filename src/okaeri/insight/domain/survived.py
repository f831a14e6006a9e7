"""The share that came so far, of rates that are each known of other people (Kaplan and Meier 1958)."""

from dataclasses import dataclass

from okaeri.insight.domain.shares import wilson_interval


@dataclass(frozen=True, slots=True)
class Survived:
    """The share of those who began that is left; None once a step of nobody's known outcome was passed.

    `spread` is Greenwood's sum (1926): lost ÷ (known × went on) of every step so far. `fewest`: known at
    the step with the fewest.
    """

    share: float | None = 1.0
    spread: float = 0.0
    fewest: int | None = None

    def after(self, went_on: int, known: int) -> "Survived":
        """Give the share after one more step, at which `went_on` of `known` people went on."""
        if self.share is None or not known:
            return Survived(None)
        fewest = known if self.fewest is None else min(self.fewest, known)
        lost = known - went_on
        spread = self.spread + (lost / (known * went_on) if went_on else 0.0)
        return Survived(self.share * went_on / known, spread, fewest)

    @property
    def low(self) -> float | None:
        """Give the lower end of the 95 % interval; None where nothing is known, or nothing was passed."""
        ends = self._ends()
        return ends[0] if ends else None

    @property
    def high(self) -> float | None:
        """Give the upper end."""
        ends = self._ends()
        return ends[1] if ends else None

    def _ends(self) -> tuple[float, float] | None:
        """Give the Wilson interval of as many cases as have Greenwood's variance (Cutler and Ederer 1958)."""
        if self.share is None or self.fewest is None:
            return None
        if not 0 < self.share < 1 or not self.spread:
            return wilson_interval(self.share * self.fewest, self.fewest)
        cases = (1 - self.share) / (self.share * self.spread)
        return wilson_interval(self.share * cases, cases)
