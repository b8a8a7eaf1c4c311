//! A TCP proxy whose connections can be cut, refused or left hanging.

use std::net::SocketAddr;
use std::sync::{
    atomic::{AtomicUsize, Ordering},
    Arc,
};
use tokio::{
    io::{copy, copy_bidirectional, sink},
    net::{TcpListener, TcpStream},
    sync::watch,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Forwards.
    Pass,
    /// Closes whatever comes.
    Refuse,
    /// Accepts and says nothing.
    Stall,
}

pub struct Proxy {
    address: SocketAddr,
    /// How connections are treated, where they lead, and how often they were cut.
    control: watch::Sender<(Mode, SocketAddr, u64)>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    made: AtomicUsize,
    open: AtomicUsize,
}

/// A connection that is counted for as long as it is there.
struct Counted(Arc<Counts>);

impl Counted {
    fn new(counts: &Arc<Counts>) -> Self {
        counts.made.fetch_add(1, Ordering::SeqCst);
        counts.open.fetch_add(1, Ordering::SeqCst);
        Self(counts.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Proxy {
    pub async fn new(backend: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("address");
        let (control, mut state) = watch::channel((Mode::Pass, backend, 0));
        let counts = Arc::<Counts>::default();
        let counting = counts.clone();
        tokio::spawn(async move {
            while let Ok((mut front, _)) = listener.accept().await {
                let (mode, backend, _) = *state.borrow_and_update();
                if mode == Mode::Refuse {
                    continue;
                }
                let mut state = state.clone();
                let counted = Counted::new(&counting);
                tokio::spawn(async move {
                    let _counted = counted;
                    if mode == Mode::Stall {
                        let mut nowhere = sink();
                        tokio::select! {
                            _ = copy(&mut front, &mut nowhere) => {}
                            _ = state.changed() => {}
                        }
                        return;
                    }
                    let Ok(mut back) = TcpStream::connect(backend).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut front, &mut back) => {}
                        _ = state.changed() => {}
                    }
                });
            }
        });
        Self { address, control, counts }
    }

    /// How many connections were made, those that were refused aside.
    pub fn made(&self) -> usize {
        self.counts.made.load(Ordering::SeqCst)
    }

    /// How many of them are still there.
    pub fn open(&self) -> usize {
        self.counts.open.load(Ordering::SeqCst)
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Ends all connections; later ones are treated as `mode` says.
    pub fn cut(&self, mode: Mode) {
        self.control.send_modify(|state| *state = (mode, state.1, state.2 + 1));
    }

    /// Ends all connections; later ones lead to another backend.
    pub fn lead_to(&self, backend: SocketAddr) {
        self.control.send_modify(|state| *state = (state.0, backend, state.2 + 1));
    }
}
