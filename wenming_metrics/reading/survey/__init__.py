"""问卷: which question a column holds, what a cell answers, where and in which wave it was asked."""
