"""The blend: a weighted sum of the scores of a network and of baselines.

What it buys, as NDCG@10 of the preset ``best`` (``tests/benchmarks/RESULTS.md``): on the demo shop
.5216, the network alone .4707 and the best baseline (Markov) .4798; on Complete Journey, temporal,
.0382, the network alone .0255 and the best baseline (``repurchase``) .0376, a difference within
chance; on MovieLens 100K, temporal, .1244 and the network alone .1053.

What it costs: one recommendation among 16,490 products takes 3 ms with thirteen members and 0.8 ms
with the network alone; batch scoring makes 8,600 lists a second instead of 27,400 to 42,300, in
1.0 GB of memory instead of 0.65 (``tests/benchmarks/recommendations.py``); and every member needs
a NumPy version for exported bundles.
"""
