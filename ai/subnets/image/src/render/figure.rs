//! Figures by their signed distance: below 0 inside, above 0 outside. A figure lies within −1 to 1 both ways, y downwards.

/// A point.
pub(super) type Point = [f32; 2];

/// A figure.
#[derive(Clone, Debug)]
pub(super) enum Figure {
    /// All within `radii` of `centre`.
    Ellipse { centre: Point, radii: Point },
    /// All within `half` of a circle of `radius` around the middle.
    Ring { radius: f32, half: f32 },
    /// All within `radius` of the middle but what is within `radius` of `bite`.
    Crescent { radius: f32, bite: Point },
    /// All inside these corners.
    Polygon(Vec<Point>),
}

impl Figure {
    /// Signed distance of a point. That of an ellipse is only near the truth.
    pub(super) fn distance(&self, [x, y]: Point) -> f32 {
        match self {
            Self::Ellipse { centre, radii } => {
                let scaled = ((x - centre[0]) / radii[0]).hypot((y - centre[1]) / radii[1]);
                (scaled - 1.0) * radii[0].min(radii[1])
            }
            Self::Ring { radius, half } => (x.hypot(y) - radius).abs() - half,
            Self::Crescent { radius, bite } => {
                let outer = x.hypot(y) - radius;
                outer.max(radius * 0.85 - (x - bite[0]).hypot(y - bite[1]))
            }
            Self::Polygon(corners) => polygon(corners, [x, y]),
        }
    }
}

/// Distance to the nearest edge, with the sign of whether a ray crosses the edges an odd number of times.
fn polygon(corners: &[Point], [x, y]: Point) -> f32 {
    let (mut nearest, mut inside) = (f32::INFINITY, false);
    let next = corners.iter().cycle().skip(1);
    for (a, b) in corners.iter().zip(next) {
        let edge = [b[0] - a[0], b[1] - a[1]];
        let from = [x - a[0], y - a[1]];
        let length = (edge[0] * edge[0] + edge[1] * edge[1]).max(1e-12);
        let along = ((from[0] * edge[0] + from[1] * edge[1]) / length).clamp(0.0, 1.0);
        nearest = nearest.min((from[0] - edge[0] * along).hypot(from[1] - edge[1] * along));
        if (a[1] > y) != (b[1] > y) && x < a[0] + (y - a[1]) / (b[1] - a[1]) * edge[0] {
            inside = !inside;
        }
    }
    if inside {
        -nearest
    } else {
        nearest
    }
}

/// A polygon with these corners.
pub(super) fn polygon_of(corners: &[Point]) -> Figure {
    Figure::Polygon(corners.to_vec())
}

/// A regular figure: `count` corners, every other one at `inner` instead of 0.95; the first at the top.
pub(super) fn star(count: usize, inner: f32) -> Figure {
    let corner = |i: usize| {
        let angle = std::f32::consts::TAU * i as f32 / count as f32;
        let radius = if i.is_multiple_of(2) { 0.95 } else { inner };
        [radius * angle.sin(), -radius * angle.cos()]
    };
    Figure::Polygon((0..count).map(corner).collect())
}

/// A box from one corner to the other.
pub(super) fn block(left: f32, top: f32, right: f32, bottom: f32) -> Figure {
    polygon_of(&[[left, top], [right, top], [right, bottom], [left, bottom]])
}

/// An ellipse.
pub(super) fn ellipse(x: f32, y: f32, across: f32, down: f32) -> Figure {
    Figure::Ellipse { centre: [x, y], radii: [across, down] }
}

/// A heart, by its well-known curve x = 16 sin³ t, y = 13 cos t − 5 cos 2t − 2 cos 3t − cos 4t.
pub(super) fn heart() -> Figure {
    let corner = |i: usize| {
        let t = std::f32::consts::TAU * i as f32 / 28.0;
        let x = 16.0 * t.sin().powi(3);
        let y = 13.0 * t.cos() - 5.0 * (2.0 * t).cos() - 2.0 * (3.0 * t).cos() - (4.0 * t).cos();
        [x / 18.0, -(y + 2.5) / 18.0]
    };
    Figure::Polygon((0..28).map(corner).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_below_zero() {
        let block = block(-0.5, -0.5, 0.5, 0.5);
        assert!((block.distance([0.0, 0.0]) + 0.5).abs() < 1e-6);
        assert!((block.distance([1.0, 0.0]) - 0.5).abs() < 1e-6);
        assert!(heart().distance([0.0, 0.0]) < 0.0 && heart().distance([0.0, -0.95]) > 0.0);
        assert!(star(10, 0.4).distance([0.0, 0.0]) < 0.0 && star(10, 0.4).distance([0.0, 0.9]) > 0.0);
        let ring = Figure::Ring { radius: 0.7, half: 0.2 };
        assert!(ring.distance([0.0, 0.0]) > 0.0 && ring.distance([0.7, 0.0]) < 0.0);
        let moon = Figure::Crescent { radius: 0.9, bite: [0.4, 0.0] };
        assert!(moon.distance([-0.7, 0.0]) < 0.0 && moon.distance([0.4, 0.0]) > 0.0);
    }
}
