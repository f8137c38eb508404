#!/usr/bin/env python3
"""large_study.py FOLDER [PATIENTS] - writes a made-up study of many patients (2,000 unless said):
dates, competing risks, recurrences, groups, every kind of table and figure, and claims.

The same bytes for the same number of patients: what is drawn at random has a fixed seed.
"""
import datetime
import math
import pathlib
import random
import sys

PROTOCOL = """\
casebook: 1
study:
  id: large
  title: A made-up registry of {n} patients
  design: {{kind: cohort, direction: prospective, centres: 12, consecutive: true}}
  period: {{from: 2001-01, to: 2015-12}}
  follow_up_until: 2020-12

missing: {{NA: not applicable, ND: not done}}

forms:
  patient:
    key: patient
    fields:
      centre: {{label: Centre, type: choice, choices: [c01, c02, c03, c04, c05, c06, c07, c08, c09, c10, c11, c12]}}
      born_on: {{label: Date of birth, type: date}}
      age_years: {{label: Age, type: integer, unit: years, range: [0, 120]}}
      sex: {{label: Sex, type: choice, choices: {{F: Female, M: Male}}}}
      diagnosed_on: {{label: Diagnosis, type: date}}
      operated_on: {{label: Operation, type: date}}
      stage: {{label: Stage, type: choice, choices: {{I: I, II: II, III: III, IV: IV}}}}
      grade: {{label: Grade, type: choice, choices: {{low: Low, intermediate: Intermediate, high: High}}}}
      site: {{label: Site, type: choice, choices: {{limb: Limb, trunk: Trunk, retroperitoneum: Retroperitoneum, head_neck: Head and neck, visceral: Visceral}}}}
      size_cm: {{label: Tumour size, type: number, unit: cm, range: [0, 60]}}
      mitoses: {{label: Mitotic rate, type: integer, unit: per 10 HPF, range: [0, 200]}}
      margin: {{label: Resection margin, type: choice, choices: {{R0: R0, R1: R1, R2: R2}}}}
      haemoglobin: {{label: Haemoglobin, type: number, unit: g/L, range: [30, 220]}}
      creatinine: {{label: Creatinine, type: number, unit: µmol/L, range: [20, 1500]}}
      comorbidities: {{label: Comorbidities, type: choices, choices: {{none: None, diabetes: Diabetes, copd: COPD, heart: Heart failure}}}}
      adjuvant: {{label: Adjuvant therapy, type: choice, choices: {{none: None, chemotherapy: Chemotherapy, radiotherapy: Radiotherapy, both: Both}}}}
      relapsed_on: {{label: Relapse, type: date}}
      died_on: {{label: Death, type: date}}
      died_of: {{label: Cause of death, type: choice, choices: {{tumour: Tumour, other: Other cause}}}}
      last_contact_on: {{label: Last contact, type: date}}
      note: {{label: Note, type: text}}
  recurrence:
    repeats: patient
    fields:
      found_on: {{label: Found, type: date}}
      where_found: {{label: Place, type: choice, choices: {{local: Local, lung: Lung, liver: Liver, bone: Bone, brain: Brain}}}}
  treatment:
    repeats: patient
    fields:
      began_on: {{label: Begun, type: date}}
      modality: {{label: Modality, type: choice, choices: {{surgery: Surgery, chemotherapy: Chemotherapy, radiotherapy: Radiotherapy}}}}
      cycles: {{label: Cycles, type: integer, range: [1, 40]}}
  visit:
    repeats: patient
    fields:
      seen_on: {{label: Seen, type: date}}
      ecog: {{label: ECOG, type: integer, range: [0, 4]}}
      weight_kg: {{label: Weight, type: number, unit: kg, range: [20, 250]}}

derive:
  n_recurrences: {{label: Recurrences, type: integer, sql: "(SELECT count(*) FROM recurrence r WHERE r.patient = patient.patient)"}}
  n_visits: {{label: Visits, type: integer, sql: "(SELECT count(*) FROM visit v WHERE v.patient = patient.patient)"}}
  worst_ecog: {{label: Worst ECOG, type: integer, sql: "(SELECT max(v.ecog) FROM visit v WHERE v.patient = patient.patient)"}}
  lung_metastasis: {{label: Lung metastasis, type: boolean, sql: "EXISTS (SELECT 1 FROM recurrence r WHERE r.patient = patient.patient AND r.where_found = 'lung')"}}
  size_class:
    label: Size in classes
    type: choice
    sql: "CASE WHEN size_cm <= 5 THEN '≤5' WHEN size_cm <= 10 THEN '5–10' WHEN size_cm > 10 THEN '>10' END"
    choices: {{"≤5": "≤5 cm", "5–10": "5–10 cm", ">10": ">10 cm"}}

endpoints:
  os: {{label: Overall survival, unit: months, from: operated_on, event_on: [died_on], censor_on: last_contact_on}}
  efs: {{label: Event-free survival, unit: months, from: operated_on, event_on: [relapsed_on, died_on], censor_on: last_contact_on}}
  relapse:
    label: Relapse
    unit: months
    from: operated_on
    event_on: [relapsed_on]
    censor_on: last_contact_on
  tumour_death:
    label: Death from the tumour
    unit: years
    time: "(julianday(coalesce(died_on, last_contact_on)) - julianday(operated_on)) / 365.25"
    event: "died_of = 'tumour'"
    competing: {{other_death: "died_of = 'other'"}}

checks:
  - {{id: operated-after-diagnosis, rule: "operated_on >= diagnosed_on", says: Operated before the diagnosis}}
  - {{id: relapse-before-last-contact, rule: "relapsed_on <= last_contact_on", says: Relapse after the last contact}}
  - {{id: relapse-is-a-recurrence, rule: "(relapsed_on IS NOT NULL) = (n_recurrences > 0)", says: Relapse and the recurrences listed disagree}}
  - {{id: visit-within-follow-up, from: visit, rule: "seen_on <= (SELECT p.last_contact_on FROM patient p WHERE p.patient = visit.patient)", says: A visit after the last contact}}
  - {{id: anaemia, rule: "haemoglobin >= 90", says: Haemoglobin below 90 g/L}}

tables:
  - {{id: "1", title: The patients, kind: summary, interval: wilson,
     rows: [age_years, sex, stage, grade, site, size_cm, size_class, mitoses, margin, haemoglobin, creatinine, comorbidities, adjuvant, n_recurrences, n_visits, worst_ecog, lung_metastasis, os]}}
  - {{id: "2", title: The patients by stage, kind: summary, by: stage, test: true,
     rows: [age_years, sex, grade, site, size_cm, size_class, mitoses, margin, haemoglobin, creatinine, comorbidities, adjuvant, n_recurrences, n_visits, worst_ecog, lung_metastasis, os]}}
  - {{id: "3", title: The patients by adjuvant therapy, kind: summary, by: adjuvant, test: mean, rows: [age_years, sex, stage, grade, site, size_cm, margin, efs]}}
  - {{id: "4", title: What survival depends on, kind: regression, endpoint: os, univariable: true, on: [age_years, sex, stage, grade, size_cm, margin]}}
  - {{id: "5", title: Every patient, kind: listing, columns: [patient, {{join: [age_years, sex], with: /}}, stage, grade, size_cm, margin, {{list: where_found, from: recurrence, empty: "No", label: Recurrences}}, os, efs]}}

figures:
  - {{id: "1", title: Overall survival, kind: km, endpoint: os, marks: [36, 60]}}
  - {{id: "2", title: Overall survival by stage, kind: km, endpoint: os, by: stage, marks: [36, 60]}}
  - {{id: "3", title: Event-free survival by adjuvant therapy, kind: km, endpoint: efs, by: adjuvant, layout: kmunicate, min_at_risk: 20}}
  - {{id: "4", title: Death from the tumour and of other causes, kind: cuminc, endpoint: tumour_death}}
  - {{id: "5", title: Death from the tumour by grade, kind: cuminc, endpoint: tumour_death, by: grade}}
  - {{id: "6", title: Recurrences by stage, kind: mcf, endpoint: os, by: stage, events: [{{form: recurrence, at: found_on}}]}}
  - {{id: "7", title: Every patient, kind: swimmer, endpoint: os, events: [{{form: recurrence, at: found_on, label: where_found}}, {{form: treatment, at: began_on, label: modality}}]}}
  - {{id: "8", title: What survival depends on, kind: forest, endpoint: os, on: [age_years, sex, stage, grade, size_cm, margin]}}
"""

CLAIMS = (
    ("patients", "count(*)", "{n}"),
    ("median age in years", "median(age_years)", "61"),
    ("youngest", "min(age_years)", "18"),
    ("mean tumour size in cm", "mean(size_cm)", "8.1"),
    ("women", "sum(sex = 'F')", "1015"),
    ("stage IV", "sum(stage = 'IV')", "298"),
    ("positive margins", "sum(margin <> 'R0')", "590"),
    ("deaths", "sum(died_on IS NOT NULL)", "1100"),
    ("5-year survival", "100 * km_survival(os, 60)", "51%"),
    ("median survival in months", "km_median(os)", "63"),
    ("3-year event-free survival", "100 * km_survival(efs, 36)", "44%"),
    ("mean number of recurrences", "mean(n_recurrences)", "0.8"),
)


def write(path, header, rows):
    lines = [",".join(header)] + [",".join(str(cell) for cell in row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Draw:
    """Draws from one seeded stream; only random(), whose values Python promises to keep."""

    def __init__(self):
        self.next = random.Random(20010101).random

    def one_of(self, *weighted):
        """One of value, weight, value, weight, ..."""
        at = self.next() * sum(weighted[1::2])
        for value, weight in zip(weighted[::2], weighted[1::2]):
            at -= weight
            if at < 0:
                return value
        return weighted[-2]

    def wait(self, mean):
        return -mean * math.log(1 - self.next())

    def normal(self, mean, deviation):
        return mean + deviation * (sum(self.next() for _ in range(12)) - 6)


def day(start, after):
    return start + datetime.timedelta(days=int(after))


def patient(draw, number, recurrences, treatments, visits):
    key = f"P{number:04}"
    diagnosed = day(datetime.date(2001, 1, 1), draw.next() * 5400)
    operated = day(diagnosed, draw.wait(30))
    stage = draw.one_of("I", 3, "II", 5, "III", 4, "IV", 2)
    hazard = {"I": 0.4, "II": 0.7, "III": 1.2, "IV": 2.5}[stage]
    lost = day(operated, 365 + draw.next() * 3650)
    end = min(lost, datetime.date(2020, 12, 31))
    tumour, other = draw.wait(2600 / hazard), draw.wait(9000)
    dies = day(operated, min(tumour, other) + 1)
    died = dies if dies <= end else None
    last = died or end
    followed = (last - operated).days
    after = draw.wait(1400 / hazard) + 30
    relapsed = None
    while after < followed and len(recurrences) < 10 * number:
        found = day(operated, after)
        relapsed = relapsed or found
        recurrences.append((key, found, draw.one_of("local", 3, "lung", 4, "liver", 2, "bone", 1, "brain", 1)))
        if draw.next() < 0.7:
            modality = draw.one_of("surgery", 3, "chemotherapy", 4, "radiotherapy", 2)
            cycles = 1 + int(draw.next() * 8) if modality == "chemotherapy" else "NA"
            treatments.append((key, min(day(found, 20), last), modality, cycles))
        after += draw.wait(500) + 30
    seen = 90
    while seen < min(followed, 2000):
        visits.append((key, day(operated, seen), int(draw.next() * draw.next() * 5),
                       f"{max(40, draw.normal(74, 14)):.1f}"))
        seen += 180 + int(draw.next() * 200)
    born = day(diagnosed, -365.25 * min(95, max(18, draw.normal(60, 14))))
    age = (operated - born).days // 365
    size = f"{max(0.5, draw.normal(8, 4)):.1f}" if draw.next() > 0.03 else ""
    return (key, f"c{1 + int(draw.next() * 12):02}", born, age, draw.one_of("F", 1, "M", 1), diagnosed, operated,
            stage, draw.one_of("low", 2, "intermediate", 3, "high", 4),
            draw.one_of("limb", 5, "trunk", 2, "retroperitoneum", 2, "head_neck", 1, "visceral", 1), size,
            int(draw.wait(12)) % 200, draw.one_of("R0", 7, "R1", 2, "R2", 1), int(max(60, draw.normal(128, 18))),
            int(max(40, draw.normal(85, 20))) if draw.next() > 0.1 else "ND",
            draw.one_of("none", 6, "diabetes", 2, "diabetes|heart", 1, "copd", 1),
            draw.one_of("none", 4, "chemotherapy", 2, "radiotherapy", 3, "both", 1), relapsed or "", died or "",
            ("tumour" if tumour < other else "other") if died else "", last, "")


def main(folder, n="2000"):
    n = int(n)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    draw, recurrences, treatments, visits = Draw(), [], [], []
    patients = [patient(draw, number, recurrences, treatments, visits) for number in range(1, n + 1)]
    (folder / "protocol.yaml").write_text(PROTOCOL.format(n=n), encoding="utf-8")
    write(folder / "patient.csv",
          ("patient", "centre", "born_on", "age_years", "sex", "diagnosed_on", "operated_on", "stage", "grade", "site",
           "size_cm", "mitoses", "margin", "haemoglobin", "creatinine", "comorbidities", "adjuvant", "relapsed_on",
           "died_on", "died_of", "last_contact_on", "note"), patients)
    write(folder / "recurrence.csv", ("patient", "found_on", "where_found"), recurrences)
    write(folder / "treatment.csv", ("patient", "began_on", "modality", "cycles"), treatments)
    write(folder / "visit.csv", ("patient", "seen_on", "ecog", "weight_kg"), visits)
    write(folder / "sources.csv", ("form", "record", "field", "value", "source"),
          [("patient", row[0], "age_years", row[3] + 1, "operation note") for row in patients[::50]])
    claims = [f'  - {{id: c{i}, place: Results, says: "{says}", stated: "{stated.format(n=n)}", of: "{of}"}}'
              for i, (says, of, stated) in enumerate(CLAIMS, 1)]
    (folder / "claims.yaml").write_text("claims:\n" + "\n".join(claims) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
