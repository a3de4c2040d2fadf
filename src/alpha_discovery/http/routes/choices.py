"""What a form for a new campaign needs to know."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.campaign import INTRABAR, METHODS, Campaign
from alpha_discovery.discovery.jobs import GENERATING
from alpha_discovery.generation.blocks import shipped
from alpha_discovery.generation.strategy import generated
from alpha_discovery.http.guard import ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.shapes.lab import CampaignOptions, IndicatorOut, Method, StrategyGenerated
from alpha_discovery.indicators.registry import Indicator, all_indicators
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


@router.get("/config/campaign", tags=["system"])
def get_campaign_options(_: ViewerDep) -> CampaignOptions:
    """Give the defaults of a campaign, and the methods and policies to choose among."""
    defaults = Campaign(("A",)).to_json() | {"symbols": [], "costs": asdict(Costs())}  # its JSON leaves zeros out
    made = generated()
    return CampaignOptions(
        defaults=defaults, intrabar=list(INTRABAR),
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
