"""What a model says, held against what is true: public benchmarks, runs over data, and saliency's own claim.

Numbers only; figures are drawn by `figures`. Scorers need no model and no torch.
"""
