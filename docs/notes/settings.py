"""When to change each setting of a run."""

WHEN = {
    "protocol": "Leave it at temporal for most decisions; basket where people buy several things"
    " at once, horizon where lists are made for days ahead; the others are for comparison with"
    " published figures.",
    "horizon_days": "Set it to the days between two mailings, or between two times at which lists"
    " are made.",
    "moment": "Leave it at auto, unless you know when the shop asks: session for a page that"
    " greets a"
    " visitor, event for suggestions beside the product that somebody looks at.",
    "preparation.history_types": "Leave it empty to read views and carts too; purchase alone is"
    " smaller and faster.",
    "preparation.target_types": "Change it for a log without purchases, or to predict the next"
    " view.",
    "preparation.first": "Set it where the shop was another one before: other products, other"
    " prices.",
    "preparation.last": "Set it to leave out days at the end that are incomplete.",
    "preparation.require_brand": "Switch it on to repeat the paper; it leaves out real purchases.",
    "preparation.require_category": "Switch it on to repeat the paper; it leaves out real"
    " purchases.",
    "preparation.category_prefix": "Set it to study one part of a shop.",
    "preparation.drop_duplicates": "Switch it on where the quality report names rows that were"
    " written"
    " twice; leave it off where each unit bought is a row of its own.",
    "preparation.merge_session_repeats": "Switch it on where each unit bought is a row of its own:"
    " otherwise much of what is predicted is the second unit of the same purchase.",
    "preparation.max_user_events": "Set it where the quality report names buyers that are no"
    " people.",
    "preparation.min_product_events": "Raise it for a smaller catalogue and faster training; what"
    " is"
    " left out is never recommended.",
    "preparation.min_user_events": "Raise it to study regular buyers; the figures are then about"
    " them"
    " alone.",
    "sequence_length": "Raise it where buyers have long histories and come back to what they"
    " bought;"
    " training time grows with it.",
    "features": "Add hour, weekday and gap where purchases have a rhythm, and type where histories"
    " hold views and carts.",
    "normalise_features": "Try it where prices span several orders of magnitude.",
    "network": "Start with gru, as fast and best do; see the page of networks.",
    "layers": "One block suffices for most logs; try two where the training loss stays high.",
    "width": "Raise it where the training loss stays high; lower it where the run overfits.",
    "embedding_width": "Raise it with the number of products; half of the units is a good start.",
    "dropout": "Raise it where validation loss rises while training loss falls.",
    "embedding_dropout": "Raise it together with dropout where the run overfits.",
    "heads": "Two suffice for up to 128 units; four or eight for wider blocks.",
    "tied_embeddings": "Switch it on for large catalogues: the second table of products, often"
    " most of"
    " the parameters, is left out.",
    "cosine_output": "Try it where a few popular products fill most lists; compare it with a run"
    " without.",
    "product_traits": "Switch it on where many products are rare or new and have a brand and a"
    " category.",
    "product_attributes": "Switch it on where products have titles or a table of their own and many"
    " of them are rare; compare it with a run without.",
    "repeat_head": "Switch it on where buyers buy the same products again, as with groceries.",
    "transition_head": "Switch it on where a purchase leads to the next one and most products are"
    " rare, such as a case for a phone; where the purchases of a basket share their time it was"
    " worse, and is left out by itself.",
    "asking_time": "Switch it on where purchases have a rhythm of days, weeks or months.",
    "buyer_attributes": "Switch it on where a table of buyers tells them apart, above all for short"
    " histories; compare it with a run without.",
    "ensemble_size": "Use 3 to 5 for what you deploy where a training takes minutes: an ensemble"
    " ranks better than each of its networks and depends less on the seed.",
    "blend": "Switch it on for what you deploy; leave it off to compare networks by themselves.",
    "compare_baselines": "Switch it off for many short trainings of a large log, whose networks are"
    " compared with each other; backtests without a blend do so by themselves.",
    "loss": "Leave it at full_softmax up to some ten thousand products; beyond, sampled_softmax is"
    " faster and needs less memory.",
    "negatives": "More come closer to the full softmax and take longer.",
    "popularity_power": "Towards 1, best sellers are the negatives more often; towards 0, rare"
    " products.",
    "label_smoothing": "Try 0.1 where the calibration shows probabilities that are too high.",
    "epochs": "Set it high and let early stopping end the training.",
    "batch_size": "Raise it for speed, together with the learning rate; lower it where memory"
    " ends.",
    "learning_rate": "Lower it where the loss jumps or rises; raise it where it falls slowly.",
    "schedule": "Use cosine where the number of epochs is known, plateau where it is not.",
    "warmup": "Try 1 with attention, with large batches or with a high learning rate.",
    "weight_decay": "Try 0.01 where a wide network overfits in spite of dropout.",
    "weight_averaging": "Use 1 with early stopping: validation figures vary less from epoch to"
    " epoch and are higher. It takes the memory of one more copy of the weights.",
    "gradient_clipping": "Try 1 where the loss jumps or is no longer finite, above all with rnn.",
    "early_stopping": "Use 4 to 8 for everything but a repetition of the paper: more where an"
    " epoch is short.",
    "precision": "Measure an epoch of each: it depends on the processor.",
    "cpus": "With the engine `ray`: more cores than a node has wait for a node that has them.",
    "gpus": "0 trains on the processor, and with the engine `ray` leaves the GPUs to other"
    " trainings. With more than one raise `batch_size`, as each gets a share of it.",
    "worker_label": "Name a label where only some machines have what a training needs, as a GPU.",
    "memory": "With the engine `ray`, whose nodes count what is reserved, not what is used.",
    "start_from": "Name the last run of a log that has grown: fewer epochs lead as far; new weights"
    " forget old tastes sooner.",
    "seed": "Train with several seeds before you believe in a small difference.",
}
