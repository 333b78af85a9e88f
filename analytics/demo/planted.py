"""The stories planted in the demo: when they happen and how strong they are.

Everything here is copied into truth.json. Days that lie outside the time covered simply do not
happen; days counted back from `until` always do.
"""

from __future__ import annotations

from datetime import date

# Demand in the South falls when a competitor opens there.
SOUTH_REGION = "South"
SOUTH_DROP_FROM = date(2026, 5, 1)
SOUTH_DROP_FRACTION = 0.35

# Sign-ups: accounts moved over when the shop opened, then steady growth.
SIGN_UP_OPENING_RUSH = 3.2
SIGN_UP_OPENING_DAYS = 32.0
SIGN_UP_GROWTH_PER_YEAR = 0.16

# Months in which a category is bought more often, and by how much.
CATEGORY_SEASON = {
    "Laptops": ((8, 9), 1.45),
    "Audio": ((11, 12), 1.40),
    "Services": ((1,), 1.35),
}

# Prices per year before the end of the data, relative to the last ones.
PRICE_DRIFT_PER_YEAR_BACK = {
    "Laptops": 0.05, "Phones": 0.04, "Audio": 0.02,
    "Accessories": -0.01, "Software": -0.05, "Services": -0.04,
}  # fmt: skip

# The checkout on phones loses people, and more of them after a redesign.
CHECKOUT_LEAK_FROM = date(2026, 3, 10)
CHECKOUT_COMPLETION = {"desktop": 0.62, "mobile": 0.42, "tablet": 0.55}
CHECKOUT_COMPLETION_MOBILE_AFTER = 0.29

# Sign-in problems with docking stations after a firmware update raise hardware tickets.
DOCK_FIRMWARE_FROM = date(2026, 1, 12)
DOCK_FIRMWARE_UNTIL = date(2026, 3, 20)
DOCK_FIRMWARE_TICKETS_PER_1000_CUSTOMERS = 26.0

# One product comes back far more often than its neighbours.
DEFECTIVE_PRODUCT = "Larkfield Bud Two"
DEFECTIVE_RETURN_PROBABILITY = 0.27
RETURN_PROBABILITY = 0.038

# Web traffic: a scraper's visit shortly before the end, and two days of lost tracking.
SCRAPER_DAYS_BEFORE_END = 11
SCRAPER_FACTOR = 2.6
TRACKING_GAP_DAYS = (date(2025, 9, 16), date(2025, 9, 17))
TRACKING_GAP_KEPT_FRACTION = 0.25

# The two major incidents: one in the past, one that is still open at the end.
PAST_MAJOR_DAY = date(2025, 11, 28)
PAST_MAJOR_START_S = 9 * 3600 + 12 * 60
PAST_MAJOR_REACH = 0.12
CURRENT_MAJOR_DAYS_BEFORE_END = 1
CURRENT_MAJOR_START_S = 13 * 3600 + 20 * 60
CURRENT_MAJOR_REACH = 0.05

# A disk that fills in a straight line and reaches 100 % after the end of the data.
DISK_SERVICE = "Orders database"
DISK_FULL_DAYS_AFTER_END = 45
DISK_FILL_PERCENT_PER_DAY = 0.16
DISK_FILL_DAYS_BEFORE_END = 240

# Monthly churn: log-odds of leaving in the next calendar month. Each feature is looked at on
# the first of the month and can be computed from the tables.
CHURN_INTERCEPT = -4.95
CHURN_LOG_ODDS = {
    "urgent_ticket_90d": 0.95,
    "late_ticket_90d": 0.75,
    "sev1_incident_180d": 0.90,
    "tenure_under_180d": 0.45,
    "falling_frequency_90d": 0.85,
    "region_south": 0.40,
    "plan_none": 0.30,
    "plan_basic": 0.00,
    "plan_plus": -0.35,
    "plan_premium": -0.80,
}
CHURN_FEATURES = {
    "urgent_ticket_90d": "1 if an urgent ticket was opened in the 90 days before the month",
    "late_ticket_90d": "1 if the due_at of a ticket lies in the 90 days before the month and the "
    "ticket was resolved after it or not at all",
    "sev1_incident_180d": "1 if in incident_customers of a severity-1 incident that started in "
    "the 180 days before the month",
    "tenure_under_180d": "1 if signed up less than 180 days before the month",
    "falling_frequency_90d": "1 if the orders (any status) of the 90 days before the month are "
    "fewer than half of those of the 90 days before them; orders that a campaign or an "
    "experiment caused do not count",
    "region_south": "1 if the customer lives in the South, also where the table does not say so",
    "plan_none": "1 if the plan is none",
    "plan_basic": "reference level of the plans",
    "plan_plus": "1 if the plan is plus",
    "plan_premium": "1 if the plan is premium",
}
CHURN_WITHOUT_EFFECT = ("gender", "income_band", "acquisition_channel", "age")

# Some customers lose interest before they leave: their order rate falls to this share.
FADE_PROBABILITY = 0.20
FADE_KEPT_FRACTION = 0.25

# CSAT is drawn around: base + slowness * ln(hours to resolve / median of the priority) + ...
CSAT_BASE = 4.35
CSAT_PER_LOG_SLOWNESS = -0.45
CSAT_LATE = -0.90
CSAT_REOPENED = -0.80
CSAT_NOISE = 0.80

# NPS is drawn around: base + segment's shift + ...
NPS_BASE = 7.9
NPS_LATE_TICKET = -1.8
NPS_SEV1 = -1.4
NPS_PREMIUM = 0.6
NPS_NOISE = 2.0
