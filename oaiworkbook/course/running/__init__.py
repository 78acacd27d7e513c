"""Running lessons without a browser: kernels, cells, the changes and answers a learner may try."""
