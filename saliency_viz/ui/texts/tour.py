"""Texts of the tour: (English, Chinese) by key."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "tour_count": ("{n} of {all}", "{n} / {all}"),
    "tour_1": ("Take an example, or your own picture", "选一个示例,或用自己的图片"),
    "tour_1_text": (
        "Drop, paste or choose a picture, write what you want to know, and press Run. The model writes its answer "
        "token by token, on this machine.",
        "拖入、粘贴或选择图片,写下想知道的内容,然后按“运行”。模型在本机逐词写出回答。",
    ),
    "tour_2": ("Every word carries its support", "每个词都有前文支持度"),
    "tour_2_text": (
        "Colour and bar say how much the words before mattered to each one. Click a word, or step with the arrow "
        "keys: everything below follows. The sentences under the caption and under the word say what the numbers mean.",
        "颜色和条形表示前文对该词的作用大小。点击一个词,或用方向键移动,下方内容随之更新。"
        "描述与所选词下方的句子说明这些数字的含义。",
    ),
    "tour_3": ("What it attended to, and what mattered", "看了哪里,什么才重要"),
    "tour_3_text": (
        "Attention on the left, saliency on the right, each on a scale that holds for every word. Choose a layer with "
        "the keys [ and ] or below the pictures. Drag over the picture to ask which words drew on that place.",
        "左为注意力,右为显著性,各自的刻度对每个词都相同。用 [ ] 键或图下方选择层。在图像上拖动,可查看哪些词取自该处。",
    ),
    "tour_4": ("Does the claim hold here?", "论点在此成立吗?"),
    "tour_4_text": (
        "The paper says: hallucinated words have low saliency on the words before. The tabs test it on these captions, "
        "and hold candidates, every layer, heads and more.",
        "论文认为:幻觉词对前文的显著性低。标签页在这些描述上检验它,还有候选词、所有层、注意力头等。",
    ),
    "tour_5": ("Change the decoding: SGRS and LocoRE", "改变解码:SGRS 与 LocoRE"),
    "tour_5_text": (
        "SGRS rejects candidate words that the words before support too little; LocoRE raises attention to the latest "
        "words. Tick one, press Run, and compare. Press ? for every key.",
        "SGRS 拒绝前文支持太少的候选词;LocoRE 增强对最近词的注意。勾选其一,按“运行”,再作对比。按 ? 查看全部按键。",
    ),
    "tour_skip": ("Skip", "跳过"),
    "tour_back": ("Back", "上一步"),
    "tour_next": ("Next", "下一步"),
    "tour_done": ("Done", "完成"),
}
