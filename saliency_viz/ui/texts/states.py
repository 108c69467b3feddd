"""Texts of what a run goes through, results, refusals: (English, Chinese) by key."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
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
    "server_gone": (
        "The server does not answer. What is shown here stays; press Run when the server is back.",
        "服务器没有回应。此处的内容仍可查看；服务器恢复后请再按“运行”。",
    ),
    "status_seconds": (" · {seconds} s", " · {seconds} 秒"),
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
