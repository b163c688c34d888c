"""Groups scikit-learn's wine measurements without their labels and says how well the groups match them."""

import json
from pathlib import Path

from sklearn.cluster import KMeans
from sklearn.datasets import load_wine
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

measured, kinds = load_wine(return_X_y=True)
measured = StandardScaler().fit_transform(measured)
rows = []
for groups in range(2, 9):
    model = KMeans(n_clusters=groups, n_init=20, random_state=1).fit(measured)
    rows.append(
        {
            "groups": groups,
            "inertia": round(model.inertia_, 2),
            "match": round(adjusted_rand_score(kinds, model.labels_), 4),
        }
    )
    print(f"{groups} groups: inertia {model.inertia_:.1f}, agreement with the labels {rows[-1]['match']}", flush=True)
Path("groups.json").write_text(json.dumps(rows, indent=1))
