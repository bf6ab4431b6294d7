"""Lost points of a window down to single checks, problems that come back, what would be regained."""
