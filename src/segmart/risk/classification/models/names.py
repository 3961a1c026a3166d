"""What the kinds of models are called, in declarations and registries."""

SCORECARD, LOGISTIC, RANDOM_FOREST, XGBOOST = "scorecard", "logistic", "random_forest", "xgboost"
# By the weight of what must be stored and walked through to score a row, and explained to a person.
LIGHTEST_FIRST = (SCORECARD, LOGISTIC, XGBOOST, RANDOM_FOREST)
