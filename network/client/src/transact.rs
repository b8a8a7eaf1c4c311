//! From a call to a block: sign, submit, and find out what became of it, across reconnections.

use crate::{
    blocks,
    calls::{title, Call},
    client::Client,
    error::ClientError,
    heads::Kind,
    inclusion::Search,
    link::whole_seconds,
    runtime::{KeySigner, Runtime},
    BlockRef, Inclusion,
};
use ganglion_keys::{Keypair, PublicKey};
use std::sync::Arc;
use subxt_rpcs::client::rpc_params;
use tokio::time::{timeout, Instant};

/// How many blocks a signed transaction may wait for one that takes it.
const PERIOD: u32 = 128;
/// The transaction is bound to a block this far back at most, so that a reorganisation doesn't void it.
const DEPTH: u32 = 32;
/// How often to sign anew because another program used the nonce first.
const ATTEMPTS: u32 = 4;

/// JSON-RPC codes of `author_submitExtrinsic`.
const INVALID: i32 = 1010;
const ALREADY_THERE: i32 = 1013;
const NONCE_TAKEN: i32 = 1014;

/// A transaction on its way.
pub(crate) struct Sent {
    pub(crate) call: String,
    pub(crate) runtime: Arc<Runtime>,
    /// The extrinsic, hexadecimal.
    pub(crate) bytes: String,
    pub(crate) hash: [u8; 32],
    /// The block that the search starts behind.
    pub(crate) from: BlockRef,
    /// The last block that may take it.
    pub(crate) until: u32,
}

/// What a node's pool said.
pub(crate) enum Pool {
    /// It has it.
    Taken,
    /// The nonce is used, in the pool or in a block.
    Used,
    /// It refuses, in these words.
    Refused(String),
}

impl Client {
    /// Signs a call, submits it, and waits for a block that takes it.
    pub(crate) async fn sign_and_send<C: Call>(
        &self,
        signer: &Keypair,
        call: impl Fn() -> C,
    ) -> Result<Inclusion, ClientError> {
        let deadline = Instant::now() + self.link().deadlines().inclusion;
        let account = self.nonces().account(signer.public().0);
        let sent = {
            let Ok(mut account) = tokio::time::timeout_at(deadline, account.lock()).await else {
                return Err(self.late(&format!("earlier transactions of the account that signs {}", title::<C>())));
            };
            let mut attempt = 0;
            loop {
                attempt += 1;
                let runtime = self.runtime(self.within(deadline)).await?;
                let (birth, best) = self.birth(self.within(deadline)).await?;
                let chain = self.next_nonce(&signer.public(), self.within(deadline)).await?;
                let nonce = account.choose(chain, Instant::now());
                let bytes = runtime.signed(call(), &KeySigner(signer), nonce, (birth.number, birth.hash), PERIOD)?;
                let sent = sent::<C>(runtime, &bytes, best, birth.number.saturating_add(PERIOD));
                match self.submit(&sent, self.within(deadline)).await? {
                    Pool::Taken => {
                        account.used(nonce, Instant::now());
                        break sent;
                    }
                    // The node may have taken it before the connection broke, and a block since.
                    Pool::Used => match Search::new(&sent).once(self, &sent, self.within(deadline)).await? {
                        Some(inclusion) => {
                            account.used(nonce, Instant::now());
                            return Ok(inclusion);
                        }
                        None if attempt < ATTEMPTS => account.used(nonce, Instant::now()),
                        None => {
                            account.forget();
                            return Err(rejected::<C>(
                                "another program keeps signing for this account: stop it, or use another account",
                            ));
                        }
                    },
                    Pool::Refused(reason) => {
                        account.forget();
                        return Err(rejected::<C>(&reason));
                    }
                }
            }
        };
        let result = self.wait(&sent, deadline).await;
        if matches!(result, Err(ClientError::NotIncluded { .. } | ClientError::Timeout { .. })) {
            if let Ok(mut account) = timeout(std::time::Duration::from_secs(1), account.lock()).await {
                account.forget();
            }
        }
        result
    }

    /// Submits a call that carries its own proof instead of a signature, and waits for a block that takes it.
    pub(crate) async fn send_bare<C: Call>(&self, call: C) -> Result<Inclusion, ClientError> {
        let deadline = Instant::now() + self.link().deadlines().inclusion;
        let runtime = self.runtime(self.within(deadline)).await?;
        let best = blocks::head(self.link(), Kind::Best, self.within(deadline)).await?;
        let bytes = runtime.bare(call)?;
        let sent = sent::<C>(runtime, &bytes, best, u32::MAX);
        let reason = match self.submit(&sent, self.within(deadline)).await? {
            Pool::Taken => return self.wait(&sent, deadline).await,
            Pool::Used => {
                "the pool holds another transaction of the same kind for this key: wait for its result".into()
            }
            Pool::Refused(reason) => reason,
        };
        // A proof works once: a refusal may mean that it went in just before the connection broke.
        match Search::new(&sent).once(self, &sent, self.within(deadline)).await? {
            Some(inclusion) => Ok(inclusion),
            None => Err(rejected::<C>(&reason)),
        }
    }

    /// Hands the transaction to a node. Sending the same bytes twice does no harm.
    pub(crate) async fn submit(&self, sent: &Sent, deadline: Instant) -> Result<Pool, ClientError> {
        let answer = self.link().request::<String>("author_submitExtrinsic", rpc_params![&sent.bytes], deadline).await;
        match answer {
            Ok(_) => Ok(Pool::Taken),
            Err(ClientError::Rpc { code: ALREADY_THERE, .. }) => Ok(Pool::Taken),
            Err(ClientError::Rpc { code: NONCE_TAKEN, .. }) => Ok(Pool::Used),
            Err(ClientError::Rpc { code: INVALID, message, .. }) if message.contains("outdated") => Ok(Pool::Used),
            Err(ClientError::Rpc { code, message, .. }) if (1000..1100).contains(&code) => {
                Ok(Pool::Refused(explain(&message)))
            }
            Err(error) => Err(error),
        }
    }

    /// Follows best blocks until one has the transaction. A lost connection costs time, not the answer.
    async fn wait(&self, sent: &Sent, deadline: Instant) -> Result<Inclusion, ClientError> {
        let mut heads = self.best_heads();
        let mut search = Search::new(sent);
        let mut generation = self.link().generation();
        let mut refusal = None;
        loop {
            let round = self.within(deadline);
            match search.once(self, sent, round).await {
                Ok(Some(inclusion)) => return Ok(inclusion),
                Ok(None) => {}
                Err(error) if error.is_transient() => {}
                Err(error) => return Err(error),
            }
            // It was refused after a reconnection, and the blocks known by then don't have it.
            if let Some(reason) = refusal.take() {
                return Err(ClientError::Rejected { call: sent.call.clone(), reason });
            }
            if search.height() > sent.until {
                return Err(ClientError::NotIncluded { call: sent.call.clone(), until: sent.until });
            }
            if Instant::now() >= deadline {
                return Err(self.late(&format!(
                    "a block to take {} (transaction 0x{}; it may still go in)",
                    sent.call,
                    hex::encode(sent.hash)
                )));
            }
            if generation != self.link().generation() {
                generation = self.link().generation();
                // Another node, or the same one restarted, may have an empty pool.
                match self.submit(sent, round).await {
                    Ok(Pool::Taken) => {}
                    Ok(Pool::Used) => refusal = Some("its nonce was used by another transaction".to_owned()),
                    Ok(Pool::Refused(reason)) => refusal = Some(reason),
                    Err(error) if error.is_transient() => {}
                    Err(error) => return Err(error),
                }
                continue;
            }
            // A head that doesn't come is no news: the search asks for it anyway.
            let pause = std::time::Duration::from_secs(2).min(deadline.saturating_duration_since(Instant::now()));
            let _ = timeout(pause, heads.changed()).await;
        }
    }

    /// The block that a transaction is bound to, and the best block.
    async fn birth(&self, deadline: Instant) -> Result<(BlockRef, BlockRef), ClientError> {
        let best = blocks::head(self.link(), Kind::Best, deadline).await?;
        let finalized = blocks::head(self.link(), Kind::Finalized, deadline).await?;
        let number = best.number.saturating_sub(DEPTH).max(finalized.number).min(best.number);
        if number == finalized.number {
            return Ok((finalized, best));
        }
        match blocks::hash_at(self.link(), number, deadline).await? {
            Some(hash) => Ok((BlockRef { number, hash }, best)),
            None => Ok((best, best)),
        }
    }

    async fn next_nonce(&self, account: &PublicKey, deadline: Instant) -> Result<u64, ClientError> {
        self.link().request("system_accountNextIndex", rpc_params![account.to_ss58()], deadline).await
    }

    /// The earlier of `deadline` and a single call's.
    fn within(&self, deadline: Instant) -> Instant {
        // Never in the past, so that the last look at the chain still happens.
        deadline.min(self.link().call_deadline()).max(Instant::now() + std::time::Duration::from_secs(1))
    }

    fn late(&self, what: &str) -> ClientError {
        ClientError::Timeout { what: what.into(), seconds: whole_seconds(self.link().deadlines().inclusion) }
    }
}

fn sent<C: Call>(runtime: Arc<Runtime>, bytes: &[u8], from: BlockRef, until: u32) -> Sent {
    Sent {
        call: title::<C>(),
        runtime,
        bytes: blocks::hex_text(bytes),
        hash: sp_crypto_hashing::blake2_256(bytes),
        from,
        until,
    }
}

fn rejected<C: Call>(reason: &str) -> ClientError {
    ClientError::Rejected { call: title::<C>(), reason: reason.into() }
}

/// What the ledger's own refusals mean: the numbers behind the pool's "Custom error".
fn custom(message: &str) -> Option<&'static str> {
    let number = message.split("Custom error: ").nth(1)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    Some(match digits.as_str() {
        "1" => "the seal is too weak, too old, or used: solve again for a recent block",
        "2" => "the hotkey already has a seat in this subnet",
        "3" => "the subnet takes no registrations",
        "4" => "the hotkey belongs to another coldkey",
        "5" => "enough neurons joined in this interval: try again in the next",
        "6" => "the coldkey is announced as the new key of another: use it after the swap",
        "10" => {
            "the hotkey isn't registered here, or announced an endpoint not long ago: wait `serving_rate_limit` blocks"
        }
        "11" => "the hotkey isn't registered here, or set weights not long ago: wait `weights_rate_limit` blocks",
        "12" => "the hotkey isn't registered here, or committed in this interval already: wait for the next",
        "13" => "there is nothing to reveal now: reveal in the interval after the commit",
        "14" => {
            "the hotkey isn't registered here, or announced a metrics endpoint not long ago: wait `serving_rate_limit` blocks"
        }
        "15" => "the hotkey isn't one of the 64, or set root weights not long ago",
        _ => return None,
    })
}

/// Adds what to do to the pool's words, where that is known.
fn explain(message: &str) -> String {
    let advice = if let Some(meaning) = custom(message) {
        meaning
    } else if message.contains("pay some fees") {
        "the signing account has no TAO for the fee, or isn't a registered neuron: fund or register it"
    } else if message.contains("bad signature") {
        "the client and the node disagree about the runtime: connect anew, or update one of them"
    } else if message.contains("banned") {
        "this very transaction was refused moments ago: wait a minute"
    } else if message.contains("pool is full") || message.contains("limit") || message.contains("Immediately") {
        "the node's pool is full: try again later"
    } else {
        return message.to_owned();
    };
    format!("{message} ({advice})")
}

#[cfg(test)]
mod tests {
    use super::explain;

    #[test]
    fn the_ledgers_refusals_are_put_into_words() {
        let words = explain("Invalid Transaction: Custom error: 11");
        assert!(words.contains("weights_rate_limit"), "{words}");
        assert_eq!(explain("Custom error: 99"), "Custom error: 99");
        assert!(explain("Custom error: 1").contains("solve again"));
    }
}
