"""Figures of questionnaires and how sure they are.

`rates` · `intervals` of shares and means · `design_based` the city from samples of its units · `raking`
weights · `funnel` what chance alone does · `fraud_flags` what to look at again · `suppression` which cells
stay unseen, `disclosure` which could be worked out.
"""
