"""What is claimed about speed, measured as ratios within one run; nothing here is asserted."""
