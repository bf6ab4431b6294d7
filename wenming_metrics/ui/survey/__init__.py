"""两率一度: figures, units, questions, groups of people, waves, quotas."""
