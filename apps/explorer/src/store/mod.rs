//! The index: one SQLite file. One connection writes, some others read.
//!
//! A batch of blocks is one transaction, so a kill leaves whole batches; a block that is there is never written again.

mod accounts;
mod capital;
mod facts;
mod ledger;
mod memory;
mod neurons;
mod receipts;
mod write;

pub(crate) use facts::MOST_NOMINATORS;
pub use facts::{Backing, Extra, Indexed};
pub(crate) use write::{is_account_field, is_session};

use crate::error::ExplorerError;
use ganglion_subnet::receipts::SignedReceipt;
use memory::Memory;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// The tables.
const SCHEMA: &str = include_str!("schema.sql");
/// Their form; another one is refused, but for those before.
const FORM: u32 = 3;
/// From each form to the next, the first from form 1.
const UPGRADES: [&str; 2] = [include_str!("upgrade.sql"), include_str!("upgrade_calls.sql")];
/// Connections that read at the same time.
const READERS: usize = 4;
/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 10_000;
/// Places in a block: what an id has beside the height.
pub(crate) const PLACES: i64 = 1 << 20;

/// The id of what stands at `place` in block `number`.
pub(crate) fn id(number: u32, place: usize) -> i64 {
    let place = i64::try_from(place).unwrap_or(i64::MAX).min(PLACES - 1);
    i64::from(number).saturating_mul(PLACES).saturating_add(place)
}

/// Block and place of an id.
pub(crate) fn place(id: i64) -> (i64, i64) {
    (id.div_euclid(PLACES), id.rem_euclid(PLACES))
}

/// The index of one chain.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
    slots: Arc<Semaphore>,
    patience: Duration,
    /// Held for as long as this lives, so that no other process writes.
    _lock: File,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    memory: Memory,
}

/// Why a page couldn't be read from the index.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// Too much work for one request, or too many requests.
    #[error("the index is busy, or this would take too long")]
    Busy,
    /// SQLite failed.
    #[error("the index can't be read: {0}")]
    Sqlite(rusqlite::Error),
    /// The work panicked.
    #[error("the index can't be read: a task ended before its time")]
    Task,
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::Busy,
            _ => Self::Sqlite(error),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Opens the index at `path`, or begins one. `patience` is the longest that one request may read.
    ///
    /// # Errors
    /// [`ExplorerError::Store`], [`ExplorerError::OtherForm`], [`ExplorerError::Busy`].
    pub fn open(path: &Path, patience: Duration) -> Result<Self, ExplorerError> {
        Self::locked(path, patience, hold(path)?)
    }

    /// As [`open`](Self::open), without what was there.
    ///
    /// # Errors
    /// [`ExplorerError::Store`], [`ExplorerError::Busy`].
    pub fn anew(path: &Path, patience: Duration) -> Result<Self, ExplorerError> {
        let lock = hold(path)?;
        for suffix in ["-wal", "-shm", ""] {
            match std::fs::remove_file(beside(path, suffix)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(ExplorerError::Store { path: path.into(), reason: error.to_string() });
                }
                _ => {}
            }
        }
        Self::locked(path, patience, lock)
    }

    fn locked(path: &Path, patience: Duration, lock: File) -> Result<Self, ExplorerError> {
        let failed = |error: rusqlite::Error| ExplorerError::Store { path: path.into(), reason: error.to_string() };
        let connection = Connection::open(path).map_err(failed)?;
        prepare(&connection).map_err(failed)?;
        match form(&connection).map_err(failed)? {
            Some(found) => match (1..=FORM).find(|form| found == form.to_string()) {
                Some(form) => upgrade(&connection, form).map_err(failed)?,
                None => return Err(ExplorerError::OtherForm { path: path.into(), found, expected: FORM }),
            },
            None => begin(&connection).map_err(failed)?,
        }
        let readers: Result<Vec<Connection>, _> = (0..READERS).map(|_| reader(path)).collect();
        Ok(Self {
            path: path.into(),
            writer: Mutex::new(Writer { connection, memory: Memory::default() }),
            readers: Mutex::new(readers.map_err(failed)?),
            slots: Arc::new(Semaphore::new(READERS)),
            patience,
            _lock: lock,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the index that of the chain with this genesis hash, if it is nobody's yet.
    ///
    /// # Errors
    /// [`ExplorerError::OtherChain`], [`ExplorerError::Store`].
    pub fn bind(&self, genesis: [u8; 32]) -> Result<(), ExplorerError> {
        let found = hex::encode(genesis);
        let writer = lock(&self.writer);
        let sql = "INSERT INTO meta (key, value) VALUES ('genesis', ?1) ON CONFLICT (key) DO NOTHING";
        writer.connection.execute(sql, [&found]).map_err(|error| self.failed(error))?;
        let sql = "SELECT value FROM meta WHERE key = 'genesis'";
        let expected: String =
            writer.connection.query_row(sql, [], |row| row.get(0)).map_err(|error| self.failed(error))?;
        match expected == found {
            true => Ok(()),
            false => Err(ExplorerError::OtherChain { path: self.path.clone(), expected, found }),
        }
    }

    /// The last block in the index.
    ///
    /// # Errors
    /// [`ExplorerError::Store`].
    pub fn head(&self) -> Result<Option<u32>, ExplorerError> {
        let writer = lock(&self.writer);
        last(&writer.connection).map(|last| last.map(|(number, _)| number)).map_err(|error| self.failed(error))
    }

    /// Writes blocks, in order and all or none. Those that are there already are passed over.
    ///
    /// # Errors
    /// [`ExplorerError::Broken`] if they don't follow what is there; [`ExplorerError::Store`].
    pub fn write(&self, batch: &[Indexed]) -> Result<u32, ExplorerError> {
        let mut writer = lock(&self.writer);
        let Writer { connection, memory } = &mut *writer;
        let outcome = write::batch(connection, memory, batch);
        if !matches!(outcome, Ok(Ok(_))) {
            // What it remembers may have been taken back.
            *memory = Memory::default();
        }
        match outcome {
            Ok(Ok(written)) => Ok(written),
            Ok(Err(number)) => Err(ExplorerError::Broken { path: self.path.clone(), number }),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Keeps what validators have signed for single answers: the newest 2 048 of each subnet, of blocks and accounts that
    /// the index knows. Signatures aren't looked at here. Says how many weren't there yet.
    ///
    /// # Errors
    /// [`ExplorerError::Store`].
    pub fn keep_receipts(&self, receipts: &[SignedReceipt]) -> Result<u32, ExplorerError> {
        let mut writer = lock(&self.writer);
        receipts::keep(&mut writer.connection, receipts).map_err(|error| self.failed(error))
    }

    /// Accounts whose balances should be read again: those named since they were read, then those read longest ago.
    ///
    /// # Errors
    /// [`ExplorerError::Store`].
    pub fn stale_accounts(&self, limit: u32) -> Result<Vec<[u8; 32]>, ExplorerError> {
        let writer = lock(&self.writer);
        accounts::stale(&writer.connection, limit).map_err(|error| self.failed(error))
    }

    /// Subnets whose metagraph isn't known yet.
    ///
    /// # Errors
    /// [`ExplorerError::Store`].
    pub fn unread_subnets(&self) -> Result<Vec<u16>, ExplorerError> {
        let writer = lock(&self.writer);
        neurons::unread(&writer.connection).map_err(|error| self.failed(error))
    }

    /// Moves the log into the file, so that its length tells what the index takes. For works that end.
    ///
    /// # Errors
    /// [`ExplorerError::Store`].
    pub fn settle(&self) -> Result<(), ExplorerError> {
        let writer = lock(&self.writer);
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        writer.connection.query_row(sql, [], |_| Ok(())).map_err(|error| self.failed(error))?;
        writer.connection.execute_batch("ANALYZE").map_err(|error| self.failed(error))
    }

    /// Gives durability up for speed: for an index that is made anew if the machine fails meanwhile.
    ///
    /// # Errors
    /// [`ExplorerError::Store`].
    pub fn hurry(&self) -> Result<(), ExplorerError> {
        let writer = lock(&self.writer);
        writer.connection.execute_batch("PRAGMA synchronous = OFF").map_err(|error| self.failed(error))
    }

    /// Reads, in a thread that may wait for the disk, no longer than the store's patience.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        let store = self.clone();
        let slot = tokio::time::timeout(self.patience, self.slots.clone().acquire_owned()).await;
        let Ok(Ok(slot)) = slot else { return Err(ReadError::Busy) };
        let reading = tokio::task::spawn_blocking(move || {
            // The work goes on when the client hangs up: until it ends, nobody else gets its place.
            let _slot = slot;
            store.read_here(work)
        });
        reading.await.map_err(|_| ReadError::Task)?
    }

    /// [`read`](Self::read) on this thread.
    pub(crate) fn read_here<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, ReadError> {
        let known = lock(&self.readers).pop();
        let connection = match known {
            Some(connection) => connection,
            // One was lost in a panic, or somebody reads without a slot.
            None => reader(&self.path)?,
        };
        let until = Instant::now() + self.patience;
        connection.progress_handler(STEPS, Some(move || Instant::now() > until));
        // One state of the index for all that a page shows.
        let outcome = connection.unchecked_transaction().and_then(|transaction| work(&transaction));
        connection.progress_handler(0, None::<fn() -> bool>);
        let mut readers = lock(&self.readers);
        if readers.len() < READERS {
            readers.push(connection);
        }
        Ok(outcome?)
    }

    fn failed(&self, error: rusqlite::Error) -> ExplorerError {
        ExplorerError::Store { path: self.path.clone(), reason: error.to_string() }
    }
}

/// A file beside the index.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Takes the lock beside an index. The system gives it back when the process ends, however that happens.
fn hold(path: &Path) -> Result<File, ExplorerError> {
    let failed = |error: std::io::Error| ExplorerError::Store { path: path.into(), reason: error.to_string() };
    let file = File::options().create(true).truncate(false).write(true).open(beside(path, "-lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ExplorerError::Busy { path: path.into() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// What a connection that writes needs to know.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY")
}

fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(2))?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(
        "PRAGMA cache_size = -16384; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY; PRAGMA query_only = ON",
    )?;
    Ok(connection)
}

/// The form of the tables that are there; `None` in an empty file.
fn form(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'";
    let tables: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(None);
    }
    let sql = "SELECT value FROM meta WHERE key = 'form'";
    let found: Option<String> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(Some(found.unwrap_or_default()))
}

fn begin(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("BEGIN;\n{SCHEMA}\nINSERT INTO meta VALUES ('form', '{FORM}');\nCOMMIT;"))
}

/// Brings the tables to this form, if they aren't of it.
fn upgrade(connection: &Connection, form: u32) -> rusqlite::Result<()> {
    let steps: Vec<&str> = (1..).zip(UPGRADES).filter(|(from, _)| *from >= form).map(|(_, step)| step).collect();
    if steps.is_empty() {
        return Ok(());
    }
    tracing::info!(target: "ganglion::explorer", "the index gets form {FORM}; this takes some seconds once");
    connection.execute_batch(&format!("BEGIN IMMEDIATE;\n{}\nCOMMIT;\nANALYZE;", steps.join("\n")))
}

/// Height and hash of the last block.
fn last(connection: &Connection) -> rusqlite::Result<Option<(u32, Vec<u8>)>> {
    let sql = "SELECT number, hash FROM blocks ORDER BY number DESC LIMIT 1";
    connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables and indexes, word by word.
    fn tables(path: &Path) -> Vec<(String, String)> {
        let connection = Connection::open(path).expect("the file");
        let sql = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut statement = connection.prepare(sql).expect("a statement");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.collect::<rusqlite::Result<_>>().expect("tables")
    }

    #[test]
    fn an_index_of_a_form_before_becomes_one_of_this() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("i.sqlite");
        let patience = Duration::from_secs(60);
        drop(Store::open(&path, patience).expect("an index"));
        let expected = tables(&path);
        let before = "DROP TABLE proposals; UPDATE meta SET value = '2' WHERE key = 'form'";
        Connection::open(&path).expect("the file").execute_batch(before).expect("form 2");
        drop(Store::open(&path, patience).expect("upgraded by one"));
        assert_eq!(tables(&path), expected);
        let old = "DROP TABLE proposals; DROP TABLE receipts; UPDATE meta SET value = '1' WHERE key = 'form';
                   DROP INDEX extrinsics_kind; CREATE INDEX extrinsics_kind ON extrinsics (kind, id);
                   DROP INDEX votes_voter; CREATE INDEX votes_voter ON votes (voter, id);
                   INSERT INTO blocks VALUES (0, x'00', NULL, NULL, NULL, 0, 0);";
        Connection::open(&path).expect("the file").execute_batch(old).expect("form 1");
        assert_ne!(tables(&path), expected);
        let store = Store::open(&path, patience).expect("upgraded");
        assert_eq!((tables(&path), store.head().expect("read")), (expected, Some(0)));
        drop(store);
        Store::open(&path, patience).expect("once is enough");
        let newer = "UPDATE meta SET value = '4' WHERE key = 'form'";
        Connection::open(&path).expect("the file").execute_batch(newer).expect("form 4");
        let refused = Store::open(&path, patience).expect_err("of a later version");
        assert!(matches!(refused, ExplorerError::OtherForm { .. }), "{refused}");
    }

    #[tokio::test]
    async fn who_hangs_up_frees_no_place_before_its_work_ends() {
        let folder = tempfile::tempdir().expect("folder");
        let patience = Duration::from_secs(60);
        let store = Arc::new(Store::open(&folder.path().join("i.sqlite"), patience).expect("an index"));
        let (begin, begun) = tokio::sync::oneshot::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let reader = store.clone();
        let reading = tokio::spawn(async move {
            let work = move |_: &Connection| {
                let _ = begin.send(());
                // Ends when the other side is dropped.
                let _ = ended.recv_timeout(patience);
                Ok(())
            };
            reader.read(work).await
        });
        begun.await.expect("it reads");
        reading.abort();
        assert!(reading.await.expect_err("nobody waits any more").is_cancelled());
        assert_eq!(store.slots.available_permits(), READERS - 1, "the work goes on");
        drop(end);
        let all = u32::try_from(READERS).expect("few");
        let free = tokio::time::timeout(patience, store.slots.acquire_many(all)).await;
        assert!(free.expect("in time").is_ok(), "the work has ended");
    }

    #[test]
    fn no_index_names_the_id_behind_its_keys() {
        let connection = Connection::open_in_memory().expect("SQLite");
        connection.execute_batch(SCHEMA).expect("the tables");
        // Tables whose one key is a whole number: it is their id.
        let sql = "SELECT group_concat(m.name) FROM sqlite_master m, pragma_index_xinfo(m.name) x,
                   pragma_table_info(m.tbl_name) c WHERE m.type = 'index' AND x.key = 1 AND x.seqno > 0
                   AND x.name = c.name AND c.pk = 1 AND upper(c.type) = 'INTEGER'
                   AND (SELECT count(*) FROM pragma_table_info(m.tbl_name) WHERE pk > 0) = 1";
        let found = |connection: &Connection| -> Option<String> {
            connection.query_row(sql, [], |row| row.get(0)).expect("a list")
        };
        assert_eq!(found(&connection), None);
        connection.execute_batch("CREATE INDEX wrong ON events (extrinsic, id)").expect("an index");
        assert_eq!(found(&connection), Some("wrong".into()), "it would be found");
    }
}
