//! The ledger's part: an epoch at the end of every tempo.

use ganglion_yuma::{epoch, BondUpdate, EpochError, EpochInput, Options, Parameters};

/// RAO in a TAO.
const TAO: u64 = 1_000_000_000;
/// Paid out in a tempo, RAO: half to miners, half to validators.
const EMISSION: u64 = 360 * TAO;
/// Blocks in a tempo.
pub const TEMPO: u32 = 360;

/// Bonds, permits and pay of a subnet. Uids are validators first, then miners.
#[derive(Debug)]
pub struct Chain {
    stakes: Vec<u64>,
    permits: Vec<bool>,
    bonds: Vec<Vec<(u16, u16)>>,
    validators: u16,
    paid: Vec<u64>,
}

impl Chain {
    /// A subnet of `miners` without stake behind `stakes`' validators (TAO each).
    pub fn new(stakes: &[u64], miners: usize) -> Self {
        let neurons = stakes.len() + miners;
        let mut all: Vec<u64> = stakes.iter().map(|tao| tao.saturating_mul(TAO)).collect();
        all.resize(neurons, 0);
        Self {
            permits: (0..neurons).map(|uid| uid < stakes.len()).collect(),
            stakes: all,
            bonds: vec![Vec::new(); neurons],
            validators: u16::try_from(stakes.len()).unwrap_or(u16::MAX),
            paid: vec![0; neurons],
        }
    }

    /// Runs the epoch at block `now` with these weights, one row for each validator, by uid.
    ///
    /// # Errors
    /// If there are more neurons than uids.
    pub fn epoch(&mut self, now: u32, rows: &[Vec<(u16, u16)>]) -> Result<(), EpochError> {
        let neurons = self.stakes.len();
        let mut weights = rows.to_vec();
        weights.resize(neurons, Vec::new());
        let now = u64::from(now);
        let outcome = epoch(
            &EpochInput {
                now,
                stakes: &self.stakes,
                last_update: &vec![now; neurons],
                registered_at: &vec![0; neurons],
                permits: &self.permits,
                weights: &weights,
                bonds: &self.bonds,
                emission: EMISSION,
                parameters: Parameters { max_validators: self.validators, ..Parameters::default() },
            },
            &Options::default(),
        )?;
        for uid in 0..u16::try_from(neurons).unwrap_or(u16::MAX) {
            let (mined, validated) = outcome.pay(uid);
            self.paid[usize::from(uid)] += mined + validated;
            match outcome.bonds.update(uid) {
                BondUpdate::Keep => {}
                BondUpdate::Clear => self.bonds[usize::from(uid)].clear(),
                BondUpdate::Write(row) => self.bonds[usize::from(uid)] = row.to_vec(),
            }
        }
        self.permits.clone_from(&outcome.permits);
        Ok(())
    }

    /// What a neuron has earned so far, TAO.
    pub fn earned(&self, uid: usize) -> f64 {
        self.paid.get(uid).map_or(0.0, |rao| *rao as f64 / TAO as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_goes_to_miners_and_half_to_validators() {
        let mut chain = Chain::new(&[1_000, 1_000], 2);
        let row = vec![(2, u16::MAX), (3, u16::MAX / 3)];
        for now in [360, 720] {
            chain.epoch(now, &[row.clone(), row.clone()]).expect("an epoch");
        }
        let earned: Vec<f64> = (0..4).map(|uid| chain.earned(uid)).collect();
        let near = |a: f64, b: f64| (a - b).abs() < 0.01;
        assert!(near(earned[0], 180.0) && near(earned[1], 180.0), "{earned:?}");
        assert!(near(earned[2], 270.0) && near(earned[3], 90.0), "{earned:?}");
    }

    /// What an equal vote earns beside three that know the miners' worth, as a part of what each of these does.
    fn guess(worthless: u16) -> f64 {
        let mut chain = Chain::new(&[1_000; 4], 4 + usize::from(worthless));
        let known = vec![(4, 4), (5, 2), (6, 1), (7, 1)];
        let guessed = (4..8 + worthless).map(|uid| (uid, 1)).collect();
        let rows = [known.clone(), known.clone(), known, guessed];
        for now in [360, 720, 1_080] {
            chain.epoch(now, &rows).expect("an epoch");
        }
        chain.earned(3) / chain.earned(0)
    }

    #[test]
    fn a_guess_earns_as_much_of_itself_as_is_agreed_on() {
        // Consensus 1/2, 1/4, 1/8, 1/8: of four quarters 1/4 + 1/4 + 1/8 + 1/8 are not clipped.
        let (few, many) = (guess(0), guess(4));
        assert!((few - 0.75).abs() < 0.01, "{few}");
        // Of eight eighths, the four for those who work.
        assert!((many - 0.5).abs() < 0.01, "{many}");
    }
}
