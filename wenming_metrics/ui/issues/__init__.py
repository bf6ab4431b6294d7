"""签发 and 核对: issues of a period, remarks on them, a signed one made again."""
