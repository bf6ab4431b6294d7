"""The Monday workbooks, cell by cell: grids with Excel's row number first, and what is merged."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook

CHECKLIST_NAME = "二组11.13-11.15检查表(最终版).xlsx"
_CHECKLIST = """
1	演示市创建全国文明城市实地督查检查表(农贸市场类)
2	督查组:第二组    检查人:甲、乙    检查时间:2026年11月13日—15日    天气:晴
3	序号	检查日期	所属街道	社区	点位名称	公共环境			公共秩序		公益宣传		消防安全	扣分小计	得分	备注
4						①地面无积水、无垃圾(5分)	②摊位整洁、无出店经营(5分)	③公厕干净无异味(5分)	④非机动车停放有序(5分)	⑤设公平秤(3分)	⑥核心价值观公益广告≥2处(4分)	⑦遵德守礼提示牌(3分)	⑧消防器材在有效期(5分)
5	1	11.13	城东	东风	东风农贸(集贸) 市场	√	×	√	-2	√	√	/	√	7	28	②3处出店
6	2	11.13	河西街道办	桥头社区	桥头菜市场	√	√	扣1分	√	√	-2(只有1处)	√	未查	3	32	灭火器间锁门
7	3	2026/11/14		云山社区	云山综合市场(暂停营业)	—	—	—	—	—	—	—	—			改造中,月底恢复
8	合计				3个点位									10	平均30.00
9	注:√符合,×不符合(该项不得分),“/”不涉及,“—”或空白为未查;写扣分的按实际扣。    检查人签字:
"""
_CHECKLIST_MERGED = (
    "A1:P1 A2:P2 A3:A4 B3:B4 C3:C4 D3:D4 E3:E4 F3:H3 I3:J3 K3:L3 N3:N4 O3:O4 P3:P4 C6:C7 A9:P9"
)
FINDINGS_NAME = "11.15督查问题清单(发各单位).xlsx"
_FINDINGS = """
1	11月15日督查发现问题交办清单(第319期)
2	交办时间:2026年11月15日18:30    整改时限:3个工作日(标★的立行立改)
3	序号	编号	督查时间	来源	街道(镇)	点位类型	点位名称及具体位置	存在问题	处数	测评指标	牵头单位	责任单位	配合单位	扣分	整改时限	现场照片	整改后照片	备注
4	1	DC1115-001	11.15上午9:40	市督查组	城东街道	主次干道	人民路(中山路口至东风路口)	1.非机动车乱停放5辆;2.沿街商铺出店经营2处	7	公共秩序	城东街道	城东街道、城管局	交警二大队	0.7	3个工作日	=DISPIMG("ID_0A1B2C3D4E5F60718293A4B5C6D7E8F9",1)
5	★2		11.15 10:15	第三方	河西街道	小区	桂花苑(无物业)3幢1单元	楼道堆物,飞线充电	2处	消防安全	河西街道	河西街道桥头社区;住建局,消防大队		扣0.5分	立行立改	=DISPIMG("ID_1B2C3D4E5F60718293A4B5C6D7E8F90A",1)		11.8已通报,仍未整改
6	3	DC1115-003	46341.659722	12345转办	云山街道	背街小巷	云山巷17号旁	垃圾清运不及时,有异味	/	公共环境	市环卫处	云山街道		不扣分	11月18日前	见附件3		来电人13800138000要求回复
7	注:请于11月18日17:00前将《整改反馈表》报创建办督查组(联系人:李某 8000000)。
"""
_FINDINGS_MERGED = "A1:R1 A2:R2 A7:R7"
SURVEY_NAME = "312345678_按文本_演示市2026年三季度民意调查_1660_1660.xlsx"
_SURVEY = """
1	序号	提交答卷时间	所用时间	来源	来源详情	来自IP	1、您居住的街道	2、您居住的社区:	3、您的年龄	4、您是否知道我市正在创建全国文明城市?	5、您从哪些渠道了解?	6、近一年您是否参与过创建活动?	7、您对我市创建工作的满意程度	8、(1)环境卫生	8、(2)交通秩序	9、您的意见建议	10、您的手机号(抽奖用)	总分
2	1	2026/9/12 9:31:05	156秒	微信	N/A	192.0.2.15(演示省-演示市)	城东街道	东风社区	36-45岁	知道	电视┋微信公众号┋社区宣传栏	参与过	非常满意	5	4	停车难,希望多划车位	13800138000	0
3	2	2026/9/12 9:31:40	18秒	链接	直接访问	192.0.2.15(演示省-演示市)	城东	东风	26-35岁	知道	微信公众号	参与过	非常满意	5	5	无		0
4	3	2026/9/13 20:02:11	201秒	微信	N/A	198.51.100.7(外省-外市)	其他〖龙潭那边〗	(空)	66岁以上	不太清楚	(跳过)	(空)	说不清	3	(空)			0
"""


def checklist_book() -> bytes:
    """Build file 1: a wide checklist of markets; an empty sheet beside it."""
    return build({"农贸市场": (_CHECKLIST, _CHECKLIST_MERGED), "Sheet3": ("", "")})


def findings_book() -> bytes:
    """Build file 2: a list of problems handed to units."""
    return build({"问题清单": (_FINDINGS, _FINDINGS_MERGED)})


def survey_book(wrong: str = "", right: str = "") -> bytes:
    """Build file 4: questionnaires as a tool exports them, by text; a text in it put right."""
    return build({"Sheet1": (_SURVEY.replace(wrong, right) if wrong else _SURVEY, "")})


def build(sheets: dict[str, tuple[str, str]]) -> bytes:
    """Build a workbook of text cells. Takes: per sheet its grid and its merged ranges."""
    book = Workbook()
    book.remove(book.active)
    for name, (grid, merged) in sheets.items():
        sheet = book.create_sheet(name)
        for row, cells in _lines(grid):
            for column, text in enumerate(cells, start=1):
                if text:
                    cell = sheet.cell(row, column, text.replace("⏎", "\n"))
                    cell.data_type = "s"
        for area in merged.split():
            sheet.merge_cells(area)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _lines(grid: str) -> Sequence[tuple[int, list[str]]]:
    found = (line.split("\t") for line in grid.strip("\n").splitlines() if line)
    return [(int(number), cells) for number, *cells in found]
