"""What a campaign can find at all, told before it runs: the smallest Sharpe ratio that its data can certify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.discovery.records import EpochAccount
from alpha_discovery.discovery.sleeves import calendar_of
from alpha_discovery.search.methods import make_optimizer
from alpha_discovery.validation.deflated import smallest_certifiable_sharpe

LENGTHS = (1.0, 1.5, 2.0, 4.0)  # times the search part at hand
POWERS = (0.5, 0.8)


@dataclass(frozen=True)
class Foresight:
    """Smallest annual Sharpe ratio that is found with a chance of one half and of 80%, by tries and years.

    ``smallest[i][j]`` is the pair for ``tries[i]`` independent tries over ``years[j]``.
    """

    years: tuple[float, ...]
    tries: tuple[float, ...]
    smallest: tuple[tuple[tuple[float, float], ...], ...]

    @staticmethod
    def of(years: Sequence[float], tries: Sequence[float], *, level: float = 0.05) -> Foresight:
        """The table of VALIDATION.md section 9 for other lengths and numbers.

        Raises
        ------
        OutOfRange
            For a length that is not above 0, fewer than one try, or an impossible level.
        """

        def pair(length: float, number: float) -> tuple[float, float]:
            half, most = (smallest_certifiable_sharpe(length, number, power, level=level) for power in POWERS)
            return half, most

        rows = tuple(tuple(pair(length, number) for length in years) for number in tries)
        return Foresight(tuple(years), tuple(tries), rows)


@dataclass(frozen=True)
class Outlook:
    """What is known of a campaign before its first backtest.

    Attributes
    ----------
    planned : int
        Candidates, at most.
    years : float
        Length of the search part.
    here : pair of float
        Smallest annual Sharpe ratio, found with a chance of one half and of 80%, if all candidates were independent:
        the careful reading; look-alikes count for less.
    alike : pair of float
        The same if only one in ten of them is a try of its own, which is what most grids come to.
    longer : float
        What 80% needs with twice the years.
    level : float
        Chance of a false report that the next look at this vault is granted.
    """

    planned: int
    years: float
    here: tuple[float, float]
    alike: tuple[float, float]
    longer: float
    level: float

    def __str__(self) -> str:
        return (
            f"{self.planned:,} candidates over {self.years:.1f} years: an edge must be worth a Sharpe ratio of "
            f"{self.alike[0]:.1f} to {self.here[0]:.1f} to be told apart from luck every second time, "
            f"{self.alike[1]:.1f} to {self.here[1]:.1f} four times in five; twice the years would lower the "
            f"last to {self.longer:.1f}"
        )


def outlook(campaign: Campaign, jobs: tuple[Job, ...], past: History, account: EpochAccount) -> Outlook:
    """What a campaign on these bars can find; ``account`` is that of the bars before it runs."""
    optimizers = (make_optimizer(campaign.method, job.space, budget=campaign.max_iterations, seed=0) for job in jobs)
    planned = sum(one.planned for one in optimizers)
    years = len(calendar_of(past.search)) / next(iter(past.search.values())).periods_per_year
    tries = (float(max(1, planned)), max(1.0, planned / 10.0))
    table = Foresight.of((years, 2.0 * years), tries, level=account.next_level)
    (here, longer), (alike, _) = table.smallest
    return Outlook(planned, years, here, alike, longer[1], account.next_level)
