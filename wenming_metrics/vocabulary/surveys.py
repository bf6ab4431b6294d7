"""Columns of questionnaires beside the answers: when, where, by whom and how long."""

from __future__ import annotations

from wenming_metrics.vocabulary.column import Column, column

SURVEYS: dict[str, Column] = dict(
    [
        column(
            "submitted",
            "提交时间",
            "日期",
            "",
            "这份问卷是什么时候答的;判断是哪一轮调查",
            "提交答卷时间|答卷时间|答题日期|填写时间|填答时间|访问时间|访问日期|调查时间|调查日期"
            "|提交日期|_submission_time",
        ),
        column(
            "answer_start",
            "开始答题时间",
            "日期",
            "",
            "什么时候开始答的;与结束时间相减得出用时",
            "开始时间|开始填写时间|访问开始时间|start",
        ),
        column(
            "answer_end",
            "结束答题时间",
            "日期",
            "",
            "什么时候答完的;没有提交时间的,按它判断是哪一轮调查",
            "结束时间|完成答题时间|访问结束时间|end",
        ),
        column(
            "duration",
            "所用时间",
            "文字",
            "秒",
            "答完一份用了多久,如 156秒;太快的提示核实",
            "答题时长|作答时长|填写时长|答题用时|用时|访问时长|用时(秒)|答题时长(秒)",
        ),
        column(
            "answer_id",
            "答卷编号",
            "文字",
            "",
            "一份问卷的编号;再次送来的同一份按它认出,不重复计",
            "问卷编号|样本编号|样本号|答卷序号|答题编号|_id|_uuid",
        ),
        column(
            "answer_serial", "问卷序号", "文字", "", "文件里的顺序号", "序号|编号|样本序号|_index"
        ),
        column(
            "interviewer",
            "访问员",
            "文字",
            "",
            "谁访问的;一人全是最好回答的,提示核实",
            "调查员|访员|采访员|访员编号|访问员编号|调查员编号|interviewer|enumerator",
        ),
        column("answer_place", "居住小区", "文字", "", "居住的小区或村组", "小区|小区名称|村组"),
        column(
            "answer_weight",
            "样本权重",
            "小数",
            "",
            "这一份算几份,不写算一份",
            "权重|加权系数|weight",
        ),
        column(
            "returned",
            "回收份数",
            "整数",
            "份",
            "收回的问卷合计",
            "样本量|样本数|有效样本|合计份数",
        ),
        column(
            "planned_answers",
            "计划份数",
            "整数",
            "份",
            "这一轮计划收多少份问卷",
            "配额|样本配额|配额数|计划样本|计划样本量|计划问卷数|应完成份数|应完成样本",
        ),
        column(
            "people_group",
            "人群",
            "文字",
            "",
            "配额是给哪一类人的,照问卷选项的写法,如 18-25岁、男;不写是不分人群",
            "人群类别|配额人群|调查人群|人群分类",
        ),
    ]
)
