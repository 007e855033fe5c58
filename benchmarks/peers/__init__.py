"""What watching costs elsewhere: the same record on a page, by the means that others use."""
