"""What each of two processes does in test_demo_training.py: a module of its own, so that they import little."""

from __future__ import annotations

import os

import torch

from saliency_viz.demo.train.workers import Worker, average_gradients


def average(rank: int, meeting: str, folder: str) -> None:
    """Average gradients of one's own with the other process's, and save what came out."""
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=2)
    one, other = torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)
    one.grad = torch.full((2,), 2.0 + 2 * rank)
    other.grad = torch.ones(1) if rank else None
    average_gradients([one, other], Worker(rank, 2))
    torch.save(torch.cat([one.grad, other.grad]), f"{folder}/{rank}.pt")
