/* Streamlit's own widgets speak English only. This puts Chinese for its fixed words, wherever they
   appear and whenever: text of elements, labels for screen readers, tooltips. Text that people typed
   is never touched, because only whole, known phrases are replaced. */
(function () {
  document.documentElement.lang = "zh-CN";
  document.documentElement.setAttribute("translate", "no");
  if (window.chineseWords) return;
  window.chineseWords = true;
  const words = {
    "Upload": "选择文件",
    "Browse files": "选择文件",
    "Browse directories": "选择文件夹",
    "Upload files": "选择文件",
    "Drag and drop file here": "把文件拖到这里",
    "Drag and drop files here": "把文件拖到这里",
    "Choose an option": "请选择",
    "Choose options": "请选择",
    "Select...": "请选择",
    "No results": "没有找到",
    "No options to select": "没有可选的内容",
    "Select all": "全选",
    "Clear": "清除",
    "Clear all": "全部清除",
    "Clear value": "清除",
    "Close": "关闭",
    "Open": "打开",
    "Fullscreen": "全屏",
    "Close fullscreen": "退出全屏",
    "Exit fullscreen": "退出全屏",
    "View fullscreen": "全屏",
    "Search": "查找",
    "Download as CSV": "下载表格",
    "Show/hide columns": "显示或隐藏列",
    "Sort ascending": "从小到大",
    "Sort descending": "从大到小",
    "Format": "格式",
    "Autosize": "合适的列宽",
    "Pin column": "固定此列",
    "Unpin column": "取消固定",
    "Hide column": "隐藏此列",
    "Copy to clipboard": "复制",
    "Copied": "已复制",
    "Clear selection": "取消选择",
    "Select row": "选这一行",
    "empty": "空",
    "Running...": "正在计算",
    "Stop": "停止",
    "Connecting": "正在连接",
    "CONNECTING": "正在连接",
    "Connection error": "连接断开",
    "Loading...": "正在读取",
    "Press Enter to apply": "按回车确认",
    "Next month": "下个月",
    "Previous month": "上个月",
    "Remove file": "移除文件",
    "Delete file": "移除文件",
    "Open navigation": "打开目录",
    "Close sidebar": "收起目录",
    "Open sidebar": "打开目录",
    "Collapse sidebar": "收起目录",
    "Expand sidebar": "打开目录",
    "View more": "更多",
    "View less": "收起",
    "Copy column name": "复制列名",
    "Values": "有内容",
    "Empty": "空白",
    "Distinct": "不同的内容",
    "Minimum": "最小",
    "Maximum": "最大",
    "Median": "中位数",
    "Average": "平均",
    "Sum": "合计",
    "Range": "范围",
    "Standard deviation": "标准差",
    "Minimum length": "最短",
    "Maximum length": "最长",
    "Average length": "平均长度",
    "Based on sample": "按部分行计",
    "No data": "没有数据",
    "No content": "没有内容",
    "Automatic": "自动",
    "Localized": "千位分隔",
    "Plain": "原样",
    "Compact": "简写",
    "Dollar": "美元",
    "Euro": "欧元",
    "Yen": "日元",
    "Percent": "百分比",
    "Scientific": "科学记数",
    "Accounting": "会计",
    "Bytes": "字节",
    "Duration": "时长",
    "Distance": "距今",
    "Calendar": "日历",
    "file upload": "选择文件",
    "Statistics": "统计",
    "Dataframe column menu": "这一列的菜单",
    "Page not found": "没有这一页",
    "Cancel": "取消",
    "Try again": "再试一次",
    "Choose date": "选日期",
    "App pages": "目录",
    "Main menu": "菜单",
    "Sidebar": "目录",
    "Skip to main content": "跳到正文",
    "Toggle fullscreen": "全屏",
    "Scroll tabs right": "向右",
    "Scroll tabs left": "向左",
    "Link to heading": "本节链接",
    "Stop script": "停止",
  };
  const patterns = [
    [/^Is Streamlit still running\?.*$/, () => "网页和软件的连接断了。请确认软件还在运行，然后刷新本页。"],
    [/^The page that you have requested[\s\S]*$/, () => "没有这一页，已转到首页。"],
    [/^Selected Date: .*$/, () => "已选好日期"],
    [/^Choose date, (.+)$/, (all, month) => "选日期：" + month],
    [/^year, (.+)$/, (all, label) => label + "：年"],
    [/^month, (.+)$/, (all, label) => label + "：月"],
    [/^day, (.+)$/, (all, label) => label + "：日"],
    [/^Remove (.+)$/, (all, name) => "移除 " + name],
    [/^Upload (.{4,})$/, (all, name) => "选择文件：" + name],
    [/^(?:Limit )?(\d+)\s*(MB|GB) per file(?: [•·] ?(.*))?$/, (all, n, unit, kinds) => "每个文件不超过 " + n + " " + unit + (kinds ? "，" + kinds.replaceAll(", ", "、") : "")],
    [/^You do not have access to this page or it does not exist.*$/, () => "没有这一页，请从上方目录进入。"],
    [/^You have requested page (.*), but no corresponding file was found.*$/, () => "没有这一页，请从上方目录进入。"],
    [/^File must be (\d+)(?:\.\d+)? ?(B|KB|MB|GB) or smaller\.?$/, (all, n, unit) => "文件超过 " + n + " " + unit + "，请拆开后再传"],
    [/^(.*) files are not allowed\.?$/, (all, kind) => "不能上传 " + kind + " 文件，请另存为 xlsx"],
  ];
  const spoken = ["aria-label", "title", "placeholder", "data-title", "alt"];
  function told(text) {
    const bare = text.trim();
    if (!bare || bare.length > 160) return null;
    if (words[bare]) return text.replace(bare, words[bare]);
    for (const [pattern, say] of patterns) if (pattern.test(bare)) return bare.replace(pattern, say);
    return null;
  }
  function look(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      const found = told(node.nodeValue);
      if (found !== null && found !== node.nodeValue) node.nodeValue = found;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of spoken) {
      const value = node.getAttribute(name);
      const found = value === null ? null : told(value);
      if (found !== null && found !== value) node.setAttribute(name, found);
    }
    for (const child of node.childNodes) look(child);
  }
  look(document.body);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(look);
      else look(change.target);
    }
  }).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: spoken,
  });
})();
