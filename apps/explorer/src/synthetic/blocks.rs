//! Made-up blocks.

use super::{account, hash, hotkey, ledger, Role, World};
use crate::store::{Extra, Indexed};
use ganglion_client::{ChainBlock, ChainEvent, ChainExtrinsic};
use ganglion_keys::PublicKey;
use ganglion_primitives::{NetUid, TAO};
use serde_json::{json, Value as Json};

/// Blocks of a session.
pub(super) const SESSION: u32 = 600;
/// Blocks between two looks at the token.
const SUPPLY_EVERY: u32 = 60;
/// Blocks between two referenda.
const REFERENDUM_EVERY: u32 = 10_000;
/// Milliseconds from block to block.
const SLOT: u64 = 12_000;
/// When genesis was: 2026-01-01.
const GENESIS_TIME: u64 = 1_767_225_600_000;

/// When a block was, milliseconds since 1970.
pub(super) fn time(number: u32) -> u64 {
    GENESIS_TIME.saturating_add(SLOT.saturating_mul(number.into()))
}

fn hex(key: &[u8; 32]) -> Json {
    json!(format!("0x{}", hex::encode(key)))
}

/// What happens in one block.
struct Happenings {
    number: u32,
    extrinsics: Vec<ChainExtrinsic>,
    events: Vec<ChainEvent>,
}

impl Happenings {
    fn event(&mut self, pallet: &str, name: &str, extrinsic: Option<u32>, fields: Json) {
        self.events.push(ChainEvent { pallet: pallet.into(), name: name.into(), extrinsic, fields });
    }

    /// Something that the block does by itself.
    fn by_itself(&mut self, pallet: &str, name: &str, fields: Json) {
        self.event(pallet, name, None, fields);
    }

    /// An extrinsic and what it does; a fee is paid if somebody signed it.
    fn extrinsic(&mut self, call: (&str, &str), signer: Option<[u8; 32]>, args: Json, does: Vec<(&str, &str, Json)>) {
        let place = u32::try_from(self.extrinsics.len()).unwrap_or(u32::MAX);
        let fee = if signer.is_some() { 125_000 } else { 0 };
        if let Some(signer) = &signer {
            let fields = json!({ "who": hex(signer), "actual_fee": fee, "tip": 0 });
            self.event("TransactionPayment", "TransactionFeePaid", Some(place), fields);
        }
        for (pallet, name, fields) in does {
            self.event(pallet, name, Some(place), fields);
        }
        let weight = json!({ "weight": { "ref_time": 161_000_000, "proof_size": 1_500 }, "class": "Normal" });
        self.event("System", "ExtrinsicSuccess", Some(place), json!({ "dispatch_info": weight }));
        self.extrinsics.push(ChainExtrinsic {
            hash: hash(u64::from(self.number), u64::from(place)),
            length: 140,
            signer: signer.map(PublicKey),
            nonce: signer.map(|_| u64::from(self.number)),
            tip: 0,
            pallet: call.0.into(),
            call: call.1.into(),
            args,
            success: Some(true),
            error: None,
            fee,
        });
    }
}

impl World {
    /// The next block.
    pub(crate) fn block(&mut self, number: u32) -> Indexed {
        let mut happenings = Happenings { number, extrinsics: Vec::new(), events: Vec::new() };
        let time = time(number);
        let mut extra = Extra::default();
        if number > 0 {
            happenings.extrinsic(("Timestamp", "set"), None, json!({ "now": time }), Vec::new());
            self.traffic(&mut happenings, &mut extra);
        }
        self.state(&mut happenings, &mut extra);
        let hash = hash(self.recipe.seed, number.into());
        let block = ChainBlock {
            number,
            hash,
            parent: self.parent,
            time: (number > 0).then_some(time),
            slot: Some(u64::from(number) + 290_000_000),
            seat: u32::try_from(self.dice.below(u64::from(ledger::PRODUCERS))).ok(),
            extrinsics: happenings.extrinsics,
            events: happenings.events,
        };
        self.parent = hash;
        Indexed { block, extra }
    }

    /// What people do.
    fn traffic(&mut self, happenings: &mut Happenings, extra: &mut Extra) {
        if self.dice.once_in(5) {
            let (from, to) = (self.somebody(), self.somebody());
            let amount = self.dice.below(50 * TAO) + 1;
            let args = json!({ "dest": { "Id": hex(&to) }, "value": amount });
            let moved = json!({ "from": hex(&from), "to": hex(&to), "amount": amount });
            let call = ("Balances", "transfer_keep_alive");
            happenings.extrinsic(call, Some(from), args, vec![("Balances", "Transfer", moved)]);
            let rich = self.dice.below(1 << 20).pow(2) % (10_000 * TAO);
            extra.accounts.push((to, ledger::positions(rich)));
        }
        if self.dice.once_in(20) {
            let (coldkey, uid) = (self.somebody(), self.some_uid());
            let amount = self.dice.below(20 * TAO) + 1;
            let fields = json!({ "coldkey": hex(&coldkey), "hotkey": hex(&hotkey(1, uid).0), "amount": amount });
            let name = if self.dice.once_in(3) { "StakeRemoved" } else { "StakeAdded" };
            let call = ("Staking", if name == "StakeAdded" { "add_stake" } else { "remove_stake" });
            happenings.extrinsic(call, Some(coldkey), fields.clone(), vec![("Staking", name, fields)]);
        }
        if self.dice.once_in(50) {
            let uid = self.some_uid();
            let fields = |burned: u64| {
                let key = hex(&hotkey(1, uid).0);
                json!({ "netuid": 1, "uid": uid, "id": u64::from(happenings.number), "hotkey": key, "burned": burned })
            };
            let (pruned, joined) = (fields(0), fields(if uid.is_multiple_of(2) { TAO / 100 } else { 0 }));
            let does = vec![("Neurons", "NeuronPruned", pruned), ("Neurons", "NeuronRegistered", joined.clone())];
            happenings.extrinsic(("Neurons", "register_pow"), None, joined, does);
        }
        if self.dice.once_in(500) {
            self.channels = self.channels.saturating_add(1);
            let (user, uid) = (self.somebody(), self.some_uid());
            let provider = hex(&hotkey(1, uid).0);
            let fields = json!({ "channel": self.channels, "user": hex(&user), "provider": provider, "deposit": TAO });
            let does = vec![("Access", "ChannelOpened", fields.clone())];
            happenings.extrinsic(("Access", "open_channel"), Some(user), fields, does);
        }
        if self.referenda > 0 && self.dice.once_in(1_000) {
            let who = self.somebody();
            let vote = json!({ "Standard": { "vote": 0x81, "balance": TAO } });
            let fields = json!({ "who": hex(&who), "vote": vote, "poll_index": self.referenda - 1 });
            let does = vec![("ConvictionVoting", "Voted", fields.clone())];
            happenings.extrinsic(("ConvictionVoting", "vote"), Some(who), fields, does);
        }
    }

    fn some_uid(&mut self) -> u16 {
        u16::try_from(self.dice.below(self.recipe.neurons.max(1).into())).unwrap_or(0)
    }

    /// What the ledger does, and what is read of it.
    fn state(&mut self, happenings: &mut Happenings, extra: &mut Extra) {
        let number = happenings.number;
        let last = number.saturating_add(1) == self.recipe.blocks;
        for (netuid, neurons) in ledger::subnet_sizes(&self.recipe) {
            let runs = number > 0 && number.saturating_add(netuid.into()).is_multiple_of(ledger::TEMPO);
            if !runs && !last {
                continue;
            }
            if runs {
                let half = 60 * TAO;
                let fields = json!({ "netuid": netuid, "miners": half, "validators": half, "owner": 0, "carried": 7 });
                happenings.by_itself("Emission", "EpochPaid", fields);
            }
            extra.metagraphs.insert(NetUid(netuid), ledger::metagraph(netuid, neurons, number));
        }
        if number.is_multiple_of(SESSION) {
            if number > 0 {
                self.session = self.session.saturating_add(1);
                happenings.by_itself("Session", "NewSession", json!({ "session_index": self.session }));
            }
            extra.producers = Some(ledger::producers(&self.recipe, self.session, number));
            extra.backing = ledger::backing();
        }
        if number.is_multiple_of(SUPPLY_EVERY) || last {
            extra.emission = Some(ledger::emission(number));
        }
        if number == 0 || last {
            extra.subnets = Some(ledger::subnets(&self.recipe, number));
        }
        if number > 0 && number.is_multiple_of(REFERENDUM_EVERY) || last {
            let proposer = account(Role::Coldkey, u64::from(self.referenda));
            extra.governance = Some(ledger::governance(self.referenda, number, proposer));
            extra.calls.insert(self.referenda, ledger::proposed(self.referenda, self.recipe.hostile));
            self.referenda = self.referenda.saturating_add(1);
        }
    }
}
