-- From form 1 to form 2: indexes that don't name their table's id, and receipts.
DROP INDEX blocks_author;
CREATE INDEX blocks_author ON blocks (author) WHERE author IS NOT NULL;
DROP INDEX extrinsics_signer;
CREATE INDEX extrinsics_signer ON extrinsics (signer) WHERE signer IS NOT NULL;
DROP INDEX extrinsics_kind;
CREATE INDEX extrinsics_kind ON extrinsics (kind);
DROP INDEX events_kind;
CREATE INDEX events_kind ON events (kind);
DROP INDEX transfers_sender;
CREATE INDEX transfers_sender ON transfers (sender);
DROP INDEX transfers_recipient;
CREATE INDEX transfers_recipient ON transfers (recipient);
DROP INDEX stakes_coldkey;
CREATE INDEX stakes_coldkey ON stakes (coldkey) WHERE coldkey IS NOT NULL;
DROP INDEX stakes_hotkey;
CREATE INDEX stakes_hotkey ON stakes (hotkey);
DROP INDEX registrations_subnet;
CREATE INDEX registrations_subnet ON registrations (netuid);
DROP INDEX registrations_hotkey;
CREATE INDEX registrations_hotkey ON registrations (hotkey);
DROP INDEX votes_referendum;
CREATE INDEX votes_referendum ON votes (referendum);
DROP INDEX votes_voter;
CREATE INDEX votes_voter ON votes (voter);
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
UPDATE meta SET value = '2' WHERE key = 'form';
