"""Texts of the inputs: image, prompt, examples: (English, Chinese) by key."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
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
}
