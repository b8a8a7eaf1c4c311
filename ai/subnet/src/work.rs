//! A miner's work: a few answers at a time, a short queue, and nobody's time wasted.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// Whether an answer is still wanted.
#[derive(Clone, Debug)]
pub struct Budget {
    deadline: Option<Instant>,
    abandoned: Arc<AtomicBool>,
}

impl Budget {
    /// No limit.
    pub fn unlimited() -> Self {
        Self { deadline: None, abandoned: Arc::default() }
    }

    /// Until `time` from now.
    pub fn within(time: Duration) -> Self {
        Self { deadline: Instant::now().checked_add(time), abandoned: Arc::default() }
    }

    /// Whether nobody waits any more: the time is up or the caller has hung up.
    pub fn is_spent(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed) || self.deadline.is_some_and(|end| Instant::now() >= end)
    }
}

/// Why work wasn't done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkError {
    /// The queue is full, or the turn didn't come in time.
    Busy,
    /// The work itself panicked.
    Broken,
}

/// How much work a miner takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkLimits {
    /// Answers worked on at the same time.
    pub workers: usize,
    /// Requests waiting for a worker.
    pub queue: usize,
    /// Longest time from arrival to answer.
    pub time: Duration,
}

impl Default for WorkLimits {
    fn default() -> Self {
        Self { workers: 1, queue: 16, time: Duration::from_secs(60) }
    }
}

/// The workers and their queue.
#[derive(Clone, Debug)]
pub struct Workers {
    turns: Arc<Semaphore>,
    inside: Arc<AtomicUsize>,
    limits: WorkLimits,
}

impl Workers {
    /// Workers with these limits (at least one worker).
    pub fn new(limits: WorkLimits) -> Self {
        let workers = limits.workers.clamp(1, 1024);
        Self {
            turns: Arc::new(Semaphore::new(workers)),
            inside: Arc::default(),
            limits: WorkLimits { workers, ..limits },
        }
    }

    /// Requests that wait or are worked on.
    pub fn load(&self) -> usize {
        self.inside.load(Ordering::Relaxed)
    }

    /// Runs `job` on a blocking thread when its turn comes. If the returned future is dropped, the job's budget is
    /// spent at once and its worker is free as soon as the job notices.
    ///
    /// # Errors
    /// See [`WorkError`].
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Budget) -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        let inside = Inside::enter(&self.inside, self.limits.workers.saturating_add(self.limits.queue))?;
        let budget = Budget::within(self.limits.time);
        let turn = tokio::time::timeout(self.limits.time, Arc::clone(&self.turns).acquire_owned());
        let turn = turn.await.map_err(|_| WorkError::Busy)?.map_err(|_| WorkError::Busy)?;
        let waiting = Waiting(Arc::clone(&budget.abandoned));
        let outcome = tokio::task::spawn_blocking(move || {
            let result = job(&budget);
            // Only now: an abandoned job still occupies its worker.
            drop((turn, inside));
            result
        })
        .await;
        drop(waiting);
        outcome.map_err(|_| WorkError::Broken)
    }
}

/// A place among those inside.
struct Inside(Arc<AtomicUsize>);

impl Inside {
    fn enter(counter: &Arc<AtomicUsize>, most: usize) -> Result<Self, WorkError> {
        counter
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| (count < most).then_some(count + 1))
            .map(|_| Self(Arc::clone(counter)))
            .map_err(|_| WorkError::Busy)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Somebody waits for the job; dropping this says that nobody does.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn limits(queue: usize) -> WorkLimits {
        WorkLimits { workers: 1, queue, time: Duration::from_secs(60) }
    }

    #[tokio::test]
    async fn work_is_done_one_at_a_time() {
        let workers = Workers::new(limits(8));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let jobs = (0..6).map(|_| {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            workers.run(move |_| {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(2));
                running.fetch_sub(1, Ordering::SeqCst);
            })
        });
        assert!(futures::future::join_all(jobs).await.iter().all(Result::is_ok));
        assert_eq!(most.load(Ordering::SeqCst), 1);
        assert_eq!(workers.load(), 0);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let workers = Workers::new(limits(0));
        let (release, gate) = mpsc::channel::<()>();
        let (started, wait_started) = tokio::sync::oneshot::channel();
        let busy = {
            let workers = workers.clone();
            tokio::spawn(async move {
                workers
                    .run(move |_| {
                        let _ = started.send(());
                        let _ = gate.recv();
                    })
                    .await
            })
        };
        wait_started.await.expect("started");
        assert_eq!(workers.run(|_| ()).await, Err(WorkError::Busy));
        release.send(()).expect("waiting");
        assert_eq!(busy.await.expect("joined"), Ok(()));
        assert_eq!(workers.run(|_| 5).await, Ok(5));
    }

    #[tokio::test]
    async fn an_abandoned_job_learns_of_it() {
        let workers = Workers::new(limits(0));
        let (started, wait_started) = tokio::sync::oneshot::channel();
        let (noticed, wait_noticed) = tokio::sync::oneshot::channel();
        let caller = {
            let workers = workers.clone();
            tokio::spawn(async move {
                workers
                    .run(move |budget| {
                        let _ = started.send(());
                        while !budget.is_spent() {
                            std::thread::sleep(Duration::from_millis(1));
                        }
                        let _ = noticed.send(());
                    })
                    .await
            })
        };
        wait_started.await.expect("started");
        caller.abort();
        tokio::time::timeout(Duration::from_secs(30), wait_noticed).await.expect("in time").expect("noticed");
    }

    #[tokio::test]
    async fn a_panic_is_an_error() {
        let workers = Workers::new(limits(0));
        assert_eq!(workers.run(|_| std::panic::panic_any("no")).await, Err::<(), _>(WorkError::Broken));
        assert_eq!(workers.run(|_| 1).await, Ok(1));
    }
}
