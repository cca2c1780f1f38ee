"""The chart of models names the best one, and whether the difference is significant."""

from dashboard.figures import model_ranking


def model(name, value, low, high, kind="baseline", **segments):
    return {
        "name": name,
        "kind": kind,
        "metrics": {"ndcg@10": value, "hr@10": None},
        "ci95": {"ndcg@10": [low, high]},
        "segments": {"target": segments} if segments else {},
    }


NETWORK = model(
    "paper", 0.050, 0.045, 0.055, "network",
    repeat={"targets": 30, "ndcg@10": 0.4}, explore={"targets": 70, "ndcg@10": 0.01},
)  # fmt: skip


def test_a_network_whose_interval_lies_above_is_clearly_ahead():
    chart = model_ranking.ranking_chart(
        [NETWORK, model("popularity", 0.03, 0.02, 0.04)], "ndcg@10", "light"
    )
    assert chart.finding == "Paper is clearly ahead of Popularity: 0.0500 to 0.0300 in NDCG@10"


def test_it_is_ahead_of_every_baseline_only_where_several_were_fitted():
    rivals = [model("markov", 0.03, 0.02, 0.04), model("popularity", 0.02, 0.01, 0.03)]
    finding = model_ranking.ranking_chart([NETWORK, *rivals], "ndcg@10", "light").finding
    assert finding == "Paper is clearly ahead of every baseline: 0.0500 in NDCG@10"


def test_overlapping_intervals_are_within_chance():
    chart = model_ranking.ranking_chart(
        [NETWORK, model("repeat last", 0.06, 0.05, 0.07)], "ndcg@10", "light"
    )
    assert chart.finding == (
        "Repeat last is ahead of Paper, 0.0600 to 0.0500 in NDCG@10, within chance"
    )


def test_what_is_known_of_both_on_the_same_targets_counts_more_than_overlapping_intervals():
    rivals = [model("markov", 0.047, 0.04, 0.054), model("popularity", 0.02, 0.01, 0.03)]
    for rival, behind in zip(rivals, ([0.001, 0.005], [0.02, 0.04]), strict=True):
        rival["behind95"] = {"ndcg@10": behind}
    finding = model_ranking.ranking_chart([NETWORK, *rivals], "ndcg@10", "light").finding
    assert finding == "Paper is clearly ahead of every baseline: 0.0500 in NDCG@10"
    rivals[0]["behind95"] = {"ndcg@10": [-0.001, 0.007]}
    finding = model_ranking.ranking_chart([NETWORK, *rivals], "ndcg@10", "light").finding
    assert finding == "Paper is ahead of Markov, 0.0500 to 0.0470 in NDCG@10, within chance"


def test_a_blend_is_called_a_blend():
    blend = model("blend", 0.07, 0.065, 0.075, "network")
    baseline = model("popularity", 0.03, 0.02, 0.04)
    chart = model_ranking.ranking_chart([blend, NETWORK, baseline], "ndcg@10", "light")
    assert chart.finding == "Blend is clearly ahead of Popularity: 0.0700 to 0.0300 in NDCG@10"


def test_the_finding_is_about_the_served_model_even_where_its_network_alone_is_better():
    blend = model("blend", 0.04, 0.035, 0.045, "network")
    baseline = model("popularity", 0.03, 0.02, 0.034)
    chart = model_ranking.ranking_chart([blend, NETWORK, baseline], "ndcg@10", "light")
    assert chart.finding == "Blend is clearly ahead of Popularity: 0.0400 to 0.0300 in NDCG@10"


def test_a_note_compares_the_network_alone_where_the_finding_is_about_a_blend():
    blend = model("blend", 0.07, 0.065, 0.075, "network")
    rivals = [model("markov", 0.047, 0.04, 0.054), model("popularity", 0.02, 0.01, 0.03)]
    for rival, behind in zip(rivals, ([0.001, 0.005], [0.02, 0.04]), strict=True):
        rival["behind_network95"] = {"ndcg@10": behind}
    chart = model_ranking.ranking_chart([blend, NETWORK, *rivals], "ndcg@10", "light")
    assert chart.note == (
        "The network alone: Paper is clearly ahead of every baseline: 0.0500 in NDCG@10."
    )
    rivals[0]["behind_network95"] = {"ndcg@10": [-0.001, 0.007]}
    chart = model_ranking.ranking_chart([blend, NETWORK, *rivals], "ndcg@10", "light")
    assert chart.note.endswith("0.0500 to 0.0470 in NDCG@10, within chance.")


def test_nothing_is_said_of_the_network_alone_where_it_is_what_is_served():
    rival = model("popularity", 0.03, 0.02, 0.04)
    chart = model_ranking.ranking_chart([NETWORK, rival], "ndcg@10", "light")
    assert not chart.note


def test_a_baseline_may_be_clearly_ahead():
    chart = model_ranking.ranking_chart(
        [NETWORK, model("popularity", 0.09, 0.08, 0.1)], "ndcg@10", "light"
    )
    assert chart.finding.startswith("Popularity is clearly ahead of Paper")


def test_the_best_model_stands_on_top_with_its_interval_beside_it():
    chart = model_ranking.ranking_chart(
        [NETWORK, model("popularity", 0.09, 0.08, 0.1)], "ndcg@10", "light"
    )
    assert chart.table["Model"].tolist() == ["Popularity", "Paper"]
    assert chart.table["From"].tolist() == [0.08, 0.045]


def test_at_most_twelve_models_are_drawn_and_the_network_is_one_of_them():
    many = [model(f"rule {number}", 0.1 + number / 100, 0, 1) for number in range(20)]
    names = [ranked.name for ranked in model_ranking.ranked_models([NETWORK, *many], "ndcg@10")]
    assert len(names) == 12
    assert names[-1] == "Paper"


def test_models_without_the_figure_are_left_out():
    assert model_ranking.ranked_models([NETWORK], "hr@10") == []


def test_segments_say_how_much_is_buying_the_same_again():
    chart = model_ranking.segment_chart([NETWORK], "ndcg@10", "light")
    assert chart.finding == (
        "30.0% of targets were bought before; there Paper reaches 0.4000, on new products 0.0100"
    )
    assert not model_ranking.has_segments([model("popularity", 0.1, 0, 1)])


def test_where_all_targets_are_of_one_kind_nothing_is_said_of_the_other():
    repeats, news = {"targets": 30, "ndcg@10": 0.4}, {"targets": 70, "ndcg@10": 0.01}
    nobody = {"targets": 0, "ndcg@10": None}
    for parts, finding in (
        (
            {"repeat": repeats, "explore": nobody},
            "Every target was bought before; there Paper reaches 0.4000",
        ),
        (
            {"repeat": nobody, "explore": news},
            "No target was bought before; on new products Paper reaches 0.0100",
        ),
    ):
        found = model("paper", 0.05, 0.045, 0.055, "network", **parts)
        assert model_ranking.segment_finding([found], "ndcg@10") == finding
