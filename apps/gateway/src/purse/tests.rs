//! A purse and a bank in memory.

use super::*;
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, ChannelInfo, VoucherKey};
use ganglion_subnet::payments::promises::CONCEDED;
use std::net::SocketAddr;

const DEPOSIT: Rao = 100;
const PRICE: Rao = 10;

#[derive(Default)]
struct Vault {
    channels: Mutex<Vec<ChannelInfo>>,
    /// Whether it refuses from now on, and whether for sure.
    refuses: Mutex<Option<bool>>,
}

impl Vault {
    fn answer(&self) -> Result<(), BankError> {
        match *lock(&self.refuses) {
            None => Ok(()),
            Some(unsure) => Err(BankError { reason: "no".into(), unsure }),
        }
    }

    fn deposits(&self) -> Vec<Rao> {
        lock(&self.channels).iter().map(|info| info.deposit).collect()
    }
}

impl Bank for Vault {
    fn genesis(&self) -> BoxFuture<'_, Result<[u8; 32], BankError>> {
        async { Ok([3; 32]) }.boxed()
    }

    fn channels(&self) -> BoxFuture<'_, Result<Vec<ChannelInfo>, BankError>> {
        async { Ok(lock(&self.channels).clone()) }.boxed()
    }

    fn open(&self, provider: PublicKey, deposit: Rao, key: PublicKey) -> BoxFuture<'_, Result<(), BankError>> {
        async move {
            self.answer()?;
            let mut channels = lock(&self.channels);
            let id = ChannelId(channels.len() as u64);
            channels.push(ChannelInfo {
                id,
                user: AccountId::from([9; 32]),
                provider: AccountId::from(provider.0),
                voucher_key: VoucherKey::from_raw(key.0),
                deposit,
                redeemed: 0,
                closes_at: None,
            });
            Ok(())
        }
        .boxed()
    }

    fn top_up(&self, channel: ChannelId, amount: Rao) -> BoxFuture<'_, Result<(), BankError>> {
        async move {
            self.answer()?;
            lock(&self.channels)[channel.0 as usize].deposit += amount;
            Ok(())
        }
        .boxed()
    }
}

struct Stage {
    folder: tempfile::TempDir,
    vault: Arc<Vault>,
    purse: PersonalPurse,
}

impl Stage {
    fn set(budget: Rao) -> Self {
        Self::with(DEPOSIT, budget)
    }

    fn with(deposit: Rao, budget: Rao) -> Self {
        let (folder, vault) = (tempfile::tempdir().expect("folder"), Arc::new(Vault::default()));
        let settings = PurseSettings { deposit, budget, max_price: 20 };
        let purse = PersonalPurse::open(folder.path(), settings, vault.clone()).expect("a purse");
        Self { folder, vault, purse }
    }

    /// The total of what is paid for one request to miner `number`.
    async fn pay(&self, number: u8) -> Result<Box<dyn Payment>, String> {
        let target = target(number);
        self.purse.0.prices.learn(&target, "Text", PRICE);
        Ok(self.purse.pay(&target, "Text").await?.expect("it costs something"))
    }
}

fn target(number: u8) -> Target {
    Target { hotkey: PublicKey([number; 32]), address: SocketAddr::from(([127, 0, 0, 1], 1)) }
}

/// What a payment promises: channel, total.
fn promised(payment: &dyn Payment) -> (u64, Rao) {
    let note = Note::from_bytes(&payment.voucher());
    (note.voucher.channel.0, note.voucher.total)
}

#[tokio::test]
async fn one_channel_a_miner_and_a_voucher_a_request() {
    let stage = Stage::set(1_000);
    let first = stage.pay(1).await.expect("paid");
    assert_eq!(promised(first.as_ref()), (0, 10));
    let note = Note::from_bytes(&first.voucher());
    assert!(note.is_signed_by(&stage.purse.key().public(), &[3; 32]));
    first.answered();
    let second = stage.pay(1).await.expect("paid");
    assert_eq!(promised(second.as_ref()), (0, 20));
    drop(second);
    assert_eq!(promised(stage.pay(1).await.expect("paid").as_ref()), (0, 20), "no answer, nothing owed");
    assert_eq!(promised(stage.pay(2).await.expect("paid").as_ref()), (1, 10));
    assert_eq!(stage.vault.deposits(), [DEPOSIT, DEPOSIT]);
}

#[tokio::test]
async fn all_deposits_stay_within_the_budget_and_what_failed_is_not_counted() {
    let stage = Stage::set(2 * DEPOSIT);
    *lock(&stage.vault.refuses) = Some(false);
    for _ in 0..5 {
        assert_eq!(stage.pay(1).await.map(drop), Err("no".into()));
    }
    *lock(&stage.vault.refuses) = None;
    for number in 1..=2 {
        stage.pay(number).await.expect("paid").answered();
    }
    let refused = stage.pay(3).await.map(drop).expect_err("beyond the budget");
    assert!(refused.contains("--budget"), "{refused}");
    // What may have gone in counts.
    let stage = Stage::set(2 * DEPOSIT);
    *lock(&stage.vault.refuses) = Some(true);
    for _ in 0..2 {
        assert_eq!(stage.pay(1).await.map(drop), Err("no".into()));
    }
    *lock(&stage.vault.refuses) = None;
    assert!(stage.pay(1).await.map(drop).expect_err("beyond the budget").contains("--budget"));
}

#[tokio::test]
async fn a_used_up_channel_is_topped_up() {
    let stage = Stage::set(1_000);
    for total in 1..=25 {
        let payment = stage.pay(1).await.expect("paid");
        assert_eq!(promised(payment.as_ref()), (0, total * PRICE));
        payment.answered();
    }
    assert_eq!(lock(&stage.vault.channels).len(), 1);
    assert!(stage.vault.deposits()[0] >= 250);
}

#[tokio::test]
async fn requests_side_by_side_are_paid_from_deposits_for_one_answer() {
    let stage = Stage::with(PRICE, 1_000);
    let payments = futures::future::join_all((0..8).map(|_| stage.pay(1))).await;
    let payments: Vec<_> = payments.into_iter().map(|payment| payment.expect("paid")).collect();
    let mut totals: Vec<Rao> = payments.iter().map(|payment| promised(payment.as_ref()).1).collect();
    totals.sort_unstable();
    assert_eq!(totals, (1..=8).map(|number| number * PRICE).collect::<Vec<Rao>>());
    assert_eq!(lock(&stage.vault.channels).len(), 1);
}

#[tokio::test]
async fn who_costs_too_much_is_passed_over() {
    let stage = Stage::set(1_000);
    let dear = target(1);
    stage.purse.0.prices.learn(&dear, "Text", 21);
    let refused = stage.purse.pay(&dear, "Text").await.map(drop).expect_err("too dear");
    assert!(refused.contains("--max-price") && stage.purse.passes_over(&dear, "Text"), "{refused}");
    assert!(!stage.purse.passes_over(&target(2), "Text") && !stage.purse.passes_over(&dear, "Embed"), "by the synapse");
    let demand = |price_rao| Demand { price_rao, channel: None, total_rao: None };
    assert!(
        stage.purse.demanded(&target(2), "Text", &demand(20)) && !stage.purse.demanded(&target(2), "Text", &demand(21))
    );
    assert!(stage.purse.passes_over(&target(2), "Text") && stage.vault.deposits().is_empty());
}

#[tokio::test]
async fn totals_and_the_sum_of_deposits_survive_a_restart() {
    let stage = Stage::set(DEPOSIT);
    stage.pay(1).await.expect("paid").answered();
    let key = stage.purse.key().public();
    let Stage { folder, vault, purse } = stage;
    drop(purse);
    let settings = PurseSettings { deposit: DEPOSIT, budget: DEPOSIT, max_price: 20 };
    let purse = PersonalPurse::open(folder.path(), settings, vault.clone()).expect("the same purse");
    assert_eq!(purse.key().public(), key);
    let again = Stage { folder, vault, purse };
    assert_eq!(promised(again.pay(1).await.expect("paid").as_ref()), (0, 20));
    assert!(again.pay(2).await.map(drop).expect_err("spent").contains("--budget"));
    let settings = PurseSettings::default();
    let other = PersonalPurse::open(again.folder.path(), settings, again.vault.clone());
    assert!(matches!(other, Err(StoreError::InUse { .. })), "one process a folder");
}

#[tokio::test]
async fn a_miner_that_claims_answers_that_never_came_is_passed_over() {
    let stage = Stage::set(1_000);
    let demand = |total_rao| Demand { price_rao: PRICE, channel: Some(0), total_rao: Some(total_rao) };
    for said in 1..=CONCEDED {
        drop(stage.pay(1).await.expect("paid"));
        assert!(stage.purse.demanded(&target(1), "Text", &demand((said + 1) * PRICE)), "a few are conceded");
        assert!(!stage.purse.demanded(&target(2), "Text", &demand(2 * PRICE)), "it isn't its channel");
    }
    drop(stage.pay(1).await.expect("paid"));
    let next = demand((CONCEDED + 2) * PRICE);
    assert!(!stage.purse.demanded(&target(1), "Text", &next) && stage.purse.passes_over(&target(1), "Text"));
    assert!(stage.pay(1).await.is_err());
}
