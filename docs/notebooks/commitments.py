"""How soft the commitments are, and which topics go with which bodies and instruments: a notebook in cells."""

# %% [markdown]
# # How soft are the commitments, and what do topics go with?
#
# Uses the tables of the dataset: `.venv/bin/aseancan-kg export tables --out tables`, then open this file as a notebook
# (VS Code, Spyder, Jupyter with jupytext) or run `python commitments.py tables`. It needs pandas and pyarrow.

# %%
import sys
from pathlib import Path

import pandas

tables = Path(sys.argv[1] if len(sys.argv) > 1 else "tables") / "parquet"
clauses, actions, mentions, codings, sections, things = (
    pandas.read_parquet(tables / f"{name}.parquet")
    for name in ("clauses", "actions", "mentions", "codings", "sections", "things")
)

# %% [markdown]
# ## Softness by chapter
#
# A clause is soft when its wording leaves vague if and how much will be done (`firmness` is `flexible`). Each coder's
# answer stands in `codings`; `clauses` holds the preferred one only.

# %%
coded = codings[codings["property"] == "firmness"].merge(clauses, left_on="target", right_on="clause")
coded["flexible"] = coded["value_code"] == "flexible"
shares = coded.pivot_table(index="chapter", columns="coder", values="flexible").mul(100).round(1)
shares.insert(0, "clauses", clauses.groupby("chapter").size())
print("Percent of clauses with flexible wording, by chapter and coder")
print(shares.rename_axis(index=None, columns="chapter").to_string())

large = shares[shares["clauses"] >= 10]
for coder in large.columns[1:]:
    softest = large[coder].idxmax()
    title = sections.loc[sections["number"] == softest, "title"].item()
    print(f"Softest chapter of ten clauses or more by {coder}: {softest} {title}, {large[coder].max()} percent")

# %% [markdown]
# ## Which topics are named with which bodies and instruments
#
# A mention names a thing in an action, and the action has topics. ASEAN itself is left out, since it stands for a side,
# and so is what is only named within the name of another thing.

# %%
kinds = things.set_index("thing")["kind"]
named = mentions[mentions["thing"].map(kinds).isin(["Body", "Mechanism", "Instrument", "Programme", "Fund"])]
named = named[(named["relations"] != "namedWithin") & ~named["thing"].str.endswith("/body/asean")]
topics = actions.assign(topic=actions["topics"].str.split(" | ", regex=False)).explode("topic")
pairs = named[["action", "thing", "thing_label"]].drop_duplicates().merge(topics[["action", "topic"]], on="action")
counts = pairs.groupby(["topic", "thing_label"]).size().rename("actions").reset_index()
top = counts[counts["actions"] > 1].sort_values(["actions", "topic", "thing_label"], ascending=[False, True, True])
print()
print("Topics and what is named with them in more than one action")
for _, row in top.iterrows():
    print(f"{row['actions']}  {row['topic']}: {row['thing_label']}")

# %% [markdown]
# ## Which verbs open the clauses of which chapter

# %%
families = pandas.crosstab(clauses["verb_family"], clauses["chapter"])
print()
print("Clauses by family of verb and chapter")
print(families.rename_axis(index=None, columns="family of verb").to_string())
