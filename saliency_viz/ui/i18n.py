"""Every word the page shows, in English and Chinese, in one table.

Ignores where a text appears. Gradio's own widgets get a text by key (the browser picks the language); our scripts get
the whole table. Words of a model or a person never pass through here.
"""

from __future__ import annotations

import re
from typing import Any

LANGUAGES = ("en", "zh")
SIGN, HALF = "[\u4e00-\u9fff]", ",:;?!"
WIDE = str.maketrans(HALF, "，：；？！")

TEXTS: dict[str, tuple[str, str]] = {
    # header
    "model": ("Model", "模型"),
    "models_title": ("Choose a model", "选择模型"),
    "models_room": ("{room} free for a model on {device}", "{device} 上可用于模型的内存:{room}"),
    "models_room_unknown": ("on {device}", "设备:{device}"),
    "models_reading": ("Reading the list…", "正在读取列表…"),
    "models_weights": ("Weights", "权重"),
    "models_whole": ("whole", "完整"),
    "models_4bit": ("4-bit", "4 位"),
    "models_8bit": ("8-bit", "8 位"),
    "models_named": ("Here", "本机"),
    "models_other": ("Another model", "其他模型"),
    "models_other_hint": ("hub id or directory on this server", "Hub 名称或服务器上的目录"),
    "models_adapter": ("LoRA adapter", "LoRA 适配器"),
    "models_adapter_hint": ("none; a hub id or directory", "无;Hub 名称或目录"),
    "models_loaded": ("loaded", "已载入"),
    "models_download": ("to download", "需下载"),
    "models_here": ("here", "在本机"),
    "models_col_params": ("weights", "参数"),
    "models_col_params_hint": ("Number of weights, in billions", "参数量(十亿)"),
    "models_col_fetch": ("download", "下载"),
    "models_col_fetch_hint": (
        "Size of its files, at two bytes a weight; some checkpoints are stored at twice that",
        "文件大小,按每参数两字节计;部分模型为其两倍",
    ),
    "models_col_size": ("memory", "内存"),
    "models_col_size_hint": ("What must be free to caption and record a picture", "描述并记录一张图片所需的空闲内存"),
    "models_col_speed": ("speed", "速度"),
    "models_col_speed_hint": (
        "Estimated from how fast this machine reads weights; the picture and the prompt take their time before",
        "按本机读取权重的速度估计;图片与提示词另需时间",
    ),
    "models_seconds": ("≈ {value} / token", "≈ {value} / 词元"),
    "models_looking": ("Looking for it…", "正在查找…"),
    "models_about": ("about {size}", "约 {size}"),
    "models_too_large": ("needs {needed}, {room} free", "需要 {needed},可用 {room}"),
    "models_offline": ("not on this machine, and offline", "不在本机,且处于离线状态"),
    "models_use": ("Use this model", "使用此模型"),
    "models_halt": ("Stop loading", "停止载入"),
    "models_again": ("Try again", "重试"),
    "to_inputs": ("Inputs", "输入"),
    "run_list": ("Showing", "当前显示"),
    "no_runs": ("no runs yet", "还没有运行"),
    "compare": ("Compare with", "对比"),
    "compare_none": ("nothing", "无"),
    "compare_methods": ("Same picture and seed, decoded with", "同一图片与种子,解码方式"),
    "compare_runs": (
        "Any other run: another model, prompt, picture or seed",
        "任意其他运行:不同模型、提示词、图片或种子",
    ),
    "compare_token": ("another token of this run", "本次运行的另一个词"),
    "compare_token_hint": (
        "Holds the selected token; then choose another (key t, Esc lets go)",
        "固定所选的词,然后选择另一个(t 键,Esc 松开)",
    ),
    "compare_held": ("token {word}", "词 {word}"),
    "compare_all": ("the decodings chosen beside Run, in a table", "“运行”旁所选的各种解码，列表对比"),
    "compare_all_hint": (
        "One after the other, of this run's picture, prompt and seed; Stop ends it",
        "对本次运行的图片、提示词与种子依次进行；可停止",
    ),
    "compare_no_runs": ("No other run yet in this visit.", "本次访问还没有其他运行。"),
    "runs_title": ("Runs of this visit", "本次访问的运行"),
    "runs_note": (
        "Pinned runs stay for the visit and stand first; others may give way when memory is full.",
        "固定的运行在本次访问中保留并排在最前;内存满时其他运行可能被移除。",
    ),
    "runs_example": ("On the screen: the ready example “{name}”.", "当前显示:现成示例“{name}”。"),
    "runs_untitled": ("(no words)", "(无文字)"),
    "runs_seed": ("seed {n}", "种子 {n}"),
    "runs_tokens": ("{n} tokens", "{n} 个词"),
    "runs_pin": ("Pin", "固定"),
    "runs_unpin": ("Unpin", "取消固定"),
    "runs_rename": ("Rename", "重命名"),
    "runs_delete": ("Delete", "删除"),
    "decodings_run": ("All decodings", "全部解码"),
    "decodings_run_hint": (
        "This picture, prompt and seed, decoded in every chosen way, one after the other, as one table",
        "对此图片、提示词与种子，依次用所选的每种方式解码，并列成一张表",
    ),
    "decodings_choose": ("{n} chosen", "已选 {n} 种"),
    "decodings_choose_hint": ("Which decodings the table has", "选择表中的解码方式"),
    "decodings_paper": ("The paper's own", "论文自身的方法"),
    "decodings_others": ("Other decoders of its Table 1", "论文表 1 中的其他解码"),
    "decodings_others_note": (
        "Most take about twice as long as plain decoding, beam search a few times, OPERA more than ten times.",
        "多数约为普通解码的两倍时间，束搜索为数倍,OPERA 超过十倍。",
    ),
    "decodings_four": ("these four", "这四种"),
    "decodings_all": ("every one", "全选"),
    "methods_title": ("Decodings of one picture", "同一图片的多种解码"),
    "methods_running": ("one after the other; Stop ends it", "依次进行;可停止"),
    "methods_done": ("{n} of {m} are there; choose two", "已有 {n} / {m}；请选择两个"),
    "methods_open": ("Open side by side", "并排打开"),
    "methods_first": ("left", "左"),
    "methods_second": ("right", "右"),
    "methods_method": ("decoding", "解码"),
    "methods_caption": ("caption", "描述"),
    "methods_changed": ("changed words", "改变的词"),
    "methods_changed_hint": (
        "Words with a token that plain decoding did not write, of all words",
        "含有普通解码未写出的词元的词数 / 总词数",
    ),
    "methods_time": ("time", "用时"),
    "methods_time_hint": (
        "Seconds of the model for the whole caption; an example's ready run took its time elsewhere",
        "模型生成整段描述的秒数；示例的现成运行是在别处计时的",
    ),
    "methods_seconds": ("{n} s", "{n} 秒"),
    "methods_judged_right": ("marked right", "标为正确"),
    "methods_judged_hallucinated": ("marked hallucinated", "标为幻觉"),
    "methods_new": ("not in plain decoding", "普通解码中没有"),
    "methods_score": ("mean score", "平均得分"),
    "methods_score_hint": ("Mean of Eq. 6 over all words that have a score", "所有有得分的词的式 6 均值"),
    "methods_rejected": ("rejected", "拒绝"),
    "methods_rejected_hint": ("Candidates SGRS turned down", "SGRS 拒绝的候选词数"),
    "methods_hallucinated": ("hallucinated of marked", "幻觉 / 已标记"),
    "methods_hallucinated_hint": (
        "Words marked hallucinated, of all marked words; known on example scenes, or by your marks",
        "在所有被标记的词中标为幻觉的个数;示例场景已知,或由你标记",
    ),
    "methods_at": ("writing… {n} of at most {m}", "正在生成… {n} / 最多 {m}"),
    "methods_searching": ("searching… {n} of at most {m}", "正在搜索… {n} / 最多 {m}"),
    "methods_waits": ("waits", "等待"),
    "methods_unmade": ("not made", "未生成"),
    "method_plain": ("plain decoding", "普通解码"),
    "method_sgrs": ("SGRS", "SGRS"),
    "method_locore": ("LocoRE", "LocoRE"),
    "method_both": ("SGRS + LocoRE", "SGRS + LocoRE"),
    "skip": ("Skip to the caption", "跳到描述"),
    "swap": ("swap the two", "交换两者"),
    "runs_opened": ("On the screen: “{name}”, not of this visit.", "当前显示:“{name}”,不属于本次访问。"),
    "copy_link": ("Copy link", "复制链接"),
    "copied": ("Link copied", "链接已复制"),
    "copied_short": (
        "Link copied. The prompt is too long for an address, so the link works only while this server keeps the run. "
        "To keep it for good, export the trace.",
        "链接已复制。提示词过长,无法放入链接,因此只在服务器保留该运行期间有效。若要长期保存,请导出轨迹。",
    ),
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
    "figure_layers": ("saliency of every layer on the image", "图像上每一层的显著性"),
    "figure_layers_attention": ("attention of every layer on the image", "图像上每一层的注意力"),
    "figure_outputs": ("among the words written (Fig. 1)", "词与词之间(图 1)"),
    "figure_distance": ("over distance back (Fig. 2)", "随距离变化(图 2)"),
    "figure_compare": ("both runs or tokens, and their difference (Fig. 3)", "两次运行及差异(图 3)"),
    "figure_text": ("all text (Fig. 6)", "全部文本(图 6)"),
    "figure_grid": ("saliency of every layer among the words (Fig. 13)", "词间每一层的显著性(图 13)"),
    "figure_grid_attention": ("attention of every layer among the words", "词间每一层的注意力"),
    "figure_scores": ("score and threshold", "得分与阈值"),
    "export_film": ("Film", "影片"),
    "film_both": ("attention | saliency", "注意力 | 显著性"),
    "film_saliency": ("saliency", "显著性"),
    "film_attention": ("attention", "注意力"),
    "film_all": ("all pictures or frames", "所有图片或帧"),
    "film_most": ("each word's most looked-at one", "每个词最关注的一张"),
    "filming": ("Making the film… {percent} %", "正在制作影片… {percent} %"),
    "open_trace": ("Open a saved trace…", "打开已保存的轨迹…"),
    "open_trace_second": ("Open a saved trace beside it…", "在旁边打开轨迹…"),
    "exporting": ("Preparing the file…", "正在准备文件…"),
    "theme": ("Light or dark", "浅色或深色"),
    "language": ("中文", "English"),
    "language_title": ("This page in Chinese · 使用中文", "使用英文 · This page in English"),
    "help": ("Keyboard and help", "键盘与帮助"),
    "keys_page": ("On the whole page", "整个页面"),
    "keys_menu": ("In a menu", "菜单中"),
    "keys_media": ("On the pictures to caption", "待描述的图片上"),
    "key_run": ("run", "运行"),
    "key_help": ("help", "帮助"),
    "key_close": ("close what is open: help, tour or menu", "关闭打开的帮助、导览或菜单"),
    "keys_runs": ("In the run list", "在运行列表中"),
    "key_runs_pin": ("pin or unpin the run", "固定或取消固定该运行"),
    "key_runs_rename": ("rename it", "重命名"),
    "key_runs_delete": ("delete it", "删除"),
    "key_menu": ("the entry before, after", "上一项、下一项"),
    "key_media_step": ("the picture before, after", "上一张、下一张"),
    "key_media_move": ("move the picture", "移动图片"),
    "key_media_remove": ("remove the picture", "移除图片"),
    # tour
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
    # left column
    "image": ("Image", "图片"),
    "media_drop": ("Drop, paste or choose images or a video", "拖入、粘贴或选择图片或视频"),
    "media_hint": ("one picture, several in order, or one video", "一张图片、按顺序的多张图片,或一段视频"),
    "media_add": ("Add pictures", "添加图片"),
    "media_remove": ("Remove", "移除"),
    "media_remove_all": ("Remove all", "全部移除"),
    "media_replace": ("Choose others", "另选"),
    "media_earlier": ("Move it forward", "前移"),
    "media_later": ("Move it back", "后移"),
    "media_uploading": ("Uploading…", "正在上传…"),
    "media_reading": ("Reading…", "正在读取…"),
    "media_one": ("The picture to caption", "待描述的图片"),
    "media_part": ("The model sees what is inside the frame.", "模型只看到框内的部分。"),
    "media_item": (
        "Picture {n} of {count}, {width} × {height}. Alt with an arrow moves it, Delete removes it.",
        "第 {n} 张,共 {count} 张,{width} × {height}。Alt 加方向键移动,Delete 移除。",
    ),
    "media_frame": ("Frame at {time} s", "{time} 秒处的帧"),
    "media_video": ("{duration} s, {all} frames; {count} are looked at", "{duration} 秒,{all} 帧;取其中 {count} 帧"),
    "media_run": ("As the run shown was given it ({count})", "与所示运行的输入相同({count})"),
    "media_frames": ("frames", "帧数"),
    "media_mixed": (
        "Choose pictures, or one video, but not both at once.",
        "请选择图片或一段视频,不能同时选择两者。",
    ),
    "media_large": (
        "{name} must be at most {limit} MB here. Got {size} MB. Reduce it first.",
        "{name} 在此不得超过 {limit} MB,实际为 {size} MB。请先缩小。",
    ),
    "media_lost": ("{name} could not be uploaded. Try again.", "{name} 上传失败。请重试。"),
    "media_unknown": (
        "There is no file in what was dropped or pasted. Drop pictures or a video.",
        "拖入或粘贴的内容中没有文件。请拖入图片或视频。",
    ),
    "takes_one": (
        "This model looks at one picture at a time. These take several: {families}. Choose one of them above, or leave "
        "one picture.",
        "该模型一次只看一张图片。可看多张的有:{families}。请在上方选择其一,或只留一张图片。",
    ),
    "takes_no_video": (
        "This model takes no video. These do: {families}. Choose one of them above, or show it a picture.",
        "该模型不支持视频。支持的有:{families}。请在上方选择其一,或使用图片。",
    ),
    "seen_pictures": (
        "The model saw {count} pictures, as {tokens} tokens.",
        "模型看到 {count} 张图片,{tokens} 个词元。",
    ),
    "seen_frames": ("The model saw {count} frames, as {tokens} tokens.", "模型看到 {count} 帧,{tokens} 个词元。"),
    "examples": ("Examples", "示例"),
    "more_examples": ("Show {n} more examples", "再显示 {n} 个示例"),
    "prompt": ("Prompt", "提示词"),
    "system": ("System prompt", "系统提示词"),
    "system_help": (
        "Read before everything else, where the model's template has a place for one. Empty: none.",
        "在模型模板支持时置于最前;留空则无。",
    ),
    "run": ("Run", "运行"),
    "stop": ("Stop", "停止"),
    "demo_note": (
        "The demo model knows small drawn scenes only. Photographs are outside its world.",
        "演示模型只认识简单的绘制场景;照片不在它的世界里。",
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
    # states
    "status_loading": ("loading…", "正在载入…"),
    "status_waiting": ("waits for its turn…", "等待载入…"),
    "status_looking": ("looking for it…", "正在查找…"),
    "status_download": ("downloading {done} of {total}", "正在下载 {done} / {total}"),
    "status_weights": ("reading weights, {share} %", "正在读取权重,{share}%"),
    "status_ready": ("{device}, {dtype}", "{device}，{dtype}"),
    "status_none": ("not loaded", "未载入"),
    "status_unloaded": ("unloaded; the next run loads it", "已卸载,下次运行时载入"),
    "status_failed": ("could not be loaded", "无法载入"),
    "example_no_trace": (
        "This example has no ready trace here. Press Run to caption it.",
        "该示例没有现成的轨迹。按“运行”生成描述。",
    ),
    "stale": (
        "Press Run to caption this. What stands beside it is still of the picture before.",
        "按“运行”为它生成描述。旁边仍是上一张图片的结果。",
    ),
    "queued": ("Waiting for a free place…", "正在排队…"),
    "queued_before": ("Waiting for your turn: {waiting} before you…", "正在排队:前面有 {waiting} 个…"),
    "queued_seconds": (
        "Waiting for your turn: {waiting} before you, about {seconds} s…",
        "正在排队:前面有 {waiting} 个,约 {seconds} 秒…",
    ),
    "queue_full": (
        "The queue is full: {waiting} wait. Nothing was started. Try again in a minute.",
        "队列已满:{waiting} 个在等待。未启动运行,请一分钟后再试。",
    ),
    "queue_full_seconds": (
        "The queue is full: {waiting} wait. Nothing was started. Try again in about {seconds} seconds.",
        "队列已满:{waiting} 个在等待。未启动运行,请约 {seconds} 秒后再试。",
    ),
    "server_busy": (
        "The server has too many requests now. Nothing was started. Try again in a minute.",
        "服务器请求过多。未启动运行,请一分钟后再试。",
    ),
    "queue_mine": (
        "{waiting} of yours wait already. Nothing was started. Try again in a minute.",
        "您已有 {waiting} 个在等待。未启动运行,请一分钟后再试。",
    ),
    "queue_mine_seconds": (
        "{waiting} of yours wait already. Nothing was started. Try again in about {seconds} seconds.",
        "您已有 {waiting} 个在等待。未启动运行,请约 {seconds} 秒后再试。",
    ),
    "plan_fits": (
        "About {tokens} tokens of picture and prompt. A run takes {needed}, one token's map {matrix}; {free} free.",
        "图片与提示词约 {tokens} 个词元。运行需 {needed},单词图需 {matrix};可用 {free}。",
    ),
    "plan_tight": (
        "About {tokens} tokens of picture and prompt. A run takes {needed} of {free}; one token's map would need "
        "{matrix}, too much here.",
        "图片与提示词约 {tokens} 个词元。运行需 {needed},可用 {free};单词图需 {matrix},超出可用内存。",
    ),
    "plan_too_large": (
        "About {tokens} tokens of picture and prompt: a run needs {needed}, {free} free. To make it fit: {advice}",
        "图片与提示词约 {tokens} 个词元:运行需 {needed},可用仅 {free}。可尝试:{advice}",
    ),
    "running": ("Captioning…", "正在生成描述…"),
    "waiting_model": ("Waiting for the model…", "等待模型载入…"),
    "stopped_waiting": ("Stopped before its turn. Nothing was run.", "已在轮到之前停止,未运行。"),
    "waiting_model_seconds": ("Waiting for {model}, {seconds} s so far…", "等待 {model} 载入,已 {seconds} 秒…"),
    "slow_load": ("{model} takes long to load: {seconds} s so far.", "{model} 载入较慢,已 {seconds} 秒。"),
    "back_to_demo": ("Back to the demo model", "返回演示模型"),
    "status_seconds": ("{text} · {seconds} s", "{text} · {seconds} 秒"),
    "photo_banner": (
        "The demo model knows small drawn scenes only, and this picture is none of them. For photographs: {model} "
        "({figures}).",
        "演示模型只认识小型绘制场景,这张图片不在其中。处理照片可用:{model}({figures})。",
    ),
    "photo_none": (
        "The demo model knows small drawn scenes only, and this picture is none of them. No model for photographs can "
        "be had here: it would have to be downloaded, and this server is offline, or it does not fit into memory.",
        "演示模型只认识小型绘制场景,这张图片不在其中。此处没有可用于照片的模型:需要下载而服务器离线,或内存不足。",
    ),
    "photo_download": ("{size} to download", "下载 {size}"),
    "photo_here": ("on this machine", "已在本机"),
    "photo_memory": ("{size} of memory", "内存 {size}"),
    "photo_use": ("Use it for this picture", "用它描述这张图片"),
    "photo_others": ("Other models", "其他模型"),
    "due_with": ("with {methods}", "使用 {methods}"),
    "due_without": ("without {methods}", "不使用 {methods}"),
    "due_settings": ("with these settings", "使用这些设置"),
    "due_title": ("What is shown was made otherwise: Run makes it anew.", "当前结果由不同设置生成,按“运行”重新生成。"),
    "stopped": ("Stopped. What was written so far is kept.", "已停止,已写出的部分保留。"),
    "reloaded": (
        "This page was loaded again while a caption was being written. Its first {words} tokens are kept; the rest was "
        "not written.",
        "描述生成期间页面被重新载入。已保留前 {words} 个词元,其余未生成。",
    ),
    "reloaded_empty": (
        "This page was loaded again before the first word of a caption was written. Press Run to start it anew.",
        "页面在描述的第一个词写出之前被重新载入。请按“运行”重新开始。",
    ),
    "dismiss": ("Dismiss", "关闭提示"),
    "run_again": ("Run it again", "重新运行"),
    "lost_link": (
        "The run in this link is no longer kept here, and the link does not say how it was made. Open its saved trace, "
        "if you have it.",
        "链接中的运行已不再保存,链接也没有说明它是如何生成的。如果有保存的轨迹文件,请打开它。",
    ),
    "lost_run": (
        "The run in this link is no longer kept here. Its picture, prompt and settings are filled in.",
        "链接中的运行已不再保存。图片、提示词与设置已填好。",
    ),
    "lost_model": (
        "This link's run was made by {model}, which is not offered here. The rest is filled in; another model will "
        "write another caption.",
        "链接中的运行由 {model} 生成,此处没有该模型。其余已填好,但换模型会得到不同的描述。",
    ),
    "lost_partial": (
        "The run in this link is no longer kept here. Part of what made it (a long prompt, tokens chosen by hand, a "
        "conversation) is not in the link, or cannot be read in it: running it again gives another caption. Its saved "
        "trace holds everything.",
        "链接中的运行已不再保存,且链接不含它的全部内容(长提示词、手选词元或对话)或有部分无法读取,重新运行会得到不同的描述。保存的轨迹文件包含全部内容。",
    ),
    "lost_picture": (
        "The run in this link is no longer kept here, and its picture was an upload, which a link cannot hold. Choose "
        "the picture again and press Run: prompt and settings are filled in. Or open the saved trace.",
        "链接中的运行已不再保存,其图片为上传内容,链接无法包含。请重新选择该图片并按“运行”,提示词与设置已填好;也可打开保存的轨迹。",
    ),
    "lost_pictures": (
        "The run in this link is no longer kept here, and its {count} pictures were uploads, which a link cannot hold. "
        "Choose them again and press Run: prompt and settings are filled in. Or open the saved trace.",
        "链接中的运行已不再保存,其 {count} 张图片为上传内容,链接无法包含。请重新选择并按“运行”,提示词与设置已填好;"
        "也可打开保存的轨迹。",
    ),
    "lost_video": (
        "The run in this link is no longer kept here, and its video ({count} frames) was an upload, which a link "
        "cannot hold. Choose it again and press Run: prompt and settings are filled in. Or open the saved trace.",
        "链接中的运行已不再保存,其视频({count} 帧)为上传内容,链接无法包含。请重新选择并按“运行”,提示词与设置已填好;"
        "也可打开保存的轨迹。",
    ),
    "lost_beside": (
        "The run beside this one is no longer kept here. Open its saved trace, if you have it.",
        "旁边的运行已不再保存。如果有保存的轨迹文件,请打开它。",
    ),
    "lost_run_beside": (
        "The run beside this one is no longer kept here, but the link says how it was made.",
        "旁边的运行已不再保存,但链接中有其生成方式。",
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
    return {key: full_width(pair[column]) for key, pair in TEXTS.items()}


def full_width(text: str) -> str:
    """Commas, colons, brackets and their like beside a Chinese sign as Chinese print has them; other text as it is."""
    text = re.sub(rf"\(([^()]*{SIGN}[^()]*)\)|(?<={SIGN})\(([^()]*)\)", lambda m: f"（{m[1] or m[2]}）", text)
    beside = rf"(?<={SIGN})[{HALF}]|[{HALF}](?={SIGN})|(?<=[}}）”])[{HALF}](?= {SIGN})|(?<=）)[{HALF}]"
    return re.sub(rf"({beside}) ?", lambda m: m[1].translate(WIDE), text)


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
