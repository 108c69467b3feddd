"""The embedded demo model and its world: sprites, scenes, captions, exact truth, training, evaluation.

Only `model`, `train`, `evaluate` and `examples` need torch; the world, its grammar and its truth do not.
"""
