"""Words with a fixed order or a fixed meaning, as the store numbers them and as files write them."""

from __future__ import annotations

SOURCES = {
    "city": "市督查组",
    "district": "区督查组",
    "bureau": "局督查组",
    "third_party": "第三方",
    "public": "群众",
    "national": "国测",
    "provincial": "省测",
}
"""Who found it (来源), in the order of their numbers in the store."""
SOURCE_CODES = tuple(SOURCES)
TEST_SOURCES = ("national", "provincial")
"""Tests from above: what they took points for is put right; it makes no score of ours unless the rules say so."""
VISITLESS = ("public", *TEST_SOURCES)
"""Sources that tell what was found, and not what was looked at."""

ROLES = {"territory": "属地", "lead": "牵头", "responsible": "责任", "assisting": "配合"}
"""As what a row names a unit, in the order of their numbers in the store."""
ROLE_CODES = tuple(ROLES)

UNIT_KINDS = {
    "district": "区",
    "street": "街道",
    "community": "社区",
    "department": "部门",
    "section": "二层单位",
}
"""Kinds of unit; towns (镇) count as streets."""

RESULTS = ("符合", "不符合", "不涉及", "未查", "未开门")
"""States of one checked item, in the order of their numbers in the store."""

SEVERITIES = ("", "一般", "较重", "严重")
"""How grave a problem is, in the order of their numbers in the store; 0: the row does not say."""
STATES = ("", "已发现", "未及时整改", "重复", "反弹", "连续通报")
"""What became of a problem, in the order of their numbers in the store; 0: the row does not say."""

WRITTEN, DECIDED = 1, 2
"""Whose the points of a row are: the row writes them itself, or a person decided of them (复核); 0:
its full mark, for want of them."""
ANSWERED = "反馈已整改"
"""What an answer says by which a problem is closed, until somebody has looked."""

ADJUSTMENTS = ("加分", "减分", "一票否决")
"""What a decision does to a score after the tree."""

OPTIONS_SHEET = "选项"
FORM_MARK = "wenming-template"
"""Name of the sheet of our own forms that holds what may be chosen, and the word its first cell
begins with: such a sheet is no part of the data."""
EXAMPLE = "示例，请改成真实内容"
"""Remark on the worked example of a form: while it stands there, the row is no data."""

PARTIES = {"office": "创建办", "unit": "责任单位", "checker": "核查", "paused": "暂停"}
"""Whose time passes while a problem is in a state."""
LOOP_STATES = {
    **{"待核实": "office", "待交办": "office", "待签收": "unit", "整改中": "unit"},
    **{"待核查": "checker", "待销号": "office", "已销号": "", "挂账": "paused"},
    **{"长期整改": "paused", "职责争议": "paused", "不属实": ""},
}
"""States of a problem on its way to 销号, each with the party of PARTIES whose time it is; "": over."""
CHECK_WAYS = ("现场", "图片", "视频")
"""How somebody saw that a problem was put right (核查方式)."""
LOOKS = ("整改到位", "不彻底", "未整改", "虚假整改", "无法核查")
"""What a second look finds (整改复查)."""
REPLIES = ("满意", "基本满意", "不满意", "联系不上")
"""What who reported a problem says when called back (回访)."""
OTHER_SOURCES = ("领导批示", "会议定事项")
"""Where problems come from that no inspection found."""
