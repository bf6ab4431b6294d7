"""Which columns each blank form has; see `templates`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BlankForm:
    """One kind of sheet: its title, its columns (names of `vocabulary.INPUT`), forms beside it."""

    title: str
    columns: tuple[str, ...]
    beside: tuple[str, ...] = ()


_PLACE = ("street", "community", "point_type", "site")
FORMS = {
    "checklist": BlankForm(
        "检查表",
        (
            *("day", "source", "team", *_PLACE, "item", "result", "deduction", "places"),
            *("description", "responsible", "remark"),
        ),
    ),
    "findings": BlankForm(
        "问题清单",
        (
            *("problem_no", "day", "source", *_PLACE, "item", "description", "places", "deduction"),
            *("lead", "responsible", "assisting", "deadline", "remark"),
        ),
        beside=("visits",),
    ),
    "visits": BlankForm("检查点位", ("day", "source", "team", *_PLACE, "scope", "remark")),
    "plan": BlankForm("督查计划", ("planned_day", "team", *_PLACE, "round", "remark")),
    "units": BlankForm(
        "单位名册",
        (
            *("unit_code", "unit_name", "unit_kind", "parent", "group", "aliases", "population"),
            *("valid_from", "valid_to", "successor", "remark"),
        ),
    ),
    "sites": BlankForm(
        "点位名册", ("site", "point_type", "street", "community", "aliases", "remark")
    ),
    "rectification": BlankForm(
        "整改反馈",
        (
            *("problem_no", "subject", "site", "description", "measure", "rectified", "finished"),
            *("contact", "phone", "photo_after", "remark"),
        ),
    ),
    "moves": BlankForm(
        "整改流转表",
        (
            *("problem_no", "move_act", "moved_on", "handler", "subject", "deadline"),
            *("move_reason", "approved_by", "check_way", "look_result", "until_day"),
            *("document_no", "measure", "remark"),
        ),
    ),
    "document": BlankForm(
        "台账材料",
        (
            *("project", "indicator", "requirement", "lead", "responsible", "contact", "phone"),
            *("due", "handed_in", "review", "document_state", "document_id", "document_no"),
            *("formed_on", "word_count", "picture_size", "secrecy_check", "remark"),
        ),
    ),
    "duty": BlankForm(
        "责任分解",
        (
            *(
                "project",
                "indicator",
                "content",
                "standard",
                "method",
                "point_type",
                "site",
                "task",
            ),
            *("leader", "lead", "responsible", "assisting", "chief", "contact", "phone", "period"),
            *("due", "progress", "remark"),
        ),
    ),
    "external": BlankForm(
        "上级测评",
        ("subject", "period", "test", "group", "total", "printed_rank", "printed_change", "remark"),
    ),
    "metric": BlankForm(
        "量化指标",
        (
            *("subject", "indicator", "period", "value", "scale", "numerator", "denominator"),
            *("target", "remark"),
        ),
    ),
    "negative": BlankForm(
        "负面清单核查",
        (
            *("subject", "period", "barred_item", "barred_result", "barred_evidence"),
            *("barred_checker", "remark"),
        ),
    ),
    "adverts": BlankForm(
        "公益广告",
        (
            *("subject", "site", "point_type", "period", "ad_length", "ad_count", "ad_damaged"),
            *("ad_required", "remark"),
        ),
    ),
    "campaign": BlankForm(
        "专项行动",
        (
            *("campaign", "task", "phase", "lead", "responsible", "due", "progress", "contact"),
            *("phone", "document_no", "leader", "assisting", "action_measure", "done_standard"),
            *("phase_from", "phase_to", "linked_items", "linked_types", "remark"),
        ),
    ),
    "survey": BlankForm(
        "问卷", ("answer_id", "submitted", "street", "community", "duration", "remark")
    ),
    "counts": BlankForm("问卷计票表", ("street", "period", "returned", "remark")),
    "quota": BlankForm(
        "问卷配额表", ("subject", "period", "people_group", "planned_answers", "remark")
    ),
    "holidays": BlankForm(
        "节假日", ("off_from", "off_to", "arrangement", "holiday", "document_no", "remark")
    ),
    "adjustment": BlankForm(
        "加减分表",
        (
            *("subject", "adjusted_on", "adjustment_type", "adjusted_points", "reason"),
            *("document_no", "remark"),
        ),
    ),
}
