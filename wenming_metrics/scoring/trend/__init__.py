"""Why a score moved, exactly; and what is more than the usual ups and downs."""
