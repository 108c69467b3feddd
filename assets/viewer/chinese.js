// The viewer's sentences in Chinese; what is missing stays English.
(function (SV) {
  "use strict";

  SV.languages = SV.languages || { en: {} };
  SV.languages.zh = {
    attention: "注意力", saliency: "显著性", image: "图像", prompt: "提示", template: "模板", "words before": "先前的词", output: "输出", system: "系统", token: "词元",
    Caption: "描述", score: "得分", entropy: "熵", rejected: "拒绝", truth: "真值", right: "正确", hallucinated: "幻觉", tokens: "词元", Layer: "层", layer: "层", scale: "刻度", colours: "色图",
    select: "选择", word: "词", sentence: "句", opacity: "不透明度", "hide sinks": "隐藏汇聚词元", "reveal truth": "显示真值", all: "全部", "mean of target": "目标层均值", "target layer": "目标层",
    "locked: these layers": "锁定：所选层", "locked: every layer": "锁定：所有层", "this token only": "仅此词元", linear: "线性", "linear to 99 %": "线性至 99 %", "linear to the top": "线性至最大", log: "对数",
    "row l2 (Eq. 5)": "行 l2（式 5）", raw: "原始", share: "份额", first: "第一", second: "第二", "second − first": "第二 − 第一", compare: "比较", example: "示例", View: "视图",
    Candidates: "候选", "All layers": "所有层", "Words × words": "词 × 词", "Over the caption": "沿描述", Heads: "注意力头", "One token's map": "单词元图", Marks: "标记", Data: "数据", "Layers × keys": "层 × 键", "image as": "图像作为",
    "largest patch": "最大图块", "sum of patches": "图块之和", "every patch": "每个图块", "left out": "略去", "Σ image": "Σ 图像", show: "显示", over: "范围", outputs: "输出", "prompt and outputs": "提示与输出",
    "saliency − attention (shares)": "显著性 − 注意力（份额）", accepted: "接受", "not tried": "未尝试", fallback: "回退", verdict: "判定", drawn: "抽取次序", "force this here": "在此强制选用", position: "位置", part: "部分", patch: "图块",
    "copy CSV": "复制 CSV", "save CSV": "保存 CSV", copied: "已复制", note: "备注", mark: "标记", close: "关闭", "Keys and meanings": "按键与含义", distance: "距离", "not reached": "不可及", "not observed yet": "尚未观测",
    "unpin (Esc)": "取消固定 (Esc)", "regenerate from here": "从此处重新生成", "what if attention to them were": "若对它们的注意力变为", "mean over heads": "各头均值", "unit l2 norm per row": "每行 l2 归一", "share of the row": "占该行份额",
    "score S, Eq. 6": "得分 S（式 6）", "drawn on the pins": "取自固定处", "No token yet": "尚无词元", "{n} tokens": "{n} 个词元", "token {i}": "词元 {i}", "patch {n}": "图块 {n}", "position {p}": "位置 {p}", "layer {n}": "第 {n} 层", "rank {n}": "第 {n} 位",
    "mean of all {n} layers": "全部 {n} 层均值", "mean of target layers {r}": "目标层 {r} 均值", "{n} patches": "{n} 个图块", "{n} words": "{n} 个词", "⟨end⟩": "⟨结束⟩", "image, {n} tokens: Σ {v}": "图像，{n} 个词元：Σ {v}",
    "The caption appears here, a button per token. Choose an example or run the model.": "描述将显示在此，每个词元一个按钮。请选择示例或运行模型。",
    "grey: template and sink tokens, outside the scale": "灰色：模板与汇聚词元，不计入刻度", "{n} template and sink tokens hidden: {v} of this row": "已隐藏 {n} 个模板与汇聚词元：占此行 {v}",
    "locked over the run, every layer": "在整次运行的所有层上锁定", "locked over the run, these layers": "在整次运行的所选层上锁定", "this token only: does not compare between tokens": "仅此词元：不可在词元间比较",
    "click a row to choose its layer; drag to zoom, double-click to return": "点击一行选择该层；拖动放大，双击还原",
    "Reverse look-up: colours show how much {k} each output drew from {w}, {l}.": "反向查找：颜色表示各输出从 {w} 取得多少{k}，{l}。",
    "the picture, as the model sees it": "模型所见的图像", "the prompt and the words written before appear here": "提示与先前写出的词将显示在此",
    "{n} candidates rejected": "拒绝了 {n} 个候选", "fallback: no candidate reached tau": "回退：没有候选达到 tau",
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
