"""Heat under the trees: what the frames of nodes show, the looks that it proposes, and fires."""
