//! A TCP proxy whose connections can be cut, refused or left hanging.

use std::net::SocketAddr;
use tokio::{
    io::copy_bidirectional,
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
}

impl Proxy {
    pub async fn new(backend: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("address");
        let (control, mut state) = watch::channel((Mode::Pass, backend, 0));
        tokio::spawn(async move {
            while let Ok((mut front, _)) = listener.accept().await {
                let (mode, backend, _) = *state.borrow_and_update();
                if mode == Mode::Refuse {
                    continue;
                }
                let mut state = state.clone();
                tokio::spawn(async move {
                    if mode == Mode::Stall {
                        let _ = state.changed().await;
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
        Self { address, control }
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
