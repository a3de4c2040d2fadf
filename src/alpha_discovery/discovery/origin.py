"""The strategy of an alpha whose rules the generator wrote: nothing is registered under its name but the generator."""

from __future__ import annotations

from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.generation.blocks import blocks_from, shipped
from alpha_discovery.generation.lifted import lifted_again
from alpha_discovery.generation.strategy import NAME as GENERATED
from alpha_discovery.rules.strategy import Rules, Strategy


def is_generated(alpha: AlphaRecord) -> bool:
    """Whether the generator wrote its rules."""
    return alpha.strategy_type == GENERATED


def written(alpha: AlphaRecord, campaign: Campaign) -> Strategy:
    """The stored rules, with the ranges that the building blocks of its campaign give their numbers."""
    blocks = blocks_from(campaign.blocks) if campaign.blocks else shipped()
    return lifted_again(GENERATED, Rules.from_json(alpha.rules), alpha.parameters, blocks)
