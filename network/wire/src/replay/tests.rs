use super::*;
use std::fs;

const SECOND: u64 = 1_000_000_000;
const START: u64 = 1_000_000 * SECOND;

fn key(byte: u8) -> PublicKey {
    PublicKey([byte; 32])
}

#[test]
fn a_nonce_is_good_once_per_sender() {
    let guard = ReplayGuard::new(None, 100, START).unwrap();
    assert!(!guard.is_used(&key(1), START + 1));
    guard.record(&key(1), START + 1, START).unwrap();
    assert!(guard.is_used(&key(1), START + 1));
    assert_eq!(guard.record(&key(1), START + 1, START), Err(NotRecorded::Replay));
    guard.record(&key(2), START + 1, START).unwrap();
    guard.record(&key(1), START + 2, START).unwrap();
}

#[test]
fn when_full_it_refuses_and_recovers_with_time() {
    let guard = ReplayGuard::new(None, 3, START).unwrap();
    for n in 1..=3 {
        guard.record(&key(1), START + n, START).unwrap();
    }
    assert_eq!(guard.record(&key(2), START + 9, START), Err(NotRecorded::NoRoom));
    let later = START + MAX_AGE + 10;
    guard.record(&key(2), later, later).unwrap();
    // A clock set back does not bring old nonces back.
    assert_eq!(guard.record(&key(1), START + 3, START), Err(NotRecorded::Replay));
    assert!(guard.floor() >= START + 3);
}

#[test]
fn a_restart_remembers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/nonces");
    let guard = ReplayGuard::new(Some(path.clone()), 100, START).unwrap();
    // Also one from ahead of the clock.
    for nonce in [START + 1, START + MAX_AHEAD] {
        guard.record(&key(1), nonce, START).unwrap();
    }
    drop(guard);
    let guard = ReplayGuard::new(Some(path), 100, START + SECOND).unwrap();
    assert!(guard.is_used(&key(1), START + 1) && guard.is_used(&key(1), START + MAX_AHEAD));
    // Within the window nonces from before the restart are still welcome, if new.
    guard.record(&key(1), START + 2, START + SECOND).unwrap();
}

#[test]
fn files_stay_small_and_complete_over_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    let guard = ReplayGuard::new(Some(path.clone()), 100, START).unwrap();
    let mut now = START;
    for _ in 0..300 {
        now += SECOND;
        guard.record(&key(1), now, now).unwrap();
        assert!(fs::metadata(&path).unwrap().len() <= 8 + 14 * 48);
    }
    assert!(fs::metadata(folder.path().join("nonces.old")).unwrap().len() <= 8 + 14 * 48);
    drop(guard);
    let guard = ReplayGuard::new(Some(path.clone()), 100, now).unwrap();
    for back in 0..=10 {
        assert!(guard.is_used(&key(1), now - back * SECOND), "{back}");
    }
    drop(guard);
    // A crash between the two steps of taking turns leaves only the old file.
    fs::rename(&path, folder.path().join("nonces.old")).unwrap();
    let guard = ReplayGuard::new(Some(path), 100, now).unwrap();
    assert!(guard.is_used(&key(1), now));
}

#[test]
fn missing_and_damaged_files_raise_the_floor() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nonces");
    let open = |now| ReplayGuard::new(Some(path.clone()), 100, now).unwrap();
    let guard = open(START);
    assert_eq!(guard.floor(), START);
    guard.record(&key(1), START + SECOND, START).unwrap();
    drop(guard);
    let sound = fs::read(&path).unwrap();

    let mut bent = sound.clone();
    bent[20] ^= 1;
    let truncated = &sound[..sound.len() - 1];
    for content in [truncated, &bent, b"", b"something else entirely"] {
        fs::write(&path, content).unwrap();
        let guard = open(START + SECOND);
        assert_eq!(guard.floor(), START + SECOND + MAX_AHEAD);
        assert_eq!(guard.record(&key(1), START + SECOND, START + SECOND), Err(NotRecorded::Replay));
        // And works again afterwards.
        guard.record(&key(1), START + 4 * SECOND, START + 4 * SECOND).unwrap();
        drop(guard);
        assert!(open(START + 4 * SECOND).is_used(&key(1), START + 4 * SECOND));
    }
    // Longer than it could be.
    let many = [MAGIC_FOR_TEST.as_slice(), &sound[8..56].repeat(300)].concat();
    fs::write(&path, many).unwrap();
    assert_eq!(open(START).floor(), START + MAX_AHEAD);
    fs::remove_file(&path).unwrap();
    assert_eq!(open(START + 5).floor(), START + 5);
    // A folder in its place is an error at once, not at the first request.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(ReplayGuard::new(Some(path.clone()), 100, START).is_err());
}

const MAGIC_FOR_TEST: &[u8; 8] = b"gnonces1";

#[test]
fn a_store_that_cannot_be_written_accepts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sub/nonces");
    let guard = ReplayGuard::new(Some(path), 100, START).unwrap();
    fs::remove_dir_all(folder.path().join("sub")).unwrap();
    // The open file still takes records; taking turns cannot work any more.
    let later = START + MAX_AGE + MAX_AHEAD + SECOND;
    assert_eq!(guard.record(&key(1), later, later), Err(NotRecorded::NoRoom));
    assert!(!guard.is_used(&key(1), later));
}

#[test]
fn a_turn_that_failed_halfway_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, old) = (folder.path().join("nonces"), folder.path().join("nonces.old"));
    let guard = ReplayGuard::new(Some(path.clone()), 100, START).unwrap();
    guard.record(&key(1), START + 1, START).unwrap();
    // The file has its new name, and the next one isn't there.
    fs::rename(&path, &old).unwrap();
    let later = START + MAX_AGE + MAX_AHEAD + SECOND;
    guard.record(&key(1), later, later).unwrap();
    drop(guard);
    let guard = ReplayGuard::new(Some(path), 100, later).unwrap();
    assert!(guard.is_used(&key(1), later));
}

#[test]
fn of_many_at_once_one_wins() {
    let guard = ReplayGuard::new(None, 1000, START).unwrap();
    let wins: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (1..100).filter(|n| guard.record(&key(1), START + n, START).is_ok()).count()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(wins, 99);
}
