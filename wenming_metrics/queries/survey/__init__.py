"""两率一度: waves, rates and tables, score, quotas, and the questionnaires behind them."""
