"""What a form for a new campaign needs to know."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.campaign import ADDED, INTRABAR, METHODS, SAMPLING, Campaign
from alpha_discovery.discovery.jobs import GENERATING
from alpha_discovery.generation.blocks import shipped
from alpha_discovery.generation.strategy import generated
from alpha_discovery.http.guard import ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.shapes.lab import CampaignOptions, Choice, IndicatorOut, Method, StrategyGenerated
from alpha_discovery.indicators.registry import Indicator, all_indicators
from alpha_discovery.regimes import DETECTORS
from alpha_discovery.rules.nodes import FIELD_UNITS
from alpha_discovery.service.paces import LISTS

router = APIRouter(responses=documented(401, 403, 503))
SUMMARIES = {
    "brute_force": "every combination where the budget allows, else points spread evenly over the space",
    "random": "points drawn at random: nothing is learned, so nothing has to be judged twice",
    "bayesian": "a model of the results proposes where to look next",
    "genetic": "a population whose best members are crossed and mutated",
    "hybrid": "even points, a population and a model take turns, as each proves its worth",
}

STYLES = {
    "uniform": "every value alike, every magnitude where a range spans several",
    "gaussian": "mostly near the middle of each range",
    "log_uniform": "every magnitude alike: as many values from 1 to 10 as from 10 to 100",
    "sobol": "spread evenly, without clumps and holes",
    "latin_hypercube": "spread evenly along each parameter by itself",
}
TOLD_BY = {
    "quantiles": "by thirds of the past weeks: about a third of the days counts as wild, whatever happens",
    "markov": "three states found in the past weeks: a market that is seldom wild has few wild days",
}


@router.get("/config/campaign", tags=["system"])
def get_campaign_options(_: ViewerDep) -> CampaignOptions:
    """Give the defaults of a campaign, and the methods and policies to choose among."""
    told = Campaign(("A",)).to_json()  # which leaves out what is nothing
    defaults = ADDED | told | {"symbols": [], "costs": asdict(Costs())}
    made = generated()
    return CampaignOptions(
        defaults=defaults, intrabar=list(INTRABAR),
        sampling=[Choice(name=name, summary=STYLES[name]) for name in SAMPLING],
        regimes=[Choice(name=name, summary=TOLD_BY[name]) for name in DETECTORS],
        methods=[
            Method(name=name, summary=SUMMARIES[name], learns=name not in LISTS, generates=name in GENERATING)
            for name in METHODS
        ],
        generated=StrategyGenerated(
            name=made.name, summary=made.summary, doc=made.doc, source=made.source,
            sentences=list(made.rules.describe()), blocks=dict(shipped().source), fields=list(FIELD_UNITS),
            indicators=[_told(one) for one in all_indicators().values()],
        ),
    )  # fmt: skip


def _told(one: Indicator) -> IndicatorOut:
    alone = len(one.inputs) == 1 and one.inputs[0] not in FIELD_UNITS
    return IndicatorOut(
        name=one.name, inputs=list(one.inputs), params=list(one.params),
        wraps=alone and one.unit in ("same", "ratio"), levels=one.unit == "ratio",
    )  # fmt: skip
