"""失分分析: where lost points lie, down to the row; what to put right first; what comes back."""
