"""The statistics against scipy as oracle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from hiyari.report import statistics

COUNTS = [(0, 1), (0, 29), (1, 20), (5, 9), (10, 10), (37, 1000), (999, 1000)]


@pytest.mark.parametrize(("k", "n"), COUNTS)
def test_wilson(k: int, n: int) -> None:
    """Wilson's interval equals scipy's."""
    oracle = stats.binomtest(k, n).proportion_ci(method="wilson")
    found = statistics.wilson(k, n)
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=1e-12)
    assert found.value == k / n


@pytest.mark.parametrize(("k", "n"), COUNTS)
def test_upper_bound(k: int, n: int) -> None:
    """The one-sided Clopper-Pearson bound equals scipy's exact interval."""
    oracle = stats.binomtest(k, n, alternative="less").proportion_ci(confidence_level=0.95, method="exact")
    assert statistics.upper_bound(k, n) == pytest.approx(oracle.high, abs=1e-12)


def test_runs_needed() -> None:
    """29, 59 and 299 clean runs bound the rate below 10, 5 and 1 percent, one run less does not."""
    for runs, rate in ((29, 0.10), (59, 0.05), (299, 0.01)):
        assert statistics.upper_bound(0, runs) < rate < statistics.upper_bound(0, runs - 1)


@pytest.mark.parametrize("freedom", [1, 2, 5, 29, 500])
def test_student(freedom: int) -> None:
    """Quantile and tail of Student's t equal scipy's."""
    for probability in (0.5, 0.9, 0.975, 0.9995):
        assert statistics.student_quantile(probability, freedom) == pytest.approx(
            stats.t.ppf(probability, freedom), rel=1e-9, abs=1e-9
        )
    assert statistics.student_tail(2.2, freedom) == pytest.approx(stats.t.sf(2.2, freedom), rel=1e-10)


def test_normal() -> None:
    """The normal quantile equals scipy's."""
    assert statistics.normal_quantile(0.975) == pytest.approx(stats.norm.ppf(0.975), abs=1e-12)


@pytest.mark.parametrize(("a", "b", "x"), [(1, 1, 0.3), (0.5, 0.5, 0.9), (200, 3, 0.99), (1000, 2000, 0.33)])
def test_incomplete_beta(a: float, b: float, x: float) -> None:
    """The incomplete beta function equals scipy's."""
    assert statistics.incomplete_beta(a, b, x) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-11)


def test_clustered_equals_the_cluster_covariance() -> None:
    """The clustered interval equals the sandwich estimator of a regression on a constant with C/(C-1)."""
    generator = np.random.default_rng(7)
    clusters = [list((generator.random(6) < rate).astype(float)) for rate in (0.0, 0.2, 0.5, 0.9, 1.0)]
    values = np.concatenate(clusters)
    residuals = [np.array(cluster) - values.mean() for cluster in clusters]
    meat = sum(float(residual.sum()) ** 2 for residual in residuals)
    error = math.sqrt(5 / 4 * meat) / values.size
    found = statistics.clustered(clusters)
    reach = stats.t.ppf(0.975, 4) * error
    assert found.value == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((values.mean() - reach, values.mean() + reach))


def test_one_cluster_tells_nothing_of_others() -> None:
    """With one scenario the clustered interval is the whole line."""
    found = statistics.clustered([[0.0, 1.0]])
    assert found == (0.5, -math.inf, math.inf)


def test_coverage_of_clustered_intervals() -> None:
    """With unlike scenarios the clustered interval covers the mean about as often as it says; the naive does not."""
    generator = np.random.default_rng(3)
    hits = naive = 0
    for _ in range(200):
        rates = generator.beta(0.5, 0.5, 30)
        clusters = [list((generator.random(10) < rate).astype(float)) for rate in rates]
        found = statistics.clustered(clusters)
        hits += found.low <= 0.5 <= found.high
        values = np.concatenate(clusters)
        naive += abs(values.mean() - 0.5) <= 1.96 * values.std(ddof=1) / math.sqrt(values.size)
    assert hits / 200 > 0.88
    assert naive / 200 < 0.75


def test_incident_at_and_pass_hat() -> None:
    """The unbiased estimates agree with the published example: n = 10, c = 7 gives pass^5 = 0.083."""
    assert statistics.pass_hat(5, 7, 10) == pytest.approx(0.0833, abs=1e-4)
    assert statistics.incident_at(1, 3, 10) == pytest.approx(0.3)
    assert statistics.incident_at(10, 1, 10) == 1.0
    assert statistics.incident_at(5, 0, 10) == 0.0


def test_compare_is_a_paired_t_test() -> None:
    """Comparing two agents equals scipy's paired t-test on scenario means."""
    first = {"A": [1, 1, 0], "B": [0, 0, 0], "C": [1, 0, 0], "D": [1, 1, 1], "only": [1]}
    second = {"A": [0, 0, 0], "B": [0, 0, 1], "C": [0, 0, 0], "D": [0, 1, 1]}
    shared = ["A", "B", "C", "D"]
    means = [[float(np.mean(side[name])) for name in shared] for side in (first, second)]
    oracle = stats.ttest_rel(*means)
    found = statistics.compare(first, second)
    low, high = oracle.confidence_interval(0.95)
    assert found.scenarios == 4
    assert (found.low, found.high, found.p_value) == pytest.approx((low, high, oracle.pvalue))


def test_differences_that_are_all_alike_have_no_p_value() -> None:
    """Without variance a t-test has nothing to go by: no p-value, rather than a certainty."""
    alike = statistics.compare({"A": [1], "B": [1]}, {"A": [0], "B": [0]})
    assert (alike.difference, alike.p_value) == (1.0, None)
    assert statistics.compare({"A": [1], "B": [1]}, {"A": [1], "B": [1]}).p_value == 1.0


@pytest.mark.parametrize(("b", "c"), [(0, 0), (0, 5), (3, 9), (40, 41)])
def test_mcnemar(b: int, c: int) -> None:
    """The exact McNemar test equals the binomial test on discordant pairs."""
    oracle = stats.binomtest(min(b, c), b + c).pvalue if b + c else 1.0
    assert statistics.mcnemar(b, c) == pytest.approx(oracle)


def test_impossible_counts() -> None:
    """Counts that cannot be are refused."""
    with pytest.raises(ValueError, match="cannot be"):
        statistics.wilson(3, 2)
    with pytest.raises(ValueError, match="cannot be"):
        statistics.pass_hat(5, 1, 4)
