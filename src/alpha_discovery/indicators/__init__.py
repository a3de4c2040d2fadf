"""Pure numeric indicators, each in an array form and a streaming form that agree bit for bit."""

from alpha_discovery.indicators.adx import adx
from alpha_discovery.indicators.atr import atr
from alpha_discovery.indicators.bollinger import bollinger_lower, bollinger_upper
from alpha_discovery.indicators.cci import cci
from alpha_discovery.indicators.efficiency_ratio import efficiency_ratio
from alpha_discovery.indicators.ema import ema
from alpha_discovery.indicators.highest import highest
from alpha_discovery.indicators.keltner import keltner_lower, keltner_upper
from alpha_discovery.indicators.lowest import lowest
from alpha_discovery.indicators.macd import macd, macd_signal
from alpha_discovery.indicators.markov_regime import markov_regime
from alpha_discovery.indicators.minus_di import minus_di
from alpha_discovery.indicators.momentum import momentum
from alpha_discovery.indicators.obv import obv
from alpha_discovery.indicators.plus_di import plus_di
from alpha_discovery.indicators.rank import rank
from alpha_discovery.indicators.realized_volatility import realized_volatility
from alpha_discovery.indicators.rma import rma
from alpha_discovery.indicators.roc import roc
from alpha_discovery.indicators.rolling_std import rolling_std
from alpha_discovery.indicators.rolling_sum import rolling_sum
from alpha_discovery.indicators.rolling_vwap import rolling_vwap
from alpha_discovery.indicators.rsi import rsi
from alpha_discovery.indicators.sma import sma
from alpha_discovery.indicators.stochastic import stochastic, stochastic_d
from alpha_discovery.indicators.trend_regime import trend_regime
from alpha_discovery.indicators.true_range import true_range
from alpha_discovery.indicators.volatility_regime import volatility_regime
from alpha_discovery.indicators.wma import wma
from alpha_discovery.indicators.zscore import zscore

__all__ = [
    "adx",
    "atr",
    "bollinger_lower",
    "bollinger_upper",
    "cci",
    "efficiency_ratio",
    "ema",
    "highest",
    "keltner_lower",
    "keltner_upper",
    "lowest",
    "macd",
    "macd_signal",
    "markov_regime",
    "minus_di",
    "momentum",
    "obv",
    "plus_di",
    "rank",
    "realized_volatility",
    "rma",
    "roc",
    "rolling_std",
    "rolling_sum",
    "rolling_vwap",
    "rsi",
    "sma",
    "stochastic",
    "stochastic_d",
    "trend_regime",
    "true_range",
    "volatility_regime",
    "wma",
    "zscore",
]
