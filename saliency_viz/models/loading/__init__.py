"""From a name to a frozen model: hub, checkpoints, devices."""
