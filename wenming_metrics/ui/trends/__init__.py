"""趋势: courses with their usual range, and what moved a score."""
