"""Sixteen workbooks of an invented office that has never heard of our headers, and its second Monday.

Each has titles, headers and names of its own; every number is made up, from the place of a row.
"""

from __future__ import annotations

from datetime import date, timedelta

from tests.builders import xlsx
from wenming_metrics.demo.city import demo_catalogue

MONDAY = date(2026, 11, 23)
"""The day on which the first set comes in; it tells of the week before."""
STREETS = {
    **{"柳河街道": "东城区", "栖霞街道": "东城区", "石桥街道": "东城区"},
    **{"白塔街道": "西城区", "清源镇": "西城区", "梅溪镇": "西城区"},
}
BUREAUS = {"市城市管理局": "城管局", "市住房和城乡建设局": "住建局", "市公安局": "公安局"}
BUREAUS |= {"市市场监督管理局": "市监局", "市教育局": "教育局", "市消防救援支队": "消防支队"}
SITES = {
    "农贸市场": "{0}便民菜市",
    "居民小区": "{0}新苑",
    "主干道": "{0}大道",
    "小街小巷": "{0}后街",
    "中小学": "{0}实验学校",
    "公厕": "{0}公共厕所",
}
"""What the office calls a type of site, and how its sites are called."""
_MOST = 9
"""How many things are looked at in a site."""
TYPES = {"农贸市场": "集贸市场", "居民小区": "小区", "主干道": "主次干道", "小街小巷": "背街小巷"}
TYPES |= {"中小学": "中小学校", "公厕": "室外公共厕所"}
"""What the office's types of sites are called in the catalogue."""


def items_of(kind: str) -> list[str]:
    """List what is looked at in a type of site: things of the catalogue, some worded otherwise."""
    catalogue = demo_catalogue()
    position = catalogue.point_types["name"].tolist().index(TYPES[kind])
    names = catalogue.items["name"][catalogue.applies[:, position]].tolist()[:_MOST]
    return [name.replace("无", "没有", 1) if n % 4 == 2 else name for n, name in enumerate(names)]


FOUND = ("地面有积水和菜叶", "杂物堆放较多", "车辆停放混乱", "墙上贴有小广告", "设施有破损")


def short(street: str) -> str:
    """Give the name by which the office's people call a street."""
    return street.removesuffix("街道").removesuffix("镇")


def site(street: str, kind: str) -> str:
    """Give the site of a type in a street."""
    return SITES[kind].format(short(street))


def communities(street: str) -> list[str]:
    """List the communities of a street."""
    return [f"{short(street)}{number}社区" for number in ("一", "二", "三")]


def _units() -> list[list]:
    rows = [["各镇街、社区基本情况一览"], ["名称", "性质", "属于哪里", "简称", "人口（人）"]]
    rows += [[district, "区", "", "", ""] for district in dict.fromkeys(STREETS.values())]
    for number, (street, district) in enumerate(STREETS.items()):
        kind = "镇" if street.endswith("镇") else "街道"
        rows.append([street, kind, district, short(street), 30000 + 1500 * number])
        rows += [[name, "社区", street, "", ""] for name in communities(street)]
    return rows


def _bureaus() -> list[list]:
    rows = [["市直责任单位名单"], ["名称", "性质", "简称"]]
    return rows + [[name, "部门", f"{alias}、市{alias}"] for name, alias in BUREAUS.items()]


def _site_list() -> list[list]:
    rows = [["创建点位底册"], ["序号", "哪个镇街", "哪个社区", "哪一类", "点位叫什么", "备注"]]
    places = [(street, kind) for street in STREETS for kind in SITES]
    return rows + [
        [number, street, communities(street)[number % 3], kind, site(street, kind), ""]
        for number, (street, kind) in enumerate(places, 1)
    ]


def _plan(monday: date) -> list[list]:
    rows = [["本周拟看点位安排"], ["哪天去", "哪个组", "到哪个镇街", "点位哪一类", "去看哪里"]]
    return rows + [
        [
            monday + timedelta(1 + number % 4),
            f"督查{'一二三'[number % 3]}组",
            street,
            kind,
            site(street, kind),
        ]
        for number, (street, kind) in enumerate((s, k) for s in STREETS for k in list(SITES)[:3])
    ]


def _scores(group: int, monday: date) -> list[list]:
    """Give one team's week: three types of sites in every street, each with its items."""
    team = "一二三"[group]
    rows = [
        [f"督查{team}组现场打分情况（{monday - timedelta(7):%Y年%m月%d日}起一周）"],
        [
            "查看时日",
            "镇街",
            "去的地方",
            "地方属哪类",
            "看的内容",
            "行不行",
            "罚掉的分",
            "情况说明",
        ],
    ]
    for number, street in enumerate(STREETS):
        for kind in list(SITES)[2 * group : 2 * group + 2]:
            for position, item in enumerate(items_of(kind)):
                is_bad = (number + position + group) % 4 == 0
                day = monday - timedelta(7 - (number + group) % 5)
                written = (
                    short(street) + "街办" if number == 0 and street.endswith("街道") else street
                )
                text = FOUND[(number + position) % len(FOUND)] if is_bad else ""
                verdict = "未达标" if is_bad else "达标"
                lost = 0.5 if is_bad else 0
                place = [site(street, kind), kind, item]
                rows.append([day, written, *place, verdict, lost, text])
    return rows


def _problems(district: str, monday: date) -> list[list]:
    rows = [
        [f"{district}创建办督查问题交办单"],
        [
            "序号",
            "发现日子",
            "镇街",
            "具体位置",
            "属哪类",
            "对应内容",
            "发现的问题",
            "有几处",
            "扣几分",
            "谁来整改",
            "什么时候改完",
        ],
    ]
    streets = [street for street, name in STREETS.items() if name == district]
    for number, (street, kind) in enumerate((s, k) for s in streets for k in list(SITES)[:4]):
        day = monday - timedelta(3 + number % 3)
        item = items_of(kind)[number % _MOST]
        rows.append(
            [
                number + 1,
                day,
                street,
                site(street, kind),
                kind,
                item,
                FOUND[number % 5],
                1 + number % 2,
            ]
            + [0.5, street if number % 2 else "城管局", day + timedelta(5)]
        )
    return rows


def _been_to(district: str, monday: date) -> list[list]:
    """Give where the district's people were: every site of their list of problems, and one more."""
    rows = [[f"{district}创建办去过哪些点位"], ["哪天", "镇街", "具体位置", "属哪类"]]
    streets = [street for street, name in STREETS.items() if name == district]
    places = enumerate((s, k) for s in streets for k in list(SITES)[:4])
    return rows + [
        [monday - timedelta(3 + number % 3), street, site(street, kind), kind]
        for number, (street, kind) in places
    ]


def _sheet_of_schools(monday: date) -> list[list]:
    items = items_of("中小学")[:5]
    rows = [
        [f"学校周边检查打分表（{monday - timedelta(4):%Y年%m月%d日}）"],
        ["序", "镇街", "学校", *(f"{item}（2分）" for item in items), "扣了多少"],
    ]
    for number, street in enumerate(STREETS, 1):
        marks = ["√", "√" if number % 2 else "-1", "√", "√", "√"]
        rows.append([number, street, site(street, "中小学"), *marks, 0 if number % 2 else 1])
    return rows


def _hotline(monday: date) -> list[list]:
    rows = [
        [
            "工单流水",
            "来电时间",
            "反映内容",
            "发生在哪个镇街",
            "具体地址",
            "属哪类",
            "归到哪一项",
            "承办单位",
            "渠道",
        ]
    ]
    return rows + [
        [
            f"GD26{number:05}",
            monday - timedelta(5 - number % 4),
            f"居民反映{FOUND[number % 5]}",
            street,
        ]
        + [site(street, "居民小区"), "居民小区", items_of("居民小区")[number % 3]]
        + [list(BUREAUS)[number % 6], "12345"]
        for number, street in enumerate(STREETS, 1)
    ]


def _replies(monday: date) -> list[list]:
    rows = [["上周交办问题整改回复汇总"]]
    rows.append(["问题单号", "镇街", "点位", "问题", "怎么改的", "改没改好", "哪天改完", "经办人"])
    return rows + [
        [
            f"JB{number:03}",
            street,
            site(street, "主干道"),
            FOUND[number % 5],
            "已组织人员清理",
            "改好了",
        ]
        + [monday - timedelta(2), f"经办{number}"]
        for number, street in enumerate(STREETS, 1)
    ]


def _ranking() -> list[list]:
    rows = [
        ["2026年第三季度第三方模拟测评得分排名"],
        ["第几", "镇街", "实地得分", "问卷得分", "总得分"],
    ]
    return rows + [
        [number, street, 90 - number, 92 - number / 2, 90.5 - number * 0.9]
        for number, street in enumerate(STREETS, 1)
    ]


def _votes() -> list[list]:
    rows = [["2026年第三季度群众满意度计票"]]
    rows.append(["镇街", "收回份数", "非常满意", "比较满意", "一般", "不满意"])
    return rows + [
        [street, 50, 30 - number, 12 + number, 5, 3] for number, street in enumerate(STREETS, 1)
    ]


def _volunteers() -> list[list]:
    rows = [["2026年10月志愿者活跃率统计"], ["镇街", "注册志愿者人数", "活跃人数", "活跃率"]]
    return rows + [
        [street, 2000, 1000 + 40 * number, f"{50 + 2 * number}%"]
        for number, street in enumerate(STREETS, 1)
    ]


def _documents() -> list[list]:
    rows = [["网上申报材料收集进度"]]
    rows.append(["测评内容", "要交什么材料", "谁来提供", "最晚哪天交", "实际哪天交来", "审得怎样"])
    return rows + [
        [
            f"测评内容{number}",
            "工作总结1份、照片3张",
            bureau,
            date(2026, 12, 10),
            date(2026, 11, 18),
            "通过",
        ]
        for number, bureau in enumerate(BUREAUS, 1)
    ]


def first_set() -> dict[str, bytes]:
    """Give the sixteen files of the first morning, by name."""
    tables = {
        "镇街社区一览.xlsx": _units(),
        "市直单位.xlsx": _bureaus(),
        "点位底册.xlsx": _site_list(),
        "三季度排名.xlsx": _ranking(),
        "三季度计票.xlsx": _votes(),
        "志愿者10月.xlsx": _volunteers(),
        "材料进度.xlsx": _documents(),
    }
    return {name: xlsx({"Sheet1": rows}) for name, rows in tables.items()} | _weekly(MONDAY)


def second_set() -> dict[str, bytes]:
    """Give the nine files that come again a week later, in the same forms."""
    return _weekly(MONDAY + timedelta(7))


def _weekly(monday: date) -> dict[str, bytes]:
    tables = {f"{'一二三'[n]}组打分{monday:%m%d}.xlsx": _scores(n, monday) for n in range(3)}
    tables |= {
        f"下周安排{monday:%m%d}.xlsx": _plan(monday),
        f"学校打分{monday:%m%d}.xlsx": _sheet_of_schools(monday),
        f"热线{monday:%m%d}.xlsx": _hotline(monday),
        f"整改回复{monday:%m%d}.xlsx": _replies(monday),
    }
    books = {name: xlsx({"Sheet1": rows}) for name, rows in tables.items()}
    for district in dict.fromkeys(STREETS.values()):
        sheets = {"问题": _problems(district, monday), "去过的点位": _been_to(district, monday)}
        books[f"{district}交办单{monday:%m%d}.xlsx"] = xlsx(sheets)
    return books
