//! The ledger's own rules, one by one.

use ganglion_yuma::{
    epoch, Binding, BondUpdate, EpochError, EpochInput, NoConsensus, Options, Outcome, Parameters, Roster, Unstaked,
    I32F32,
};

type Row = Vec<(u16, u16)>;

const EMISSION: u64 = 1_000_000_007;

/// Two validators (uids 0 and 1) and two miners.
struct Subnet {
    stakes: [u64; 4],
    registered_at: [u64; 4],
    permits: [bool; 4],
    weights: [Row; 4],
    bonds: [Row; 4],
    parameters: Parameters,
}

impl Default for Subnet {
    fn default() -> Self {
        Self {
            stakes: [60, 40, 0, 0],
            registered_at: [0; 4],
            permits: [true, true, false, false],
            weights: [vec![(2, 3), (3, 1)], vec![(2, 3), (3, 1)], vec![], vec![]],
            bonds: [vec![], vec![], vec![], vec![]],
            parameters: Parameters { max_validators: 2, ..Parameters::default() },
        }
    }
}

impl Subnet {
    fn run(&self, options: Options) -> Outcome {
        let input = EpochInput {
            now: 10,
            stakes: &self.stakes,
            last_update: &[9; 4],
            registered_at: &self.registered_at,
            permits: &self.permits,
            weights: &self.weights,
            bonds: &self.bonds,
            emission: EMISSION,
            parameters: self.parameters,
        };
        epoch(&input, &options).unwrap()
    }
}

fn disagreeing() -> Subnet {
    Subnet { weights: [vec![(0, 9)], vec![], vec![], vec![]], ..Subnet::default() }
}

#[test]
fn half_goes_to_miners_and_half_to_validators() {
    let outcome = Subnet::default().run(Options::default());
    assert!(outcome.consensus_reached);
    assert!(outcome.server_total.abs_diff(EMISSION / 2) <= 2);
    assert!(outcome.validator_total.abs_diff(EMISSION / 2) <= 2);
    assert_eq!(outcome.server_total + outcome.validator_total + outcome.carried, EMISSION);
    assert_eq!(outcome.pay(0), (0, outcome.validator_amounts[0]));
    assert_eq!(outcome.pay(2), (outcome.server_amounts[2], 0));
    assert!(outcome.pay(2).0.abs_diff(3 * outcome.pay(3).0) <= 10);
    assert_eq!(outcome.pay(4), (0, 0));
    assert_eq!(outcome.scores(4), None);
    assert_eq!(outcome.scores(2).unwrap().consensus, 49_151);
}

#[test]
fn without_consensus_the_emission_waits() {
    let outcome = disagreeing().run(Options::default());
    assert!(!outcome.consensus_reached);
    assert_eq!((outcome.server_total, outcome.validator_total, outcome.carried), (0, 0, EMISSION));
    assert_eq!(outcome.emission, [0; 4]);
    // Validators are not the first to go.
    assert_eq!(outcome.pruning, [65_535, 43_690, 0, 0]);
}

#[test]
fn without_consensus_the_original_pays_stake() {
    let outcome = disagreeing().run(Options { no_consensus: NoConsensus::StakeFallback, ..Options::default() });
    assert!(!outcome.consensus_reached);
    assert_eq!(outcome.validator_amounts, [600_000_004, 400_000_002, 0, 0]);
    assert_eq!(outcome.carried, 1);
}

#[test]
fn a_half_without_bonds_waits() {
    // Bonds that learn nothing: incentive, but no dividends.
    let parameters = Parameters { bonds_moving_average: 1_000_000, max_validators: 2, ..Parameters::default() };
    let subnet = Subnet { parameters, ..Subnet::default() };
    let outcome = subnet.run(Options::default());
    assert!(outcome.consensus_reached);
    assert_eq!(outcome.validator_total, 0);
    assert!(outcome.server_total.abs_diff(EMISSION / 2) <= 2);
    assert_eq!(outcome.server_total + outcome.carried, EMISSION);
    assert_eq!(outcome.emission, outcome.server_amounts);

    let original = subnet.run(Options::reference());
    assert!(original.server_total.abs_diff(EMISSION) <= 2, "the original gives the miners everything");
}

#[test]
fn equals_while_there_is_no_stake() {
    let subnet = Subnet { stakes: [0; 4], ..Subnet::default() };
    let outcome = subnet.run(Options::default());
    assert_eq!(outcome.stake, [I32F32::from_bits(1 << 30); 4]);
    assert!(outcome.consensus_reached);
    assert!(outcome.pay(0).1.abs_diff(outcome.pay(1).1) <= 1);

    let original = subnet.run(Options { unstaked: Unstaked::Nothing, ..Options::default() });
    assert_eq!(original.stake, [I32F32::ZERO; 4]);
    assert!(!original.consensus_reached);

    // The first RAO ends it.
    let subnet = Subnet { stakes: [0, 1, 0, 0], ..Subnet::default() };
    assert_eq!(subnet.run(Options::default()).stake[1], I32F32::ONE);
}

#[test]
fn a_newcomer_inherits_nothing() {
    // Uid 2 has changed hands after the weights were set.
    let subnet = Subnet {
        registered_at: [0, 0, 9, 0],
        bonds: [vec![(2, 65_535), (3, 65_535)], vec![], vec![], vec![]],
        ..Subnet::default()
    };
    let by_block = subnet.run(Options { binding: Binding::UidByBlock, ..Options::default() });
    assert_eq!(by_block.incentive[2], I32F32::ZERO);

    // By neuron id, it is the resolution that drops what is gone, and only that.
    let before = Roster::new([100u64, 101, 102, 103]);
    let after = Roster::new([100u64, 101, 104, 103]);
    let stored = before.name(&subnet.weights[0]);
    assert_eq!(stored, [(102, 3), (103, 1)]);
    assert_eq!(after.resolve(&stored), [(3, 1)]);
    let mut resolved = subnet;
    resolved.weights = resolved.weights.map(|row| after.resolve(&before.name(&row)));
    let by_id = resolved.run(Options::default());
    assert_eq!(by_id.incentive[2], I32F32::ZERO);
    assert_eq!(by_id.incentive[3], I32F32::ONE);
}

#[test]
fn rosters_translate() {
    let roster = Roster::new([7u64, 5, 7, 9]);
    assert_eq!((roster.len(), roster.is_empty()), (4, false));
    assert_eq!(roster.uid_of(7), Some(0));
    assert_eq!(roster.uid_of(9), Some(3));
    assert_eq!(roster.uid_of(8), None);
    assert_eq!(roster.id_of(1), Some(5));
    assert_eq!(roster.id_of(4), None);
    assert_eq!(roster.resolve(&[(9, 1), (8, 2), (5, 3)]), [(3, 1), (1, 3)]);
    assert_eq!(roster.name(&[(3, 1), (70, 2)]), [(9, 1)]);
    assert!(Roster::<u64>::default().is_empty());
}

#[test]
fn bonds_follow_permits() {
    let subnet = Subnet {
        permits: [true, false, true, false],
        bonds: [vec![], vec![(3, 7)], vec![(3, 7)], vec![]],
        ..Subnet::default()
    };
    let outcome = subnet.run(Options::default());
    assert_eq!(outcome.permits, [true, true, false, false]);
    assert_eq!(outcome.bonds.update(0), BondUpdate::Write(&[(2, 65_535), (3, 14_563)]));
    assert_eq!(outcome.bonds.update(1), BondUpdate::Write(&[(3, 65_535)]), "old bonds fade, a permit keeps them");
    assert_eq!(outcome.bonds.update(2), BondUpdate::Clear);
    assert_eq!(outcome.bonds.update(3), BondUpdate::Keep);
    assert_eq!(outcome.bonds.update(4), BondUpdate::Keep);
}

#[test]
fn untidy_rows_mean_the_same() {
    let tidy = Subnet::default().run(Options::default());
    let untidy = Subnet {
        weights: [vec![(3, 1), (9, 8), (2, 3), (3, 50), (0, 60), (1, 0)], vec![(3, 1), (2, 3), (2, 1)], vec![], vec![]],
        ..Subnet::default()
    };
    assert_eq!(untidy.run(Options::default()), tidy);
}

#[test]
fn a_repeated_zero_still_counts_as_first() {
    let subnet = Subnet { weights: [vec![(3, 0), (2, 3), (3, 9)], vec![(2, 1)], vec![], vec![]], ..Subnet::default() };
    assert_eq!(subnet.run(Options::default()).incentive[2], I32F32::ONE);
}

#[test]
fn ties_for_permits_go_to_the_higher_uid() {
    let subnet = Subnet {
        stakes: [5, 5, 5, 5],
        parameters: Parameters { max_validators: 1, ..Parameters::default() },
        ..Subnet::default()
    };
    assert_eq!(subnet.run(Options::default()).permits, [false, false, false, true]);
}

#[test]
fn malformed_input_is_an_error() {
    let rows: Vec<Row> = vec![Row::new(); 2];
    let input = EpochInput {
        now: 1,
        stakes: &[1, 2],
        last_update: &[1],
        registered_at: &[1, 1],
        permits: &[true, true],
        weights: &rows,
        bonds: &rows,
        emission: 1,
        parameters: Parameters::default(),
    };
    let error = epoch(&input, &Options::default()).unwrap_err();
    assert_eq!(error, EpochError::LengthMismatch { field: "last_update", expected: 2, found: 1 });
    assert_eq!(error.to_string(), "`last_update` has 1 elements for 2 neurons");

    let stakes = vec![0; 65_537];
    let error = epoch(&EpochInput { stakes: &stakes, ..input }, &Options::default()).unwrap_err();
    assert_eq!(error, EpochError::TooManyNeurons { count: 65_537 });
}

#[test]
fn an_empty_subnet_carries_everything() {
    let rows: [Row; 0] = [];
    let input = EpochInput {
        now: 1,
        stakes: &[],
        last_update: &[],
        registered_at: &[],
        permits: &[],
        weights: &rows,
        bonds: &rows,
        emission: 5,
        parameters: Parameters::default(),
    };
    for options in [Options::default(), Options::reference()] {
        let outcome = epoch(&input, &options).unwrap();
        assert!(outcome.is_empty());
        assert_eq!((outcome.carried, outcome.consensus_reached), (5, false));
    }
}

/// A share of the stake has 32 bits of fraction. Less than the 2^32th part counts for nothing; the least nomination there
/// can be, a tenth of a TAO, is more than that beside all other TAO there can ever be.
#[test]
fn defect_27_the_least_nomination_counts_beside_all_the_tao_there_is() {
    const TAO: u64 = 1_000_000_000;
    let subnet = Subnet {
        stakes: [21_000_000 * TAO - TAO / 10, TAO / 10, 0, 0],
        weights: [vec![], vec![(2, 3), (3, 1)], vec![], vec![]],
        ..Subnet::default()
    };
    let small = Subnet { permits: [false, true, false, false], ..subnet };
    let outcome = small.run(Options::default());
    assert!(outcome.consensus_reached, "the only judge has no say");
    assert!(outcome.pay(1).1 > 0 && outcome.pay(2).0 > 0);
}
