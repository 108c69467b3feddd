"""Processes that train together: the mean of their gradients, and one process's word for all.

Ignores what is trained.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True)
class Worker:
    """One of `size` processes that train together."""

    rank: int = 0
    size: int = 1


def average_gradients(parameters: list[Tensor], worker: Worker) -> None:
    """Every process ends with the mean of all processes' gradients; one without a gradient counts as zero."""
    if worker.size == 1:
        return
    gradients = [torch.zeros_like(each) if each.grad is None else each.grad for each in parameters]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    flat /= worker.size
    parts = flat.split([parameter.numel() for parameter in parameters])
    for parameter, gradient, part in zip(parameters, gradients, parts, strict=True):
        parameter.grad = gradient.copy_(part.view_as(gradient))


def shared(value: float, worker: Worker) -> float:
    """The first process's value, in all processes, so that all stop at the same step."""
    if worker.size == 1:
        return value
    tensor = torch.tensor([value], dtype=torch.float64)
    dist.broadcast(tensor, 0)
    return tensor.item()
