"""From leaf sums to the score of a unit: settling, missing leaves, roll-up, adjustments."""
