"""Problems on their way to 销号: `course` what became of each, whose time it took, `figures` the rates."""
