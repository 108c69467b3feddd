"""Every estimate of what a model, a caption or a map wants in memory."""
