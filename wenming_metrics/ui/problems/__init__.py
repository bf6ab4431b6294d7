"""The page 问题整改: list and figures, one problem opened, the moves that are made of those ticked."""
