"""What a backtest amounts to, as numbers: of summaries, of daily returns, of trades."""
