-- Amounts are RAO; SQLite's integers hold all that can exist. Times are milliseconds since 1970.
-- Ids of extrinsics and events are height * 2^20 + place: they sort as the chain does and need no index of their own.
-- An index doesn't name its table's id: the id stands behind its keys anyway, and where it is a key of its own SQLite
-- skips through the index for what is older than an id, and sorts all of that, instead of reading the newest of it.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Names of calls and events, said once.
CREATE TABLE kinds (id INTEGER PRIMARY KEY, pallet TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (pallet, name));

-- Every account that a block named. Balances are those of the block `read_at`.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    address TEXT NOT NULL,
    first_block INTEGER NOT NULL,
    last_block INTEGER NOT NULL,
    blocks INTEGER NOT NULL DEFAULT 0,
    earned INTEGER NOT NULL DEFAULT 0,
    free INTEGER NOT NULL DEFAULT 0,
    reserved INTEGER NOT NULL DEFAULT 0,
    staked INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    read_at INTEGER NOT NULL DEFAULT -1
);
CREATE INDEX accounts_address ON accounts (address);
CREATE INDEX accounts_total ON accounts (total);
CREATE INDEX accounts_read ON accounts (read_at);

CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    time INTEGER,
    slot INTEGER,
    author INTEGER,
    extrinsics INTEGER NOT NULL,
    events INTEGER NOT NULL
);
CREATE INDEX blocks_hash ON blocks (substr(hash, 1, 8));
CREATE INDEX blocks_author ON blocks (author) WHERE author IS NOT NULL;

CREATE TABLE extrinsics (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    signer INTEGER,
    nonce INTEGER,
    hash BLOB,
    success INTEGER,
    error TEXT,
    fee INTEGER NOT NULL,
    tip INTEGER NOT NULL,
    length INTEGER NOT NULL,
    args TEXT
);
CREATE INDEX extrinsics_hash ON extrinsics (substr(hash, 1, 8)) WHERE hash IS NOT NULL;
CREATE INDEX extrinsics_signer ON extrinsics (signer) WHERE signer IS NOT NULL;
CREATE INDEX extrinsics_signed ON extrinsics (id) WHERE signer IS NOT NULL;
CREATE INDEX extrinsics_failed ON extrinsics (id) WHERE success = 0;
CREATE INDEX extrinsics_kind ON extrinsics (kind);

CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    extrinsic INTEGER,
    args TEXT
);
CREATE INDEX events_kind ON events (kind);

-- Which events name an account.
CREATE TABLE touches (account INTEGER, event INTEGER, PRIMARY KEY (account, event)) WITHOUT ROWID;

CREATE TABLE transfers (
    id INTEGER PRIMARY KEY,
    sender INTEGER NOT NULL,
    recipient INTEGER NOT NULL,
    amount INTEGER NOT NULL
);
CREATE INDEX transfers_sender ON transfers (sender);
CREATE INDEX transfers_recipient ON transfers (recipient);

CREATE TABLE stakes (
    id INTEGER PRIMARY KEY,
    action TEXT NOT NULL,
    coldkey INTEGER,
    hotkey INTEGER NOT NULL,
    amount INTEGER NOT NULL
);
CREATE INDEX stakes_coldkey ON stakes (coldkey) WHERE coldkey IS NOT NULL;
CREATE INDEX stakes_hotkey ON stakes (hotkey);

-- Who joined a subnet and who was pruned from it.
CREATE TABLE registrations (
    id INTEGER PRIMARY KEY,
    netuid INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    neuron INTEGER NOT NULL,
    hotkey INTEGER NOT NULL,
    pruned INTEGER NOT NULL,
    burned INTEGER NOT NULL
);
CREATE INDEX registrations_subnet ON registrations (netuid);
CREATE INDEX registrations_hotkey ON registrations (hotkey);

-- Subnets as the block `read_at` left them; those that are gone stay with the block in which they went.
CREATE TABLE subnets (
    netuid INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    owner INTEGER,
    neurons INTEGER NOT NULL,
    max_neurons INTEGER NOT NULL,
    tempo INTEGER NOT NULL,
    next_epoch INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    emission INTEGER NOT NULL,
    lock INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    difficulty TEXT NOT NULL,
    burn INTEGER NOT NULL,
    stake INTEGER NOT NULL DEFAULT 0,
    identity TEXT,
    hyperparameters TEXT NOT NULL,
    gone_at INTEGER,
    read_at INTEGER NOT NULL
);

-- A hyperparameter's values from a block on.
CREATE TABLE hyperparameters (
    netuid INTEGER,
    block INTEGER,
    name TEXT,
    value TEXT NOT NULL,
    PRIMARY KEY (netuid, block, name)
) WITHOUT ROWID;

-- What each tempo's end came to.
CREATE TABLE epochs (
    netuid INTEGER,
    block INTEGER,
    outcome TEXT NOT NULL,
    miners INTEGER NOT NULL,
    validators INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    carried INTEGER NOT NULL,
    PRIMARY KEY (netuid, block)
) WITHOUT ROWID;

-- Metagraphs as they are now.
CREATE TABLE neurons (
    netuid INTEGER,
    uid INTEGER,
    neuron INTEGER NOT NULL,
    hotkey INTEGER NOT NULL,
    coldkey INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    last_update INTEGER,
    axon TEXT,
    stake INTEGER NOT NULL,
    permit INTEGER NOT NULL,
    active INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    trust INTEGER NOT NULL,
    validator_trust INTEGER NOT NULL,
    consensus INTEGER NOT NULL,
    incentive INTEGER NOT NULL,
    dividends INTEGER NOT NULL,
    emission INTEGER NOT NULL,
    earned INTEGER NOT NULL,
    PRIMARY KEY (netuid, uid)
) WITHOUT ROWID;
CREATE INDEX neurons_hotkey ON neurons (hotkey);
CREATE INDEX neurons_coldkey ON neurons (coldkey);

-- The metagraph at each epoch, as far as somebody was paid or has stake.
CREATE TABLE rewards (
    netuid INTEGER,
    block INTEGER,
    uid INTEGER,
    hotkey INTEGER NOT NULL,
    incentive INTEGER NOT NULL,
    dividends INTEGER NOT NULL,
    stake INTEGER NOT NULL,
    emission INTEGER NOT NULL,
    PRIMARY KEY (netuid, block, uid)
) WITHOUT ROWID;
CREATE INDEX rewards_hotkey ON rewards (hotkey, block);

-- The producers of each session, by their place in it.
CREATE TABLE producers (
    session INTEGER,
    seat INTEGER,
    since INTEGER NOT NULL,
    hotkey INTEGER NOT NULL,
    coldkey INTEGER,
    stake INTEGER NOT NULL,
    own INTEGER,
    nominators INTEGER,
    take INTEGER,
    founder INTEGER NOT NULL,
    present INTEGER NOT NULL,
    chilled INTEGER NOT NULL,
    last_block INTEGER NOT NULL,
    root_weights TEXT NOT NULL,
    blocks INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (session, seat)
) WITHOUT ROWID;
CREATE INDEX producers_hotkey ON producers (hotkey, session);

-- The token, now and then.
CREATE TABLE supply (
    block INTEGER PRIMARY KEY,
    time INTEGER,
    issuance INTEGER NOT NULL,
    emitted INTEGER NOT NULL,
    recycled INTEGER NOT NULL,
    block_emission INTEGER NOT NULL,
    next_halving INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    staked INTEGER NOT NULL,
    locked INTEGER NOT NULL,
    prepaid INTEGER NOT NULL,
    subnet_price INTEGER NOT NULL
);

CREATE TABLE referenda (
    number INTEGER PRIMARY KEY,
    track TEXT,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    proposer INTEGER,
    proposal BLOB,
    submitted INTEGER,
    ayes INTEGER NOT NULL,
    nays INTEGER NOT NULL,
    support INTEGER NOT NULL,
    electorate INTEGER NOT NULL,
    read_at INTEGER NOT NULL
);

-- What referenda propose, where the ledger had the call and somebody looked: either as a call, or why it is none to be told.
CREATE TABLE proposals (referendum INTEGER PRIMARY KEY, call TEXT, args TEXT, unreadable TEXT);

CREATE TABLE votes (
    id INTEGER PRIMARY KEY,
    referendum INTEGER NOT NULL,
    voter INTEGER NOT NULL,
    vote TEXT NOT NULL,
    conviction INTEGER,
    balance INTEGER NOT NULL,
    removed INTEGER NOT NULL
);
CREATE INDEX votes_referendum ON votes (referendum);
CREATE INDEX votes_voter ON votes (voter);

CREATE TABLE channels (
    id INTEGER PRIMARY KEY,
    user INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    deposit INTEGER NOT NULL,
    redeemed INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    closes_at INTEGER,
    settled_at INTEGER
);
CREATE INDEX channels_user ON channels (user);
CREATE INDEX channels_provider ON channels (provider);

-- What validators have signed for single answers, as far as their pages still had it. Not the chain's: an index that is
-- made anew begins without. `line` is the receipt as it was signed.
CREATE TABLE receipts (
    id INTEGER PRIMARY KEY,
    netuid INTEGER NOT NULL,
    validator INTEGER NOT NULL,
    miner INTEGER NOT NULL,
    neuron INTEGER NOT NULL,
    round INTEGER NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    elapsed INTEGER NOT NULL,
    score REAL NOT NULL,
    absolute REAL,
    marginal REAL,
    novelty REAL,
    time INTEGER NOT NULL,
    signature BLOB NOT NULL UNIQUE,
    line TEXT NOT NULL
);
CREATE INDEX receipts_netuid ON receipts (netuid);
CREATE INDEX receipts_miner ON receipts (miner);
CREATE INDEX receipts_validator ON receipts (validator);
