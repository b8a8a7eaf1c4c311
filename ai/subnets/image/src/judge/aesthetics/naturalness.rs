//! Natural-scene statistics, as the no-reference measure BRISQUE has them (Mittal, Moorthy, Bovik 2012).
//!
//! Brightness, less its local mean and divided by its local deviation (MSCN coefficients), is distributed much alike in all
//! pictures that were taken or drawn with care; noise, blur and blocks change the distribution's shape. The shape is that
//! of a generalised normal distribution, found by its moments, for the coefficients and for products of neighbours, at two
//! sizes. BRISQUE has 36 numbers and a support-vector machine fitted to photographs; here are the ten that its
//! authors call the shapes and strengths, for our own fit to pictures of our own.

use super::features::{mean, Field};

/// Numbers of one size.
const EACH: usize = 5;
/// How many there are.
pub const NATURAL: usize = 2 * EACH;
/// Reach of the local window: 7 × 7 cells.
const REACH: i64 = 3;
/// Its deviation, cells.
const SIGMA: f64 = 7.0 / 6.0;
/// Keeps a division from 0: one step of 255.
const FLOOR: f64 = 1.0 / 255.0;

/// Shape and variance of the coefficients; shape, mean and asymmetry of the products of neighbours; at full and half size.
pub fn of(picture: &crate::picture::Picture) -> [f64; NATURAL] {
    let full = Field::of(picture);
    let half = full.halved();
    let mut all = [0.0; NATURAL];
    let numbers = statistics(&full).into_iter().chain(statistics(&half));
    all.iter_mut().zip(numbers).for_each(|(slot, value)| *slot = value);
    all
}

fn statistics(field: &Field) -> [f64; EACH] {
    let coefficients = normalised(field);
    let square = mean(&coefficients.values.iter().map(|value| value * value).collect::<Vec<f64>>());
    let absolute = mean(&coefficients.values.iter().map(|value| value.abs()).collect::<Vec<f64>>());
    let (mut shapes, mut middles, mut sides) = (0.0, 0.0, 0.0);
    for (dx, dy) in [(1, 0), (0, 1), (1, 1), (1, -1)] {
        let products: Vec<f64> =
            coefficients.places().map(|(x, y)| coefficients.at(x, y) * coefficients.at(x + dx, y + dy)).collect();
        let [left, right] = [-1.0, 1.0].map(|sign| one_side(&products, sign));
        let square = mean(&products.iter().map(|value| value * value).collect::<Vec<f64>>());
        let absolute = mean(&products.iter().map(|value| value.abs()).collect::<Vec<f64>>());
        shapes += shape(square, absolute) / 4.0;
        middles += mean(&products) / 4.0;
        sides += (right - left) / 4.0;
    }
    [shape(square, absolute), square, shapes, middles, sides]
}

/// Root mean square of the values with this sign.
fn one_side(values: &[f64], sign: f64) -> f64 {
    let side: Vec<f64> = values.iter().filter(|value| **value * sign > 0.0).map(|value| value * value).collect();
    mean(&side).sqrt()
}

/// The shape α of a generalised normal distribution with these moments: the ratio (E|x|)² / E x² grows with it from 0
/// towards ¾; for the normal distribution (α = 2) it is 2/π. Found on a grid of known ratios, 0.2 to 10.
fn shape(square: f64, absolute: f64) -> f64 {
    if square <= 1e-12 {
        return 10.0;
    }
    let ratio = absolute * absolute / square;
    let (mut low, mut high) = (0.2f64, 10.0f64);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if ratio_of(middle) < ratio {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Γ(2/α)² / (Γ(1/α) Γ(3/α)).
fn ratio_of(alpha: f64) -> f64 {
    (2.0 * ln_gamma(2.0 / alpha) - ln_gamma(1.0 / alpha) - ln_gamma(3.0 / alpha)).exp()
}

/// ln Γ(x) for x > 0: Stirling's series after moving up to where it is exact to ten digits.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < 8.0 {
        below += x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let series = inverse / 12.0 - inverse.powi(3) / 360.0 + inverse.powi(5) / 1260.0 - inverse.powi(7) / 1680.0;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - below
}

/// The MSCN coefficients.
fn normalised(field: &Field) -> Field {
    let kernel: Vec<f64> = (-REACH..=REACH).map(|i| (-((i * i) as f64) / (2.0 * SIGMA * SIGMA)).exp()).collect();
    let sum: f64 = kernel.iter().sum();
    let kernel: Vec<f64> = kernel.iter().map(|part| part / sum).collect();
    let squares = map(field, |value, _| value * value);
    let (means, squares) = (blurred(field, &kernel), blurred(&squares, &kernel));
    let values = field.values.iter().zip(means.values.iter().zip(&squares.values));
    let values =
        values.map(|(value, (mean, square))| (value - mean) / ((square - mean * mean).max(0.0).sqrt() + FLOOR));
    Field { width: field.width, height: field.height, values: values.collect() }
}

/// A kernel along the rows, then along the columns.
fn blurred(field: &Field, kernel: &[f64]) -> Field {
    let along = |field: &Field, dx: i64, dy: i64| {
        map(field, |_, (x, y)| {
            let parts = kernel.iter().zip(-REACH..=REACH);
            parts.map(|(part, i)| part * field.at(x + i * dx, y + i * dy)).sum()
        })
    };
    along(&along(field, 1, 0), 0, 1)
}

fn map(field: &Field, of: impl Fn(f64, (i64, i64)) -> f64) -> Field {
    let values = field.values.iter().zip(field.places()).map(|(value, place)| of(*value, place)).collect();
    Field { width: field.width, height: field.height, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_shapes_are_found() {
        // Normal: E|x| = √(2/π); Laplace: E|x| = 1 where E x² = 2; uniform on −1 … 1 is the limit.
        assert!((shape(1.0, (2.0 / std::f64::consts::PI).sqrt()) - 2.0).abs() < 1e-6);
        assert!((shape(2.0, 1.0) - 1.0).abs() < 1e-6);
        assert!(shape(1.0 / 3.0, 0.5) > 9.0);
        assert_eq!(shape(0.0, 0.0), 10.0);
    }

    #[test]
    fn the_gamma_function_is_right() {
        for (x, expected) in [(1.0, 0.0), (2.0, 0.0), (5.0, 24.0f64.ln()), (0.5, std::f64::consts::PI.sqrt().ln())] {
            assert!((ln_gamma(x) - expected).abs() < 1e-9, "{x}");
        }
    }
}
