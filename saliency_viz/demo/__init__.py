"""The embedded demo model and its world: sprites, scenes, captions, exact truth, training, evaluation.

Only `train`, `evaluate`, `measure` and `examples` need torch; the world, its grammar and its truth do not.
"""
