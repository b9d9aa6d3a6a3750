//! Plain logistic regression by Newton's method.
#![expect(clippy::indexing_slicing, reason = "a numeric kernel over matrices of one size")]

/// Fits weights so that 1 ÷ (1 + e^−(w·x)) is the probability of the label. The first input is the bias and is not
/// regularised; the others are, by `ridge` (the precision of a normal prior around 0).
///
/// Deterministic; at most 50 steps. O(steps × examples × inputs²).
pub(super) fn fit(examples: &[(Vec<f64>, bool)], ridge: f64) -> Vec<f64> {
    let size = examples.first().map_or(0, |(x, _)| x.len());
    let mut weights = vec![0.0; size];
    let mut loss = f64::INFINITY;
    for _ in 0..50 {
        let mut gradient = vec![0.0; size];
        let mut curvature = vec![vec![0.0; size]; size];
        let mut now = 0.0;
        for (x, label) in examples {
            // Beyond ±40 the label is certain: there is nothing left to learn, and e^−z must not overflow.
            let z: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>().clamp(-40.0, 40.0);
            let p = 1.0 / (1.0 + libm::exp(-z));
            let y = if *label { 1.0 } else { 0.0 };
            now -= if *label { libm::log(p.max(1e-18)) } else { libm::log((1.0 - p).max(1e-18)) };
            // Certain examples have no curvature; some is left, or the system could not be solved.
            let spread = (p * (1.0 - p)).max(1e-9);
            for (i, xi) in x.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                gradient[i] += (y - p) * xi;
                // The matrix is symmetric: its lower half is enough.
                for (j, xj) in x.iter().enumerate().take(i + 1) {
                    curvature[i][j] += spread * xi * xj;
                }
            }
        }
        for i in 1..size {
            gradient[i] -= ridge * weights[i];
            now += 0.5 * ridge * weights[i] * weights[i];
        }
        for (i, row) in curvature.iter_mut().enumerate() {
            row[i] += if i == 0 { 1e-9 } else { ridge.max(1e-9) };
        }
        // Converged, or past the best: another step gains nothing.
        if loss - now < 1e-9 * now.abs() {
            break;
        }
        loss = now;
        let step = solve(curvature, gradient);
        // A step that is too bold (separable data) is cut, not trusted.
        let longest = step.iter().fold(0.0f64, |m, s| m.max(s.abs()));
        let scale = if longest > 8.0 { 8.0 / longest } else { 1.0 };
        for (w, s) in weights.iter_mut().zip(step) {
            *w += scale * s;
        }
    }
    weights
}

/// Solves a symmetric positive system given by its lower half (Cholesky).
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            let value = a[i][j] - sum;
            a[i][j] = if i == j { libm::sqrt(value.max(1e-12)) } else { value / a[j][j] };
        }
    }
    for i in 0..n {
        let sum: f64 = (0..i).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - sum) / a[i][i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| a[k][i] * b[k]).sum();
        b[i] = (b[i] - sum) / a[i][i];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_odds_of_a_table_come_back() {
        // 30 of 40 with x = 1, 10 of 40 with x = 0: weights ln(1/3) and ln(3) − ln(1/3).
        let examples: Vec<(Vec<f64>, bool)> = (0..80)
            .map(|i| {
                let x = i % 2;
                let label = if x == 1 { i / 2 < 30 } else { i / 2 < 10 };
                (vec![1.0, f64::from(x)], label)
            })
            .collect();
        let weights = fit(&examples, 0.0);
        assert!((weights[0] + libm::log(3.0)).abs() < 1e-6, "{weights:?}");
        assert!((weights[1] - libm::log(9.0)).abs() < 1e-6, "{weights:?}");
        assert!(fit(&[], 1.0).is_empty());
    }

    #[test]
    fn separable_data_gives_finite_weights() {
        let examples: Vec<(Vec<f64>, bool)> = (0..20).map(|i| (vec![1.0, f64::from(i)], i > 9)).collect();
        assert!(fit(&examples, 0.01).iter().all(|w| w.is_finite() && w.abs() < 1000.0));
    }
}
