"""Equation, source and use of each network and baseline."""

from docs.notes import Note

NETWORKS = {
    "paper": Note(
        equation="h^0 = e;  h^l = dropout(norm(LSTM(h^{l−1}))), l = 1, 2, 3",
        source="Silva, Cápiro and González, Universidad de La Habana",
        use="To repeat the paper and to see a network overfit.",
    ),
    "rnn": Note(
        equation="h_t = tanh(W x_t + U h_{t−1} + b)",
        source="Elman 1990, Finding structure in time",
        use="As the simplest network that reads an order; it forgets long histories.",
    ),
    "lstm": Note(
        equation="c_t = f_t ∘ c_{t−1} + i_t ∘ tanh(W x_t + U h_{t−1} + b);  h_t = o_t ∘ tanh(c_t),"
        " with gates f, i, o = σ(W' x_t + U' h_{t−1} + b')",
        source="Hochreiter and Schmidhuber 1997, Long short-term memory",
        use="Where a GRU keeps too little of a long history; it has a third more parameters.",
    ),
    "gru": Note(
        equation="h_t = z_t ∘ h_{t−1} + (1 − z_t) ∘ tanh(W x_t + r_t ∘ (U h_{t−1}) + b),"
        " with gates z, r = σ(W' x_t + U' h_{t−1} + b')",
        source="Cho et al. 2014; for sessions Hidasi et al. 2016 (GRU4Rec)",
        use="First: it is small, fast, and the network of the presets fast and best.",
    ),
    "hrnn": Note(
        equation="s_j = GRU(s_{j−1}, last h of session j);  h_t = GRU([x_t, s before its session])",
        source="Quadrana et al. 2017, Personalizing session-based recommendations, section 3.2",
        use="Where buyers come in sessions of several events and come back.",
    ),
    "conv_lstm": Note(
        equation="x'_t = relu(K_0 x_t + K_1 x_{t−1} + K_2 x_{t−2} + b);  h = LSTM(x')",
        source="a causal convolution of three events before an LSTM",
        use="Where what matters is in short runs of events, as views of similar products.",
    ),
    "sasrec": Note(
        equation="attention(Q, K, V) = softmax(Q K^T / √d + bias of the distance) V,"
        " over the event itself and those before it",
        source="Kang and McAuley 2018, Self-attentive sequential recommendation; biases as in"
        " Zhai et"
        " al. 2024",
        use="For long histories and much data; it wants a warm-up and more epochs.",
    ),
    "lru": Note(
        equation="h_t = a ∘ h_{t−1} + √(1 − a^2) ∘ x_t,  0 < a < 1",
        source="Yue et al. 2024, Linear recurrent units for sequential recommendation, section 4.2",
        use="For histories of hundreds of events: all events are computed in parallel.",
    ),
    "hstu": Note(
        equation="y = W' (norm(Σ SiLU(q · k_j + bias of the distance + bias of the time between)"
        " v_j) ∘ u),  [u, v, q, k] = SiLU(W x)",
        source="Zhai et al. 2024, Actions speak louder than words, equations 1 to 3",
        use="Where the times between events say much, as in histories with views and carts.",
    ),
    "caser": Note(
        equation="h = relu(W [max over the places of relu(F · E), Σ F'_l x_{t−l}] + b),"
        " E the latest five events",
        source="Tang and Wang 2018, Personalized top-N sequential recommendation via convolutional"
        " sequence embedding, without the embedding of the user",
        use="Where the latest few events decide, in whatever order; it sees no others.",
    ),
    "sr_gnn": Note(
        equation="H' = GRU(H, [A_{out} H W_{out}, A_{in} H W_{in}]);"
        "  s = W [h_{last}, Σ α_i h_i],  α_i = q · σ(W_1 h_{last} + W_2 h_i)",
        source="Wu et al. 2019, Session-based recommendation with graph neural networks;"
        " normalised as in Gupta et al. 2019 (NISER)",
        use="For short sessions that go back and forth between products: a graph is of the latest"
        " ten events.",
    ),
    "rum": Note(
        equation="m_k ← m_k ∘ (1 − z_k e) + z_k a,"
        "  z_k = softmax(x · f_k), e = σ(E x), a = tanh(A x)",
        source="Chen et al. 2018, Sequential recommendation with user memory networks, feature"
        " level; read by the latest event",
        use="For buyers with several tastes at a time: each has a slot of its own.",
    ),
    "rrn": Note(
        equation="h_t = [u_t, s_{month} ∘ (W u_t + b)],  u_t = LSTM(u_{t−1}, x_t),"
        "  s_m = tanh(δ_1 + … + δ_m)",
        source="Wu et al. 2017, Recurrent recommender networks, with one state that all products"
        " share",
        use="Where what sells changes over many months of the log.",
    ),
    "mohr": Note(
        equation="h = Σ P_r (x_r + ψ_r),  P = softmax(W (mean of x + x_t) + b)",
        source="Kang et al. 2018, Recommendation through mixtures of heterogeneous item"
        " relationships; relations of the log",
        use="Where sessions and event types say what belongs together.",
    ),
}
_KNN = "Ludewig and Jannach 2018, Evaluation of session-based recommendation algorithms"
BASELINES = {
    "popularity": Note(
        equation="score(j) = log(n_j / n)",
        source="G-TopFreq of Li, Jullien, Ariannezhad and de Rijke 2023",
        use="As the least that a model must beat: everybody gets the same list.",
    ),
    "popularity, 7 days": Note(
        equation="score(j) = log(n_j of the last seven days + n_j / n)",
        use="Where what sells changes from week to week.",
    ),
    "popularity, fading": Note(
        equation="score(j) = log Σ 2^{−age / half-life}",
        use="As the one before, with a half-life that is chosen on validation.",
    ),
    "demographic": Note(
        equation="score(j) = log p_j + w Σ_a log(1 + n_{aj} / (κ p_j)),"
        " n_{aj} the events of j by buyers with the buyer's value of attribute a",
        source="Pazzani 1999, A framework for collaborative, content-based and demographic"
        " filtering, section 2.3; naive Bayes shrunk to popularity",
        use="Where a table of buyers says something and their histories are short.",
    ),
    "repeat last": Note(
        equation="the products of the history, the last one first; then popularity",
        use="Where much is bought again; it is strong wherever each unit is a row.",
    ),
    "personal frequency": Note(
        equation="the products of the history by their count; then popularity",
        source="GP-TopFreq of Li, Jullien, Ariannezhad and de Rijke 2023, A next basket"
        " recommendation reality check",
        use="For groceries and other purchases that return.",
    ),
    "popularity + own count": Note(
        equation="score(j) = n_j / n + w · (count of j in the history)",
        use="As a simple compromise of what all and what the buyer prefer.",
    ),
    "repurchase": Note(
        equation="P(j) = e^{V_j} / (1 − s + Σ e^V), s the popularity of the history's products",
        source="Anderson and Schooler 1991 (activation); Benson, Kumar and Tomkins 2016",
        use="The strongest baseline where buyers return to their products.",
    ),
    "markov": Note(
        equation="P(j | i) = (c_{ij} + w p_j) / (c_i + w)",
        use="Where the last product says most: accessories, sizes, colours.",
    ),
    "sequence rules": Note(
        equation="score(j) = Σ (1 / distance) · (1 / (age + 1)) over the last ten products",
        source=f"{_KNN}, section 3.1",
        use="Where what belongs together is bought within a few events, in any order.",
    ),
    "tifu-knn": Note(
        equation="score = α u + (1 − α) · mean of the vectors of 100 neighbours,"
        "  u_j = mean over groups of r_g^{age} · mean over baskets of r_b^{age}, where one holds j",
        source="Hu, He, Gao and Zhang 2020, Modeling personalized item frequency information for"
        " next-basket recommendation, equations 2 to 4",
        use="For baskets that return, as groceries: what the buyer and similar buyers had lately.",
    ),
    "up-cf": Note(
        equation="score(j) = f_j + Σ sim(buyer, v)^q · f_{vj} over 100 neighbours,"
        "  f_j = share of the latest r baskets that hold j,"
        "  sim(u, v) = |I_u ∩ I_v| / (|I_u|^a · |I_v|^{1 − a})",
        source="Faggioli, Polato and Aiolli 2020, Recency aware collaborative filtering for next"
        " basket recommendation, section 3",
        use="As TIFU-KNN, where only the latest baskets say what is wanted now.",
    ),
    "buyer neighbours": Note(
        equation="score(j) = Σ similarity(buyer, neighbour) over 100 neighbours that bought j",
        source=f"{_KNN}, section 3.2",
        use="Where there are groups of buyers with the same taste.",
    ),
    "item neighbours": Note(
        equation="score(j) = Σ cos(i, j) over the products i of the history, shrunk where few"
        " bought",
        source="Sarwar et al. 2001; shrinkage as in Bell and Koren 2007",
        use="As the classical reference of recommender systems.",
    ),
    "item neighbours, recent": Note(
        equation="score(j) = Σ d^{age of i} · cos(i, j)",
        source="as the one before",
        use="Where the last purchases say more than the first ones.",
    ),
    "ease": Note(
        equation="B = I − P · diag(1 / P),  P = (X^T X + λ I)^{−1};  score = x B",
        source="Steck 2019, Embarrassingly shallow autoencoders, equation 8",
        use="As a strong linear model without order; it covers the 2,000 most popular products.",
    ),
    "ease, recent": Note(
        equation="as EASE, with x_i = Σ d^{age}",
        source="Steck 2019",
        use="As EASE, where the last purchases say more.",
    ),
    "content": Note(
        equation="score(j) = cos(profile of the history, features of j), weighted by idf",
        use="Where products are new: it needs no purchase of a product to rank it.",
    ),
    "affinity": Note(
        equation="score(j) = p_j · Σ_g w_g · s_g(j) / p_g(j), the w fitted by expectation"
        " maximisation",
        source="Dempster, Laird and Rubin 1977 (fitting)",
        use="Where buyers keep to categories, brands or prices rather than to products.",
    ),
    "matrix factorisation": Note(
        equation="score = x V V^T, V the first right singular vectors of the matrix of purchases",
        source="Cremonesi, Koren and Turrin 2010, equation 12",
        use="As the classical latent-factor model; it does not see order.",
    ),
    "weighted als": Note(
        equation="min Σ c_{ui} (p_{ui} − x_u · y_i)^2 + λ (Σ |x_u|^2 + Σ |y_i|^2),"
        "  c_{ui} = 1 + α Σ √rate · 2^{−age / half-life} over the events of u and i",
        source="Hu, Koren and Volinsky 2008, Collaborative filtering for implicit feedback"
        " datasets, equations 3 to 5",
        use="Where histories hold views and carts beside purchases, and tastes change. It is fitted"
        " on demand: it costs much and has not been ahead of the others.",
    ),
}
BLEND = Note(
    equation="score(j) = Σ_m w_m · log p_m(j), one w for new products and one for repeat products",
    use="What a run with the setting blend serves where it ranks better than the network alone:"
    " in NDCG@10, in cross-validation over the buyers of a hundred validation targets or more. Its"
    " weights are fitted on these, drawn to the network alone by a ridge penalty that is the"
    " stronger the fewer they are; the network is one of its members and is always listed beside"
    " it.",
)
