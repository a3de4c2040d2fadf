"""A stored alpha trading bar by bar: the rules of the backtest, orders through a broker, a state that survives."""
