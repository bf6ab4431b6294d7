"""Who stands where: ranking, overview of the city, composite score, trial under other rules."""
