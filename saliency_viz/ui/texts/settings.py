"""Texts of the decoding settings: (English, Chinese) by key."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "decoding": ("Decoding", "解码"),
    "max_new_tokens": ("max new tokens", "最大新词数"),
    "max_new_tokens_help": ("The caption stops here at the latest.", "描述最长到此为止。"),
    "temperature": ("temperature", "温度"),
    "temperature_help": (
        "0 always takes the most probable token; higher values spread the draw.",
        "0 总取概率最高的词;越高越随机。",
    ),
    "top_k": ("top-k", "top-k"),
    "top_k_help": ("Draw only from this many most probable tokens. 0: from all.", "只从前 k 个词中抽取;0 为全部。"),
    "top_p": ("top-p", "top-p"),
    "top_p_help": (
        "Draw only from the most probable tokens that hold this share. 1: from all.",
        "只从累计概率达到此值的词中抽取;1 为全部。",
    ),
    "seed": ("seed", "随机种子"),
    "seed_help": ("The same seed and settings give the same caption.", "同样的种子与设置得到同样的描述。"),
    "preset_llava": ("paper, LLaVA", "论文,LLaVA"),
    "preset_qwen": ("paper, Qwen2-VL", "论文,Qwen2-VL"),
    "reset_settings": ("defaults", "默认值"),
    "sgrs": ("SGRS", "SGRS"),
    "sgrs_help": (
        "Reject candidates that the words before barely mattered to.",
        "拒绝前文对其几乎不起作用的候选词。",
    ),
    "alpha": ("α  threshold factor", "α  阈值系数"),
    "alpha_help": (
        "Share of the recent mean score a candidate must reach (Eq. 7).",
        "候选词须达到近期平均分的比例(式 7)。",
    ),
    "candidates": ("K  candidates", "K  候选数"),
    "candidates_help": ("Most probable tokens scored at each step.", "每步评分的最可能词数。"),
    "tries": ("R  tries", "R  尝试次数"),
    "tries_help": ("Candidates tried before the best-scored one is taken.", "尝试这么多次后取得分最高者。"),
    "sgrs_window": ("W  history", "W  历史长度"),
    "sgrs_window_help": ("How many words back the recent mean looks.", "近期平均分回看的词数。"),
    "history": ("H  mean over", "H  平均范围"),
    "history_help": (
        "window: every word at the last W + 1 positions (Eq. 7); window-accepted: the accepted ones there; accepted: "
        "the last W accepted, however far back.",
        "window：最近 W + 1 个位置的所有词(式 7)；window-accepted：其中已接受的；accepted：最近 W 个已接受的。",
    ),
    "score": ("S  score", "S  得分"),
    "score_help": (
        "mean: over all words before (Eq. 6); sum: not divided by their number; previous: of the word just before; "
        "recent: mean over the last w_s.",
        "mean：对先前所有词取平均(式 6)；sum：不除以词数；previous：仅前一个词；recent：最近 w_s 个词的平均。",
    ),
    "recent": ("w_s  of the score", "w_s  得分范围"),
    "recent_help": ("Words that the score recent looks at.", "得分 recent 所看的词数。"),
    "layers": ("target layers", "目标层"),
    "layers_help": (
        "Layers the score averages over, such as 3-5 or 2,4. Empty: the deeper half.",
        "评分取平均的层,如 3-5 或 2,4;留空为后半层。",
    ),
    "locore": ("LocoRE", "LocoRE"),
    "locore_help": (
        "Raise the attention of each new word to the latest words.",
        "增强每个新词对最近词的注意。",
    ),
    "beta": ("β  gain", "β  增益"),
    "beta_help": ("How much attention to recent words is raised.", "对最近词注意力的提升幅度。"),
    "locore_window": ("w_s  reach", "w_s  范围"),
    "locore_window_help": ("How many words back the gain reaches.", "增益覆盖的前文词数。"),
    "renormalize": ("renormalize", "重新归一化"),
    "renormalize_help": ("Scale each row back to sum 1 (the paper does not).", "使每行之和回到 1(论文不做)。"),
    "decoder": ("decoder", "解码器"),
    "decoder_plain": ("plain", "普通解码"),
    "decoder_help": (
        "Another decoder of the paper's Table 1; works with SGRS and LocoRE.",
        "论文表 1 中的另一种解码器;可与 SGRS、LocoRE 同用。",
    ),
    "decoder_values": ("its settings", "解码器设置"),
    "decoder_values_help": (
        "Such as alpha=1, beta=0.1. Empty: the authors' own.",
        "如 alpha=1, beta=0.1;留空用作者默认值。",
    ),
}
