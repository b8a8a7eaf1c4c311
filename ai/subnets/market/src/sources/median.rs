//! One price of many: the median of the sources that make sense.

/// What a source is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MedianPolicy {
    /// Fewest sources that must agree.
    pub quorum: usize,
    /// How old a price may be, seconds.
    pub stale: u64,
    /// How far a source's clock may be ahead, seconds.
    pub ahead: u64,
    /// How far a price may be from the median, as a log-ratio: 0.003 is about 0.3 %.
    pub spread: f64,
    /// How often in a row a source without a clock may say the same.
    pub repeats: u32,
}

impl Default for MedianPolicy {
    fn default() -> Self {
        Self { quorum: 3, stale: 90, ahead: 10, spread: 0.003, repeats: 12 }
    }
}

/// What a source says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The price.
    pub price: f64,
    /// When that was the price, seconds since 1970, if it says so.
    pub time: Option<u64>,
}

/// Why a source doesn't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It said nothing.
    Silent,
    /// What it said is no price.
    NoPrice,
    /// Its clock is ahead.
    Ahead,
    /// Its price is old.
    Stale,
    /// It has said that already.
    Repeated,
    /// It has said something of a later time before.
    Reordered,
    /// Its price is far from the others'.
    Outlier,
}

/// What a source said last.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    time: u64,
    price: f64,
    same: u32,
}

/// The sources' records.
#[derive(Clone, Debug)]
pub struct Median {
    policy: MedianPolicy,
    seen: Vec<Seen>,
}

impl Median {
    /// So many sources, of which nothing is known.
    pub fn new(sources: usize, policy: MedianPolicy) -> Self {
        Self { policy, seen: vec![Seen::default(); sources] }
    }

    /// The price at `now` (seconds since 1970), and what is wrong with each source: the median of those without fault, if
    /// they are enough and more than those whom they call liars. Who is silent, stale or repeats itself makes a gap, not a
    /// lie.
    pub fn take(&mut self, now: u64, readings: &[Option<Reading>]) -> (Option<f64>, Vec<Option<Fault>>) {
        let mut faults: Vec<Option<Fault>> = Vec::with_capacity(self.seen.len());
        let mut prices = Vec::new();
        for (index, seen) in self.seen.iter_mut().enumerate() {
            let found = match readings.get(index).copied().flatten() {
                None => Err(Fault::Silent),
                Some(reading) => check(&self.policy, now, reading, seen),
            };
            prices.extend(found.ok().map(|price| (index, price)));
            faults.push(found.err());
        }
        let Some(middle) = middle(prices.iter().map(|(_, price)| *price).collect()) else { return (None, faults) };
        let (mut honest, mut liars) = (Vec::new(), 0usize);
        for (index, price) in prices {
            if (price / middle).ln().abs() <= self.policy.spread {
                honest.push(price);
                continue;
            }
            liars += 1;
            if let Some(fault) = faults.get_mut(index) {
                *fault = Some(Fault::Outlier);
            }
        }
        let enough = honest.len() >= self.policy.quorum.max(1) && honest.len() > liars;
        (enough.then_some(honest).and_then(self::middle), faults)
    }
}

fn check(policy: &MedianPolicy, now: u64, reading: Reading, seen: &mut Seen) -> Result<f64, Fault> {
    if !reading.price.is_finite() || reading.price <= 0.0 {
        return Err(Fault::NoPrice);
    }
    let same = if reading.price == seen.price { seen.same.saturating_add(1) } else { 0 };
    let Some(time) = reading.time else {
        (seen.price, seen.same) = (reading.price, same);
        return if same > policy.repeats { Err(Fault::Repeated) } else { Ok(reading.price) };
    };
    if time > now.saturating_add(policy.ahead) {
        // Not remembered: otherwise all that comes later would seem out of order.
        return Err(Fault::Ahead);
    }
    let before = seen.time;
    if time > before {
        *seen = Seen { time, price: reading.price, same };
    }
    match time.cmp(&before) {
        std::cmp::Ordering::Less => Err(Fault::Reordered),
        std::cmp::Ordering::Equal => Err(Fault::Repeated),
        std::cmp::Ordering::Greater if now.saturating_sub(time) > policy.stale => Err(Fault::Stale),
        std::cmp::Ordering::Greater => Ok(reading.price),
    }
}

/// The median; `None` of nothing.
fn middle(mut prices: Vec<f64>) -> Option<f64> {
    prices.sort_by(f64::total_cmp);
    let upper = *prices.get(prices.len() / 2)?;
    match prices.len() % 2 {
        1 => Some(upper),
        _ => prices.get(prices.len() / 2 - 1).map(|lower| (lower + upper) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn said(price: f64, time: u64) -> Option<Reading> {
        Some(Reading { price, time: Some(time) })
    }

    #[test]
    fn the_middle_one_of_those_that_make_sense() {
        let mut median = Median::new(5, MedianPolicy::default());
        let good = [said(100.2, NOW), said(100.6, NOW), said(100.5, NOW), said(100.3, NOW), said(100.4, NOW)];
        assert_eq!(median.take(NOW, &good), (Some(100.4), vec![None; 5]));
        // Two liars among five, who even agree.
        let now = NOW + 60;
        let two = [said(1.0, now), said(1.0, now), said(100.5, now), said(100.2, now), said(100.4, now)];
        let (price, faults) = median.take(now, &two);
        assert_eq!(price, Some(100.4));
        assert_eq!(faults, [Some(Fault::Outlier), Some(Fault::Outlier), None, None, None]);
        // Three liars are the majority, which nobody can see; but they must agree, and then two others call them wrong.
        let now = NOW + 120;
        let three = [said(1.0, now), said(50.0, now), said(9e9, now), said(100.2, now), said(100.4, now)];
        assert_eq!(median.take(now, &three).0, None);
    }

    #[test]
    fn who_is_three_thousandths_off_is_left_out() {
        let of = |last: f64| {
            let mut median = Median::new(4, MedianPolicy::default());
            median.take(NOW, &[said(999.0, NOW), said(1000.0, NOW), said(1001.0, NOW), said(last, NOW)])
        };
        // The median of all four is 1000.5: 1003.4 is 0.29 % above it, 1003.6 0.31 %. Without the latter it is 1000.
        assert_eq!(of(1003.4), (Some(1000.5), vec![None; 4]));
        assert_eq!(of(1003.6), (Some(1000.0), vec![None, None, None, Some(Fault::Outlier)]));
        // And below.
        assert_eq!(of(996.4).1[3], Some(Fault::Outlier));
    }

    #[test]
    fn gaps_repeats_reorders_and_odd_clocks() {
        let mut median = Median::new(8, MedianPolicy::default());
        let first: Vec<_> = (0..8).map(|index| said(100.0, NOW - index)).collect();
        assert_eq!(median.take(NOW, &first).0, Some(100.0));
        let now = NOW + 300;
        let odd = [
            None,
            said(100.0, NOW - 1),
            said(100.0, NOW - 100),
            said(100.0, NOW + 1),
            said(100.0, now + 3600),
            said(f64::NAN, now),
            said(-1.0, now),
            said(100.0, now),
        ];
        let (price, faults) = median.take(now, &odd);
        let right = [
            Some(Fault::Silent),
            Some(Fault::Repeated),
            Some(Fault::Reordered),
            Some(Fault::Stale),
            Some(Fault::Ahead),
            Some(Fault::NoPrice),
            Some(Fault::NoPrice),
            None,
        ];
        assert_eq!((price, faults.as_slice()), (None, right.as_slice()), "one is no quorum");
        // All of them may come back, whatever they said before.
        let now = NOW + 600;
        let (price, faults) = median.take(now, &[said(100.0, now); 8]);
        assert_eq!((price, faults), (Some(100.0), vec![None; 8]));
        assert_eq!(median.take(now, &[]), (None, vec![Some(Fault::Silent); 8]));
    }

    #[test]
    fn a_source_without_a_clock_may_not_say_the_same_for_ever() {
        let policy = MedianPolicy { quorum: 1, repeats: 2, ..MedianPolicy::default() };
        let mut median = Median::new(1, policy);
        let mut take = |price: f64| median.take(NOW, &[Some(Reading { price, time: None })]).0;
        assert_eq!([take(5.0), take(5.0), take(5.0), take(5.0)], [Some(5.0), Some(5.0), Some(5.0), None]);
        assert_eq!(take(6.0), Some(6.0));
    }
}
