"""A small valid agreement file that tests spoil one place at a time."""

SPECIMEN = """\
format = "unipact-agreement/1"
id = "pact"
version = 1
title.en = "Pact"
title.zh = "协议"
summary.en = "A small pact."
summary.zh = "一份简短的协议。"
zone = "Asia/Shanghai"
signed_on = 2019-06-25

[term]
from = 2019-07-01
until = 2022-07-01

[governance]
propose = ["uni", "firm"]
consent = ["uni", "firm"]
steering_committee_months = 6
on_silence = "lapse"
silence_days = 60

[status]
level = "0.90"
on_track_from = "0.80"
off_track_below = "0.20"
least_elapsed = "0.10"
partly_from = "0.50"
least_coverage = "0.90"

[[principle]]
id = "benefit"
name.en = "Mutual benefit"
name.zh = "互利共赢"

[[party]]
id = "uni"
role = "university"
name.en = "University"
name.zh = "大学"
legal_id.scheme = "ror"
legal_id.value = "013meh722"
key = "usst.example/unipact/consent+444faff7+AWeu8E00e6ctoYvFbGLSLujfkE6YCIaTLT+xzmYd+U0+"

[[party]]
id = "firm"
role = "enterprise"
name.en = "Firm"
name.zh = "公司"
legal_id.scheme = "uscc"
legal_id.value = "914403001922038216"
key = "huawei.example/unipact/consent+39c68206+AXerem08pCr+p61XO/45D+/Vp6ejolr/KnBKBaPXR02E"

[[field]]
id = "campus"
kind = "field"
name.en = "Smart campus"
name.zh = "智慧校园"
app = "campus"

[[commitment]]
id = "energy"
field = "campus"
effort = "smart-campus"
owed_by = ["uni", "firm"]
owed_to = ["uni"]
owner.party = "uni"
owner.role = "energy-manager"
title.en = "Energy saved"
title.zh = "节能"
text.en = "Save energy."
text.zh = "节约能源。"
metric = "campus.energy_savings_share@1"
where.meter = "electricity"
unit = "share"
direction = "at_least"
baseline.from = 2018-07-01
baseline.until = 2019-07-01
targets = [
  { id = "y1", from = 2019-07-01, until = 2020-07-01, due = 2020-06-30, value = "0.03" },
  { id = "y2", from = 2020-07-01, until = 2021-07-01, due = 2021-06-30, value = "0.05" },
]
milestones = [
  { id = "mid", title = { en = "Half", zh = "半" }, due = 2019-12-31, weight = 40, value = "0.01" },
  { id = "end", title = { en = "The end", zh = "结束" }, due = 2021-06-30, weight = 60 },
]

[[commitment]]
id = "interns"
field = "campus"
effort = "talent-cultivation"
owed_by = ["firm"]
owed_to = ["uni"]
owner.party = "firm"
owner.role = "education-lead"
title.en = "Placements"
title.zh = "实习"
text.en = "Host interns."
text.zh = "接收实习生。"
metric = "college.placements_completed@1"
unit = "person"
direction = "at_least"
targets = [
  { id = "y1", from = 2019-07-01, until = 2020-07-01, due = 2020-07-31, value = "80" },
]

[[contribution]]
id = "fund"
party = "firm"
field = "campus"
kind = "money"
title.en = "Fund"
title.zh = "经费"
amount = "300000.00"
unit = "CNY"
schedule = [
  { on = 2019-09-01, amount = "100000.00" },
  { on = 2020-09-01, amount = "200000.00" },
]

[[benefit]]
id = "saved"
party = "uni"
field = "campus"
title.en = "Energy that need not be bought"
title.zh = "无需购买的能源"
metric = "campus.avoided_energy_kwh@1"
"""


def spoiled(old: str, new: str, *, count: int = 1, text: str = SPECIMEN) -> bytes:
    """The specimen, or another text, with one passage replaced; the passage must be there."""
    assert old in text, old
    return text.replace(old, new, count).encode()


def line_of(data: bytes, passage: str) -> int:
    """The line, from 1, on which a passage first stands."""
    text = data.decode()
    return text.count("\n", 0, text.index(passage)) + 1


_RENEWAL = """
[renewal]
months = 12
notice_days = 90
most = 2

[[exit]]
id = "uni-leaves"
may = ["uni"]
notice_days = 180
text.en = "The university may leave."
text.zh = "大学可以退出。"

[[exit]]
id = "either-leaves"
may = ["uni", "firm"]
notice_days = 365
text.en = "Either party may leave."
text.zh = "任何一方均可退出。"

[governance]
"""
_MENTORS = """
[[contribution]]
id = "mentors"
party = "firm"
field = "campus"
kind = "people"
title.en = "Mentors"
title.zh = "导师"
amount = "24"
unit = "person-month"
schedule = [
  { on = 2019-09-01, amount = "24" },
]
valuations = [
  { party = "uni", currency = "CNY", amount = "400000.00" },
  { party = "firm", currency = "USD", amount = "90000.00" },
]

[[benefit]]
"""
FULL = (
    SPECIMEN.replace("\n[governance]\n", _RENEWAL)
    .replace("silence_days = 60\n", "silence_days = 60\nreview_days = 14\n")
    .replace("\n[[benefit]]\n", _MENTORS)
)
"""The specimen with everything that an agreement may say and need not."""
