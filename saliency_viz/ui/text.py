"""Every word the page shows, in English and Chinese, in one table.

Ignores where a text appears. Gradio's own widgets get a text by key (the browser picks the language); our scripts get
the whole table. Words of a model or a person never pass through here.
"""

from __future__ import annotations

from typing import Any

LANGUAGES = ("en", "zh")

TEXTS: dict[str, tuple[str, str]] = {
    # header
    "tagline": ("what a caption looked at, and what mattered", "看了哪里,什么才重要"),
    "model": ("Model", "模型"),
    "another_model": ("Another model…", "其他模型…"),
    "another_model_ask": (
        "Hub id or local directory of a vision-language model:",
        "视觉语言模型的 Hub 名称或本地目录:",
    ),
    "run_list": ("Run", "运行记录"),
    "no_runs": ("no runs yet", "还没有运行"),
    "compare": ("Compare with", "对比"),
    "compare_none": ("nothing", "无"),
    "compare_methods": ("Same picture and seed, decoded with", "同一图片与种子,解码方式"),
    "compare_runs": ("An earlier run", "先前的运行"),
    "method_plain": ("plain decoding", "普通解码"),
    "method_sgrs": ("SGRS", "SGRS"),
    "method_locore": ("LocoRE", "LocoRE"),
    "method_both": ("SGRS + LocoRE", "SGRS + LocoRE"),
    "copy_link": ("Copy link", "复制链接"),
    "copied": ("Link copied", "链接已复制"),
    "export": ("Export", "导出"),
    "export_trace": ("Trace, reopens here without a model", "轨迹文件,无需模型即可重新打开"),
    "export_html": ("Interactive page, offline (HTML)", "离线交互网页(HTML)"),
    "export_steps": ("Every token (CSV)", "每个词(CSV)"),
    "export_keys": ("What this token drew on (CSV)", "该词的来源(CSV)"),
    "export_candidates": ("Candidates of every step (CSV)", "每步候选词(CSV)"),
    "export_json": ("Everything as JSON", "全部数据(JSON)"),
    "export_npz": ("Everything as NumPy arrays (NPZ)", "全部数据(NPZ)"),
    "export_citation": ("Citation (BibTeX)", "引用(BibTeX)"),
    "export_figure": ("Figure", "图"),
    "figure_image": ("attention | saliency on the image", "图像上的注意力 | 显著性"),
    "figure_layers": ("every layer on the image", "图像上的每一层"),
    "figure_outputs": ("among the words written (Fig. 1)", "词与词之间(图 1)"),
    "figure_distance": ("over distance back (Fig. 2)", "随距离变化(图 2)"),
    "figure_compare": ("both runs and their difference (Fig. 3)", "两次运行及差异(图 3)"),
    "figure_text": ("all text (Fig. 6)", "全部文本(图 6)"),
    "figure_grid": ("every layer among the words (Fig. 13)", "词间每一层(图 13)"),
    "figure_scores": ("score and threshold", "得分与阈值"),
    "open_trace": ("Open a saved trace…", "打开已保存的轨迹…"),
    "open_trace_second": ("Open a saved trace beside it…", "在旁边打开轨迹…"),
    "exporting": ("Preparing the file…", "正在准备文件…"),
    "theme": ("Light or dark", "浅色或深色"),
    "help": ("Keyboard and help", "键盘与帮助"),
    "close": ("Close", "关闭"),
    # left column
    "image": ("Image", "图片"),
    "image_placeholder": ("Drop, paste or choose an image", "拖入、粘贴或选择图片"),
    "examples": ("Examples", "示例"),
    "prompt": ("Prompt", "提示词"),
    "run": ("Run", "运行"),
    "stop": ("Stop", "停止"),
    "demo_note": (
        "The demo model knows only small drawn scenes. Photographs are outside its world: it will describe them in "
        "the words of its own.",
        "演示模型只认识简单的绘制场景。照片不在它的世界里,它只会用自己的词汇来描述。",
    ),
    "seen_note": ("The model saw it at {size} pixels, as {tokens} tokens.", "模型看到 {size} 像素,{tokens} 个词元。"),
    # decoding
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
    "preset": ("Presets", "预设"),
    "preset_llava": ("paper, LLaVA", "论文,LLaVA"),
    "preset_qwen": ("paper, Qwen2-VL", "论文,Qwen2-VL"),
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
    "sgrs_window_help": ("Accepted words the recent mean is taken over.", "近期平均分所含的已接受词数。"),
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
    # states
    "status_loading": ("loading…", "正在载入…"),
    "status_ready": ("{device}, {dtype}", "{device},{dtype}"),
    "status_none": ("no model loaded", "未载入模型"),
    "status_failed": ("could not be loaded", "无法载入"),
    "this_is_example": ("This is an example. Press Run for your own.", "这是一个示例。按“运行”生成你自己的。"),
    "example_no_trace": (
        "This example has no ready trace here. Press Run to caption it.",
        "该示例没有现成的轨迹。按“运行”生成描述。",
    ),
    "queued": ("Waiting for a free place…", "正在排队…"),
    "running": ("Captioning…", "正在生成描述…"),
    "waiting_model": ("Waiting for the model…", "等待模型载入…"),
    "stopping": ("Stopping…", "正在停止…"),
    "stopped": ("Stopped. What was written so far is kept.", "已停止,已写出的部分保留。"),
    "dismiss": ("Dismiss", "关闭提示"),
    "lost_link": (
        "The run in this link is no longer kept here. The settings are filled in where the link holds them.",
        "链接中的运行已不再保存。已按链接填入设置。",
    ),
    "press_run": (
        "The settings of the link are filled in. Press Run to make this caption again.",
        "已填入链接中的设置,按“运行”重现。",
    ),
    "no_image": (
        "Choose an image first: drop one, paste one, or take an example.",
        "请先选择图片:拖入、粘贴或选一个示例。",
    ),
    "unexpected": (
        "Something went wrong that this page did not expect. Nothing of yours is lost; the details are in the "
        "server's log. Try again, or with other settings.",
        "发生了意外错误。你的内容没有丢失,详情见服务器日志。请重试或更换设置。",
    ),
}


def texts(language: str) -> dict[str, str]:
    """The whole table in one language, for our scripts."""
    column = LANGUAGES.index(language)
    return {key: pair[column] for key, pair in TEXTS.items()}


def tables() -> dict[str, dict[str, str]]:
    """{language: {key: text}}, for gr.I18n and the page's scripts."""
    return {language: texts(language) for language in LANGUAGES}


def translator() -> Any:
    """gr.I18n over the table, with every key prefixed so that it never meets one of gradio's own."""
    import gradio as gr

    prefixed = {language: {f"sv_{key}": text for key, text in table.items()} for language, table in tables().items()}
    return gr.I18n(**prefixed)


def english(key: str, **values: str) -> str:
    """One English text with its blanks filled."""
    return TEXTS[key][0].format(**values)
