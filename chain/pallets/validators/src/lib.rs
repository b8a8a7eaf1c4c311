//! Block producers: who they are, what they answer with, and their vote on subnets.
//!
//! # Overview
//! Every session up to 64 **members** write blocks (BABE) and finalise them (GRANDPA). They are elected by stake, answer
//! with it for what they sign, and vote with it on how emission is split among subnets.
//!
//! - **Candidates** are hotkeys with a seat in some subnet that have set session keys ([`Pallet::set_keys`]). There are
//!   at most [`Config::MaxCandidates`]; a richer newcomer takes the place of the poorest.
//! - **Election.** When a session begins, the next one is planned: the candidates with most stake, own and nominated, get
//!   its seats. The plan takes effect when the session that has just begun ends.
//! - **Founders** are the producers that genesis names. They have no stake. They hold seats only while fewer than
//!   [`Config::Quorum`] elected members write blocks, and come back if there are ever fewer again.
//! - **Root weights** say how much of the emission a member wants each subnet to have ([`Pallet::set_root_weights`]).
//!   They count while they are younger than [`Config::RootWeightsLifetime`] and their author is a member; the emission
//!   pallet reads them through [`RootVotes`].
//!
//! # How the network survives a change of members
//! Being elected proves stake, not that a node runs. Members therefore are **present** or on probation: a new one becomes
//! present with the first block that it writes. Those on probation write blocks but don't take part in finality
//! ([`PresentOnly`]), and they hold at most one seat for two present members (one, where there is a single
//! member). At worst a third of the slots stays empty, and finality waits for nobody who was never there. Nobody leaves a
//! session without a present member: if there is none among the elected and the founders, those present now stay. And if
//! nobody is known to be there, all members stay, chilled ones too: who comes back writes the next block, unless it
//! is disabled for an offence of this session (of four and more members, up to a third are), and a session without
//! members would be the last. Founders on probation take turns: one that was missed makes room for the next.
//!
//! # Absence
//! A member is **absent** when it wrote none of the last `Patience · n` blocks, where n is the number of members. It is
//! judged when a session ends. An absent member is on probation again, and chilled if it is a candidate with stake. (A
//! founder without isn't, listed or not: it has nobody to replace it.) All members are equally likely to write a block, so
//! that one who is there goes unnoticed with a probability of (1 − 1/n)^(Patience · n) < e^−Patience: with a patience of
//! 16, one in nine million.
//! With long sessions (16 · n slots and more) this is "a session without a block"; with 64 members and shorter ones a
//! single session would chill honest members by chance, one in a hundred at 300 slots.
//!
//! # When finality stops
//! Finality needs more than two thirds of its voters, so that three or fewer can't spare any. Attendance is judged by
//! blocks, and votes aren't seen here: who writes blocks and doesn't vote is present. When too many are away, blocks go on,
//! and finality waits until enough of those same voters are back: any node with their session keys will do. If keys are
//! lost for good, only root can go on without them: `grandpa.note_stalled(delay, block)` makes the members that are present
//! at the beginning of the next session voters, `delay` blocks later. `block` is the highest block that any of their nodes
//! has finalised. It must not be higher: nodes refuse the block in which the new voters take over while they wait for
//! an earlier change of voters up to `block`, and the chain would end there. `delay` must outlast any fork, and until it is
//! over no other change of voters takes effect. Such a referendum takes days of blocks, and producers slow down while
//! finality lags: with their node, to a block in a tenth of a session, so that at 12 s a slot and 300 slots a session one about
//! root takes 70 days at best.
//! Where the network was split, its parts have less time to find together by themselves: a node can't leave a branch of
//! more than 4 096 unfinalised blocks, seventeen days at that pace, unless it keeps all states or begins anew.
//!
//! # Chill and offences
//! A **chilled** candidate isn't elected. It can [`stand`](Pallet::stand) again after sitting out one whole session. One is
//! chilled by its own wish ([`Pallet::chill`]), by absence, or by an **offence**: an equivocation in BABE or GRANDPA, which
//! the SDK's pallets prove and report here. An offence costs the part of all stake on the hotkey that the SDK computes
//! (min(1, 3k/n)² for k offenders at once among n members), at least [`Config::MinSlash`]; nominators lose with the
//! hotkey they chose. Several offences in one session cost as much as the dearest of them. What is slashed is recycled, and
//! nobody is rewarded for a report: a reward would pay for provoking what it should prevent, and every holder of TAO gains
//! from the slash anyway. Stake behind a member leaves only after the slash window ([`pallet_staking::Surety`]).
//!
//! # Identities
//! All is stored under a hotkey's id. The SDK's pallets know a member by [`producer_account`], computed from the id: a key
//! swap changes neither seat nor session keys. Session keys prove, as `owner`, the hotkey's account of the time.
//!
//! # What is forgotten
//! Who is no candidate any more leaves a standing behind: the slash window in which its stake answers, a chill that it
//! can't get rid of by losing its seat and winning another, the time of its last change. When all three are over the row
//! goes: each session looks at 64 rows. So there is one for each candidate and founder, for each that left within the slash
//! window, the chill or the change interval, and for those whose turn has yet to come. A session's first block counts as full;
//! that pays for it.
//!
//! # Composition
//! In the runtime:
//! - session: `ValidatorId = AccountId`, `ValidatorIdOf = ProducerOf<Runtime>`,
//!   `SessionManager = NoteHistoricalRoot<Runtime, Validators>`; its own calls are to be disabled;
//! - historical: `FullIdentification = ()`, `FullIdentificationOf = NothingMore`;
//! - authorship, which must come before session: `FindAuthor = Author<Runtime, Babe>`, `EventHandler = Validators`;
//! - offences: `OnOffenceHandler = Validators`; staking: `Surety = Validators`;
//! - the session keys are `babe: Babe` and `grandpa: PresentOnly<Runtime, Grandpa>`;
//! - genesis gives founder *i* the session keys of `producer_account(HotkeyId(i))`.
//!
//! # Invariants
//! - There is a founder, and a member.
//! - Slot and session length never change: BABE derives its epochs from them.
//! - Candidates have session keys, are listed once, richest first as of the last election, and are at most
//!   `MaxCandidates`.
//! - Exactly the members have an attendance row. Their stake and that of the next session's members is bound.
//! - Only members have root weights, and those name existing or dissolving subnets, each once.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod attendance;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod candidates;
mod clock;
mod election;
mod finality;
mod invariants;
mod members;
mod offences;
mod producer;
mod root_weights;
mod sessions;
mod standing;
mod types;
pub mod weights;

pub use attendance::Author;
pub use clock::{HalfSlot, HistoryDepth, ReportLongevity, SessionLength, SlotDuration};
pub use finality::PresentOnly;
pub use members::Member;
pub use pallet::*;
pub use producer::{hotkey_of, producer_account, NothingMore, ProducerOf};
pub use root_weights::{RootVote, RootVotes};
pub use types::{Attendance, Candidate, Chill, ChillCause, RootRow, Standing, SubnetWeights, MAX_PRODUCERS};
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use crate::{Attendance, Candidate, ChillCause, RootRow, Standing, SubnetWeights, WeightInfo, MAX_PRODUCERS};
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use ganglion_primitives::{AccountId, HotkeyId, Rao, RetryIn};
    use sp_runtime::Perbill;
    use sp_staking::SessionIndex;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>>
        + pallet_neurons::Config
        + pallet_session::Config<ValidatorId = AccountId>
        + pallet_session::historical::Config<FullIdentification = ()>
    {
        /// Most candidates.
        #[pallet::constant]
        type MaxCandidates: Get<u32>;
        /// How many elected members must write blocks before founders leave.
        #[pallet::constant]
        type Quorum: Get<u32>;
        /// How many blocks a member can be expected to have written, and wrote none, before it counts as absent.
        #[pallet::constant]
        type Patience: Get<u32>;
        /// Blocks between two changes of a candidate: new keys, chill, stand.
        #[pallet::constant]
        type ChangeInterval: Get<BlockNumberFor<Self>>;
        /// Blocks between two settings of a member's root weights.
        #[pallet::constant]
        type RootWeightsInterval: Get<BlockNumberFor<Self>>;
        /// Blocks during which root weights count.
        #[pallet::constant]
        type RootWeightsLifetime: Get<BlockNumberFor<Self>>;
        /// Least part of the stake that an offence costs.
        #[pallet::constant]
        type MinSlash: Get<Perbill>;
        /// What the calls weigh.
        type WeightInfo: WeightInfo;
    }

    /// Length of a slot, milliseconds. A slot has one block at most.
    #[pallet::storage]
    pub type SlotMillis<T> = StorageValue<_, u64, ValueQuery, DefaultSlot>;

    /// Length of a session, slots.
    #[pallet::storage]
    pub type SessionSlots<T> = StorageValue<_, u64, ValueQuery, DefaultSession>;

    /// The first producers.
    #[pallet::storage]
    pub type Founders<T> = StorageValue<_, BoundedVec<HotkeyId, ConstU32<MAX_PRODUCERS>>, ValueQuery>;

    /// Who can be elected, with their stake at the last election, richest first.
    #[pallet::storage]
    pub type Candidates<T: Config> = StorageValue<_, BoundedVec<Candidate, T::MaxCandidates>, ValueQuery>;

    /// What is known of candidates, founders and members; and of those who were, until nothing of it matters any more.
    #[pallet::storage]
    pub type Standings<T: Config> = StorageMap<_, Twox64Concat, HotkeyId, Standing<BlockNumberFor<T>>, ValueQuery>;

    /// The last standing that the last session looked at; none if it looked at all the rest.
    #[pallet::storage]
    pub type SweptTo<T> = StorageValue<_, HotkeyId>;

    /// When the members of this session and the next last wrote a block.
    #[pallet::storage]
    pub type Attendances<T: Config> = StorageMap<_, Twox64Concat, HotkeyId, Attendance<BlockNumberFor<T>>>;

    /// How members want emission to be split.
    #[pallet::storage]
    pub type RootWeights<T: Config> = StorageMap<_, Twox64Concat, HotkeyId, RootRow<BlockNumberFor<T>>>;

    /// What offences in a session have cost a hotkey so far: session, hotkey → part of its stake.
    #[pallet::storage]
    pub type Slashed<T> = StorageDoubleMap<_, Twox64Concat, SessionIndex, Twox64Concat, HotkeyId, Perbill, ValueQuery>;

    /// 12 seconds.
    #[pallet::type_value]
    pub fn DefaultSlot() -> u64 {
        12_000
    }

    /// 300 slots, an hour at 12 s.
    #[pallet::type_value]
    pub fn DefaultSession() -> u64 {
        300
    }

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A hotkey has session keys, and is a candidate if it has a seat in a subnet.
        KeysSet {
            /// The hotkey.
            hotkey: T::AccountId,
        },
        /// A hotkey is no candidate any more: it lost its last seat, or somebody richer took its place.
        CandidateDropped {
            /// The hotkey.
            hotkey: HotkeyId,
        },
        /// The next session was planned.
        SessionPlanned {
            /// Which.
            session: SessionIndex,
            /// Its members.
            members: u32,
            /// How many of them are known to write blocks.
            present: u32,
        },
        /// A member wrote its first block, or the first since it was absent: it takes part in finality from the next
        /// session on.
        MemberPresent {
            /// The hotkey.
            hotkey: HotkeyId,
        },
        /// A member let its blocks fail to appear.
        MemberAbsent {
            /// The hotkey.
            hotkey: HotkeyId,
        },
        /// A hotkey isn't elected for a while.
        Chilled {
            /// The hotkey.
            hotkey: HotkeyId,
            /// Why.
            cause: ChillCause,
            /// First session in which it can stand again.
            until: SessionIndex,
        },
        /// A hotkey can be elected again.
        Stood {
            /// The hotkey.
            hotkey: HotkeyId,
        },
        /// A member's offence was punished.
        OffencePunished {
            /// The hotkey.
            hotkey: HotkeyId,
            /// The session of the offence.
            session: SessionIndex,
            /// What offences in that session have cost so far, as a part of the stake.
            fraction: Perbill,
            /// RAO slashed now.
            slashed: Rao,
        },
        /// A member voted on subnets.
        RootWeightsSet {
            /// Its hotkey.
            hotkey: T::AccountId,
            /// Its weights; empty if it withdrew them.
            weights: SubnetWeights,
        },
    }

    /// Why a call was declined.
    #[pallet::error]
    pub enum Error<T> {
        /// Nobody ever registered this hotkey: join a subnet first.
        UnknownHotkey,
        /// Only the hotkey itself or its owner may do this: sign with one of them.
        NotInControl,
        /// The hotkey has no seat in any subnet: join one first.
        NoSeat,
        /// The session keys are not proved to be the hotkey's: have the node generate them with the hotkey as owner.
        InvalidProof,
        /// There are as many candidates as there can be, and none has less stake: stake more.
        TooManyCandidates,
        /// The hotkey has no session keys: set them first.
        NotCandidate,
        /// The hotkey isn't chilled: it can be elected already.
        NotChilled,
        /// The hotkey is chilled already: there is nothing to do.
        AlreadyChilled,
        /// A chilled hotkey sits out one whole session: try again in so many sessions.
        ChillLasts(u8),
        /// There was a change not long ago: try again in so many blocks.
        TooSoon(RetryIn),
        /// Only a block producer of this session votes on subnets: see the list of members.
        NotMember,
        /// A weight names a subnet that doesn't exist: list those there are.
        UnknownSubnet,
        /// A subnet is named twice: give each one weight.
        DuplicateSubnet,
        /// Every weight is zero: to withdraw your vote, set no weights at all.
        AllZero,
    }

    /// Starting state.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Length of a slot, milliseconds; 0 is the default of 12 000.
        pub slot_millis: u64,
        /// Length of a session, slots; 0 is the default of 300.
        pub session_slots: u64,
        /// The hotkeys of the first producers. Their session keys are in the session pallet's genesis, under
        /// [`producer_account`](crate::producer_account) of 0, 1, and so on.
        pub founders: Vec<T::AccountId>,
        /// Their owners, in the same order. A founder without one is its own owner.
        pub owners: Vec<T::AccountId>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if self.slot_millis > 0 {
                assert!((200..=600_000).contains(&self.slot_millis), "a slot lasts 200 ms to 600 s");
                SlotMillis::<T>::put(self.slot_millis);
            }
            if self.session_slots > 0 {
                assert!((10..=50_400).contains(&self.session_slots), "a session lasts 10 to 50 400 slots");
                SessionSlots::<T>::put(self.session_slots);
            }
            let found = |(place, founder): (usize, &T::AccountId)| {
                let owner = self.owners.get(place).unwrap_or(founder);
                pallet_staking::Pallet::<T>::ensure_owned(founder, owner)
            };
            let founders: Result<Vec<_>, _> = self.founders.iter().enumerate().map(found).collect();
            let founders = founders.unwrap_or_else(|_| panic!("each founder's account is a hotkey of its owner"));
            let sorted = founders.windows(2).all(|pair| pair[0] < pair[1]);
            assert!(sorted, "a founder is named twice");
            Founders::<T>::put(BoundedVec::try_from(founders).expect("at most 64 founders"));
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Gives `hotkey` session keys and makes it a candidate, or changes its keys. The hotkey or its owner signs.
        /// Feeless; once in [`Config::ChangeInterval`].
        ///
        /// `proof` shows that the signer's node has the secrets: the answer of the node's `author_rotateKeysWithOwner`
        /// to the hotkey's account. The keys are used from the session after next on.
        ///
        /// # Errors
        /// [`Error::UnknownHotkey`], [`Error::NotInControl`], [`Error::TooSoon`], [`Error::NoSeat`],
        /// [`Error::TooManyCandidates`], [`Error::InvalidProof`]; the session pallet's `DuplicatedKey`.
        #[pallet::call_index(0)]
        #[pallet::weight((<T as Config>::WeightInfo::set_keys(), DispatchClass::Normal, Pays::No))]
        pub fn set_keys(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            keys: <T as pallet_session::Config>::Keys,
            proof: Vec<u8>,
        ) -> DispatchResult {
            let signer = ensure_signed(origin)?;
            Self::change_keys(&signer, hotkey, keys, &proof)
        }

        /// Says how much of the emission each subnet should have. A block producer's hotkey signs. Only ratios matter. No
        /// weights at all withdraw the vote. Feeless; once in [`Config::RootWeightsInterval`].
        ///
        /// # Errors
        /// [`Error::NotMember`], [`Error::TooSoon`], [`Error::UnknownSubnet`], [`Error::DuplicateSubnet`],
        /// [`Error::AllZero`].
        #[pallet::call_index(1)]
        #[pallet::weight((
            <T as Config>::WeightInfo::set_root_weights(weights.len() as u32), DispatchClass::Normal, Pays::No
        ))]
        pub fn set_root_weights(origin: OriginFor<T>, weights: SubnetWeights) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::vote(hotkey, weights)
        }

        /// Steps down: `hotkey` isn't elected until it stands again. The hotkey or its owner signs. It serves the sessions
        /// that are planned already. Feeless; once in [`Config::ChangeInterval`].
        ///
        /// # Errors
        /// [`Error::UnknownHotkey`], [`Error::NotInControl`], [`Error::TooSoon`], [`Error::NotCandidate`],
        /// [`Error::AlreadyChilled`].
        #[pallet::call_index(2)]
        #[pallet::weight((<T as Config>::WeightInfo::chill(), DispatchClass::Normal, Pays::No))]
        pub fn chill(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let signer = ensure_signed(origin)?;
            Self::step_down(&signer, &hotkey)
        }

        /// Ends the chill of `hotkey` after it sat out a session. The hotkey or its owner signs. Feeless; once in
        /// [`Config::ChangeInterval`].
        ///
        /// # Errors
        /// [`Error::UnknownHotkey`], [`Error::NotInControl`], [`Error::TooSoon`], [`Error::NotChilled`],
        /// [`Error::ChillLasts`].
        #[pallet::call_index(3)]
        #[pallet::weight((<T as Config>::WeightInfo::stand(), DispatchClass::Normal, Pays::No))]
        pub fn stand(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let signer = ensure_signed(origin)?;
            Self::stand_again(&signer, &hotkey)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Charges for noting the author, which the authorship pallet has just asked for.
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            <T as Config>::WeightInfo::note_author()
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(Into::into)
        }
    }
}
