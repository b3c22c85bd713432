"""Files that are handed in: graded by a process apart, with limits, and kept to be heard again."""
