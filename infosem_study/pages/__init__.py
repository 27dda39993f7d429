"""What the notebooks compute and show: a module or folder for each, of the same name."""
