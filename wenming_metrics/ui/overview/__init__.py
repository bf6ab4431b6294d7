"""总览: the two ends of each group, and the figures of the latest survey."""
