"""Columns with personal data of callers and respondents: never stored, and told.

Contacts of units (联络员, 责任人) are for work and stay; a column counts as personal when its header
speaks of a person's number, address or name and not of a unit's. In tables about units (plans,
registers, records, lists of contacts) a bare 电话 is a unit's: there only what is nobody's at work
counts. Sheets that are not read are looked through as well, for the file is kept whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wenming_metrics.domain.privacy import NUMBERS, WORK
from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import SheetGrid, blank_columns, rows_head
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.values import spell
from wenming_metrics.vocabulary import INPUT, normalise

_PEOPLE = (
    r"^(来电|致电|投诉|举报|诉求|反映|报料|爆料|受访|申请|求助|信访|咨询|报警|报案|监护|当事|回访)(人|者)|^群众(姓名|电话|信息)"
    r"|^(业主|户主|车主|房主|房东|店主|摊主|机主)(姓名|名字|名称|电话|信息)?(\(.*\))?$"
    r"|^(住户|租户|家长|居民|村民|本人|学生|患者)(姓名|名字|电话|信息)(\(.*\))?$"
)
_IDENTITIES = (
    r"身份证|身份号码|证件号|护照号|银行卡|社保卡|医保卡|^id(号|号码|number)$|昵称|openid|unionid"
    r"|^(来自)?ip(地址)?$|(家庭|家庭住|居住|户籍|现居|现住|联系)地址|住址|出生(日期|年月)|^生日$|车牌|^车号$"
)
_LATIN_PHONE = (
    r"(^|[^a-z])(tel|telephone|phone|phonenumber|mobile|mobilephone|cellphone)([^a-z]|no|$)"
)
_CHATS = (
    r"^(您的|你的|本人)?微信(号|号码|id|昵称|名)?(\(.*\))?$|^qq(号|号码)?$|邮箱|电子邮件|^e-?mail"
)
_NAMES = r"^(市民|群众|答题人|您的|你的|您|受访者|被访者|填写人|填表人)?(姓名|名字|称呼|贵姓|怎么称呼|如何称呼)(\(.*\))?$"
_CALLED = r"手机|电话|联系方式|(来电|回访|致电|联系|号码归属)号码|^来电$"
_PERSONAL = re.compile("|".join([_CALLED, _LATIN_PHONE, _IDENTITIES, _CHATS, _PEOPLE, _NAMES]))
_AT_WORK = re.compile(
    "责任|联络|单位|领导|负责|填报|填表|经办|检查|督查|整改|部门|委员会|服务|办公|值班|监督|公示|网格"
)
_STATISTICS = re.compile(
    r"年龄|性别|学历|文化程度|职业|收入|身份类|类[别型]$|意见|评价|满意|人数|次数|数量|来源|区域|所在|时间|诉求$|内容"
)
"""Headers that begin with a person and ask how many, or what kind of person."""
_ONLY_PRIVATE = re.compile("|".join([_IDENTITIES, _PEOPLE]))
_PHONES = re.compile("|".join([_CALLED, _LATIN_PHONE, _CHATS]))
_PERSON_AT_WORK = re.compile(
    r"(责任|联络|联系|负责|经办|填报|填表|检查|督查|督导|带队|分管|牵头|包保|值班|审核|网格)(人|员|领导|长)"
)
_IDENTIFIER = re.compile(
    r"编号|单号|工单|流水|序号|编码|代码|订单|条码|案卷号|案件号|档案号|文号|设备号|合同号|^no\.?$|^(答卷|记录)?id$|^uuid$"
)
"""Headers of what is counted or named by a number."""
CONTACT_NAMES = frozenset({"contact", "phone", "chief"})
_CONTACTS = re.compile("联络|责任|职务|负责|科室|部门|单位")
"""Headers beside a telephone number that make it one of an office."""
_OF_PEOPLE = re.compile(r"来源详情|用户名|username|微信|geolocation|^_?gps|经纬度|详细地址")
"""Headers of questionnaires besides, that speak of who answered."""
_OPTION = re.compile(r"[\[(【:/_-]([^\[\]()【】]+)[\])】]?$")
_MARKS = frozenset("y n yes no 是 否 √ × ✓ 0 1 true false n/a 选中 未选中 (跳过) (空)".split())
"""A header of one option of a question, and what is written below such a header."""
_SEARCHED, _LONGEST = 30, 20
"""Rows of a sheet that is not read in which headers are looked for; letters of a header."""
_COUNTED = frozenset({"小数", "整数", "日期", "比率"})
"""Types of columns that are read as numbers."""
_KINDS = {reading.CHECKLIST, reading.WIDE, reading.FINDINGS, reading.VISITS, reading.SURVEY, ""}


@dataclass(frozen=True)
class PersonalColumn:
    """A column of a sheet: name and number of the sheet, position, header, Excel's first row."""

    sheet: str
    index: int
    position: int
    header: str
    first_row: int


def find_personal(headers: Sequence[tuple[SheetGrid, Header]]) -> list[PersonalColumn]:
    """Find the columns with personal data among those that no title is known for."""
    personal = []
    for sheet, header in headers:
        known_positions = {position for ats in header.columns.values() for position in ats}
        for position, text in enumerate(header.texts):
            word = normalise(text)
            subjects = {
                "of_units": header.kind not in _KINDS,
                "of_people": header.kind == reading.SURVEY,
            }
            below = sheet.columns[position].values if position < len(sheet.columns) else ()
            if position not in known_positions and is_personal(word, below, **subjects):
                first = sheet.first_row + header.first
                personal.append(PersonalColumn(sheet.name, sheet.index, position, text, first))
    return personal


def find_unread(sheets: Iterable[SheetGrid]) -> Iterator[PersonalColumn]:
    """Find the columns with personal data in sheets that are not read: below the first such header."""
    for sheet in sheets:
        positions: set[int] = set()
        for row, position, word, text, of_units in _headers_of_unread(sheet):
            if position not in positions and is_personal(word, of_units=of_units):
                positions.add(position)
                first = sheet.first_row + row + 1
                yield PersonalColumn(sheet.name, sheet.index, position, text, first)


def _headers_of_unread(sheet: SheetGrid) -> Iterator[tuple[int, int, str, str, bool]]:
    """List what may be headers: row (from 0), position, normalised, as typed, of a table about units."""
    for row, values in enumerate(rows_head(sheet, _SEARCHED)):
        words = [normalise(value) if isinstance(value, str) else "" for value in values]
        if sum(map(bool, words)) < 2:
            continue  # a sentence or a title, no row of headers
        of_units = any(_CONTACTS.search(word) for word in words)
        for position, word in enumerate(words):
            if word and len(word) <= _LONGEST:
                yield row, position, word, str(values[position]), of_units


def uses_of(header: Header) -> dict[int, str]:
    """Give the columns of a table in which numbers are no caller's: WORK or NUMBERS by position."""
    names = {position: name for name, ats in header.columns.items() for position in ats}
    columns = {
        position: (text, names.get(position, "")) for position, text in enumerate(header.texts)
    }
    return uses_of_columns(columns, header.kind)[0]


def uses_of_columns(
    columns: Mapping[int, tuple[str, str]], kind: str
) -> tuple[dict[int, str], set[int]]:
    """Give what columns hold, and the positions of those with people's own data.

    Takes: columns - header as typed and name of the column ("": it is not read) by position; kind - of the table
    """
    of_units, of_people = kind not in _KINDS, kind == reading.SURVEY
    uses, personal = {}, set()
    for position, (text, name) in columns.items():
        word = normalise(text)
        if name in CONTACT_NAMES:
            uses[position] = WORK
        elif name in INPUT and (name.endswith(("_no", "_code")) or INPUT[name].type in _COUNTED):
            uses[position] = NUMBERS
        elif not name and is_personal(word, of_units=of_units, of_people=of_people):
            personal.add(position)
        elif not name and (use := _use(word, of_units=of_units)):
            uses[position] = use
    return uses, personal


def uses_of_unread(sheet: SheetGrid) -> Iterator[tuple[int, str]]:
    """Give the same of a sheet that is not read, by whatever may be its headers."""
    for _, position, word, _, of_units in _headers_of_unread(sheet):
        is_title = not re.search(r"\d", word)
        if is_title and (use := _use(word, of_units=of_units)):
            yield position, use


def _use(word: str, *, of_units: bool) -> str:
    if _PERSON_AT_WORK.search(word):
        return WORK
    if _PHONES.search(word) and not is_personal(word, of_units=of_units):
        return WORK
    return NUMBERS if _IDENTIFIER.search(word) else ""


def is_personal(
    word: str, values: Iterable[object] = (), *, of_units: bool = False, of_people: bool = False
) -> bool:
    """Say whether a (normalised) header speaks of a caller's or respondent's own data.

    Takes: values - of the column, the header among them: where all are marks of an option, as of
           「从哪些渠道了解?[微信公众号]」, they tell nothing of a person; of_units - the table is about units, whose telephone numbers are for work; of_people -
           it holds questionnaires
    """
    if _OPTION.search(word) and _only_marks(word, values):
        return False
    if of_people and _OF_PEOPLE.search(word):
        return True
    pattern = _ONLY_PRIVATE if of_units else _PERSONAL
    return bool(pattern.search(word)) and not (_AT_WORK.search(word) or _STATISTICS.search(word))


def _only_marks(word: str, values: Iterable[object]) -> bool:
    texts = {normalise(spell(value)) for value in values} - {word, ""}
    return bool(texts) and texts <= _MARKS | {_OPTION.search(word)[1]}


def without_personal(sheet: SheetGrid, columns: Sequence[PersonalColumn]) -> SheetGrid:
    """Empty columns in the cells of a sheet as they are kept for drill-through."""
    positions = {column.position for column in columns if column.index == sheet.index}
    if not positions:
        return sheet
    return replace(sheet, blocks=tuple(blank_columns(block, positions) for block in sheet.blocks))
