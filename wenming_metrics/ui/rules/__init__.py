"""测评体系: the tree of a version, versions, drafts and their trial, a score worked out."""
