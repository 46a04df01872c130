"""What each key of an agreement is called where two versions are compared, in both languages.

``*`` stands for an id, a day or the name of a parameter, and ``{}`` for the same in the label.
The order of the keys is the order in which their changes are shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from unipact.agreement.engine.difference.results import Kind, Path, SectionId
from unipact.agreement.engine.labels import EFFORTS, ROLES
from unipact.agreement.engine.terms import Text

SECTIONS: Mapping[SectionId, Text] = {
    "terms": Text("Terms and governance", "基本条款与治理"),
    "status": Text("Rules for the status", "状况判定规则"),
    "principle": Text("Principles", "原则"),
    "party": Text("Parties", "当事方"),
    "field": Text("Fields and flows", "领域与通道"),
    "commitment": Text("Commitments", "承诺"),
    "contribution": Text("Contributions", "投入"),
    "benefit": Text("Benefits", "收益"),
    "renewal": Text("Renewal", "续期"),
    "exit": Text("Exits", "退出条款"),
}

_Entry = tuple[Kind, str, str]
_OF_KEYS: Mapping[str, _Entry] = {
    # The top of the file, the term and the governance.
    "version": ("whole", "Version", "版本"),
    "previous": ("reference", "Hash of the version before", "前一版本的哈希"),
    "id": ("reference", "Id", "标识"),
    "party": ("ids", "Party", "当事方"),
    "field": ("ids", "Field", "领域"),
    "role": ("choice", "Role", "角色"),
    "kind": ("choice", "Kind", "类别"),
    "effort": ("choice", "Effort", "工作方向"),
    "owed_by": ("ids", "Owed by", "义务方"),
    "owed_to": ("ids", "Owed to", "权利方"),
    "owner.party": ("ids", "Looked after by", "负责方"),
    "owner.role": ("choice", "Role of the owner", "负责岗位"),
    "title": ("text", "Title", "名称"),
    "name": ("text", "Name", "名称"),
    "summary": ("text", "Summary", "宗旨"),
    "illustration": ("text", "Note that this is no contract", "示例说明"),
    "text": ("text", "Text", "条文"),
    "zone": ("reference", "Time zone", "时区"),
    "signed_on": ("day", "Signed on", "签署日期"),
    "term.from": ("day", "Term: first day", "协议期：起始日"),
    "term.until": ("day", "Term: first day after it", "协议期：结束后首日"),
    "governance.propose": ("ids", "Who may propose a change", "可提出变更的当事方"),
    "governance.consent": ("ids", "Whose consent a change needs", "变更须经其同意的当事方"),
    "governance.steering_committee_months": (
        "whole",
        "Months between meetings of the steering committee",
        "指导委员会会议间隔（月）",
    ),
    "governance.on_silence": ("choice", "What silence does to a proposal", "提案无人答复时"),
    "governance.silence_days": ("whole", "Days of silence", "无人答复的天数"),
    "governance.review_days": (
        "whole",
        "Days after which evidence counts as unreviewed",
        "证据逾期未审阅的天数",
    ),
    # The rules of the status.
    "level": ("decimal", "Level of every interval", "区间的置信水平"),
    "on_track_from": ("decimal", "On track from this chance", "进展正常的可能性下限"),
    "off_track_below": ("decimal", "Off track below this chance", "偏离目标的可能性上限"),
    "least_elapsed": ("decimal", "No forecast before this share", "开始预测的时期比例"),
    "partly_from": ("decimal", "Partly met from this share", "部分达成的比例下限"),
    "least_coverage": ("decimal", "Least share measured", "测得比例下限"),
    # Parties and fields.
    "legal_id.scheme": ("reference", "Public register", "登记体系"),
    "legal_id.value": ("reference", "Number in the register", "登记号码"),
    "key": ("reference", "Key of the consents", "表示同意的密钥"),
    "app": ("reference", "App that supplies the facts", "提供事实的应用"),
    # Commitments, contributions and benefits.
    "metric": ("reference", "Metric", "指标"),
    "where.*": ("reference", "Parameter {}", "参数 {}"),
    "amount": ("decimal", "Amount", "数额"),
    "unit": ("choice", "Unit", "单位"),
    "direction": ("choice", "Direction", "方向"),
    "baseline.from": ("day", "Baseline: first day", "基准：起始日"),
    "baseline.until": ("day", "Baseline: first day after it", "基准：结束后首日"),
    "baseline.value": ("decimal", "Baseline: value", "基准：数值"),
    "baseline.source": ("text", "Baseline: source", "基准：来源"),
    "targets.*": ("entry", "Target {}", "目标 {}"),
    "targets.*.from": ("day", "Target {}: first day", "目标 {}：起始日"),
    "targets.*.until": ("day", "Target {}: first day after it", "目标 {}：结束后首日"),
    "targets.*.due": ("day", "Target {}: day of judgement", "目标 {}：判定日"),
    "targets.*.value": ("decimal", "Target {}", "目标 {}"),
    "milestones.*": ("entry", "Milestone {}", "里程碑 {}"),
    "milestones.*.title": ("text", "Milestone {}: title", "里程碑 {}：名称"),
    "milestones.*.due": ("day", "Milestone {}: due", "里程碑 {}：到期日"),
    "milestones.*.weight": ("whole", "Milestone {}: weight", "里程碑 {}：权重"),
    "milestones.*.value": ("decimal", "Milestone {}: value", "里程碑 {}：数值"),
    "schedule.*": ("entry", "Instalment of {}", "{} 分期"),
    "schedule.*.amount": ("decimal", "Instalment of {}", "{} 分期"),
    "valuations.*": ("entry", "Valuation by {}", "估值（{}）"),
    "valuations.*.amount": ("decimal", "Valuation by {}: amount", "估值（{}）：金额"),
    "valuations.*.currency": ("reference", "Valuation by {}: currency", "估值（{}）：货币"),
    # How the agreement goes on and ends.
    "months": ("whole", "Months of each renewal", "每次续期的月数"),
    "most": ("whole", "Most renewals", "续期次数上限"),
    "may": ("ids", "Who may end the agreement", "可终止协议的当事方"),
    "notice_days": ("whole", "Days of notice", "提前通知的天数"),
}
_RANKS = {key: number for number, key in enumerate(_OF_KEYS)}
NESTED = ("targets", "milestones", "schedule", "valuations", "where")
"""The keys whose entries are told apart by an id, a day, a party or a name."""

_LANGUAGES = {"en": Text("English", "英文"), "zh": Text("Chinese", "中文")}

CHOICES: Mapping[str, Mapping[str, Text]] = {
    "effort": EFFORTS,
    "role": ROLES,
    "direction": {
        "at_least": Text("at least", "不低于"),
        "at_most": Text("at most", "不高于"),
    },
    "on_silence": {
        "lapse": Text("the proposal lapses", "提案失效"),
        "escalate": Text("it goes to the steering committee", "提交指导委员会"),
    },
    "kind": {
        "field": Text("field", "领域"),
        "flow": Text("flow", "双向通道"),
        "money": Text("money", "资金"),
        "people": Text("people", "人员"),
        "equipment": Text("equipment", "设备"),
        "data": Text("data", "数据"),
        "licence": Text("licences", "许可"),
    },
    "owner.role": {
        "cooperation-officer": Text("cooperation officer", "合作专员"),
        "steering-committee-chair": Text("chair of the steering committee", "指导委员会主席"),
        "programme-lead": Text("programme lead", "专业负责人"),
        "education-lead": Text("education lead", "教育负责人"),
        "principal-investigator": Text("principal investigator", "课题负责人"),
        "laboratory-lead": Text("laboratory lead", "实验室负责人"),
        "energy-manager": Text("energy manager", "能源管理员"),
        "facilities-lead": Text("facilities lead", "设施负责人"),
        "data-steward": Text("data steward", "数据管理员"),
        "ethics-lead": Text("ethics lead", "伦理负责人"),
        "recruitment-lead": Text("recruitment lead", "招聘负责人"),
        "transfer-officer": Text("technology transfer officer", "技术转移专员"),
    },
}


def pattern_of(path: Path) -> str:
    """The path with ``*`` for an id: ``("targets", "y1", "value")`` → ``targets.*.value``."""
    starred = [path[0], "*", *path[2:]] if len(path) > 1 and path[0] in NESTED else path
    return ".".join(starred)


def kind_of(path: Path) -> Kind:
    """The kind of the value at a path; a key without an entry is a plain ``reference``."""
    entry = _OF_KEYS.get(pattern_of(path)) or _OF_KEYS.get(pattern_of(path[:-1]))
    return entry[0] if entry else "reference"


def label_of(path: Path, name: Text | None = None) -> Text:
    """What the value at a path is called; ``name`` stands for the id in the path.

    A key that has no entry here is called by its path: no change is ever left out.
    """
    pattern, language = pattern_of(path), _LANGUAGES.get(path[-1])
    entry = _OF_KEYS.get(pattern)
    suffix = Text("", "")
    if entry is None and language is not None:
        entry = _OF_KEYS.get(pattern_of(path[:-1]))
        suffix = Text(f" ({language.en})", f"（{language.zh}）")
    if entry is None:
        return Text(".".join(path), ".".join(path))
    shown = name or Text(path[1], path[1]) if "*" in pattern else Text("", "")
    return Text(
        entry[1].replace("{}", shown.en) + suffix.en,
        entry[2].replace("{}", shown.zh) + suffix.zh,
    )


def rank_of(path: Path) -> int:
    """Where changes at this path are shown; what has no entry comes last."""
    for end in range(len(path), 0, -1):
        rank = _RANKS.get(pattern_of(path[:end]))
        if rank is not None:
            return rank
    return len(_RANKS)
