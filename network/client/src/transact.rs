//! From a call to a block: sign, submit, and find out what became of it, across reconnections.

use crate::{
    blocks, client::Client, error::ClientError, heads::Kind, inclusion::Search, link::whole_seconds, refusal,
    runtime::Runtime, write::Write, BlockRef, Inclusion, Signer,
};
use ganglion_keys::PublicKey;
use std::sync::Arc;
use subxt_rpcs::client::rpc_params;
use tokio::time::{timeout, Instant};

/// How many blocks a signed transaction may wait for one that takes it.
pub(crate) const PERIOD: u32 = 128;
/// The transaction is bound to a block this far back at most, so that a reorganisation doesn't void it.
const DEPTH: u32 = 32;
/// How often to sign anew because another program used the nonce first.
const ATTEMPTS: u32 = 4;

/// JSON-RPC codes of `author_submitExtrinsic`.
const INVALID: i32 = 1010;
const BANNED: i32 = 1012;
const ALREADY_THERE: i32 = 1013;
const NONCE_TAKEN: i32 = 1014;
const DROPPED: i32 = 1016;

/// A transaction on its way.
pub(crate) struct Sent {
    pub(crate) call: String,
    pub(crate) write: Write,
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
    /// It has it; or a node may that got it before and was lost with its answer.
    Taken,
    /// The nonce is used, in the pool or in a block.
    Used,
    /// It refuses, in its own words.
    Refused(String),
    /// It doesn't take it, in its own words, which says nothing about blocks and other pools: it is full, or has seen the
    /// transaction before. A pool bans for half an hour what a block took.
    Unsure(String),
}

impl Client {
    /// Signs a call, submits it, and waits for a best block that takes it.
    ///
    /// # Errors
    /// [`ClientError::Rejected`] (the pool refused), [`ClientError::Failed`] (a block has it, and it failed),
    /// [`ClientError::NotIncluded`] (it expired), [`ClientError::Timeout`] (unknown yet), [`ClientError::Shape`] (the
    /// chain's call is another), [`ClientError::Signing`], or those of a read.
    pub async fn send(&self, signer: &(impl Signer + ?Sized), write: &Write) -> Result<Inclusion, ClientError> {
        let deadline = Instant::now() + self.link().deadlines().inclusion;
        let public = signer.public();
        if write.is_unsigned() {
            return Err(ClientError::WrongSigner { expected: "nobody".into(), found: public.to_ss58() });
        }
        let account = self.nonces().account(public.0);
        let sent = {
            let Ok(mut account) = tokio::time::timeout_at(deadline, account.lock()).await else {
                return Err(self.late(&format!("earlier transactions of the account that signs {}", write.title())));
            };
            let mut attempt = 0;
            loop {
                attempt += 1;
                let runtime = self.runtime(self.within(deadline)).await?;
                let (birth, best) = self.birth(self.within(deadline)).await?;
                let chain = self.next_nonce(&public, self.within(deadline)).await?;
                let nonce = account.choose(chain, Instant::now());
                let call = write.encode(&runtime)?;
                let bytes = runtime.signed(&call, signer, nonce, (birth.number, birth.hash), PERIOD)?;
                let sent = sent(write, runtime, &bytes, best, birth.number.saturating_add(PERIOD));
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
                            let reason =
                                "another program keeps signing for this account: stop it, or use another account";
                            return Err(ClientError::Rejected {
                                call: write.title(),
                                reason: reason.into(),
                                refusal: None,
                                retry: None,
                            });
                        }
                    },
                    // Between reading the version and submitting, the chain upgraded itself: sign for the new one.
                    Pool::Refused(words)
                        if attempt < ATTEMPTS
                            && words.contains("bad signature")
                            && !sent.runtime.is_same(&*self.runtime(self.within(deadline)).await?) => {}
                    Pool::Refused(words) | Pool::Unsure(words) => {
                        // If the connection broke on the way, this was not the first attempt, and a block may have it.
                        if let Some(inclusion) = Search::new(&sent).once(self, &sent, self.within(deadline)).await? {
                            account.used(nonce, Instant::now());
                            return Ok(inclusion);
                        }
                        account.forget();
                        drop(account);
                        return Err(self.rejected(Some(public), write, &sent.runtime, &words).await);
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

    /// Submits a call that is its own proof ([`Write::is_unsigned`]), and waits for a best block that takes it.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn send_unsigned(&self, write: &Write) -> Result<Inclusion, ClientError> {
        if !write.is_unsigned() {
            return Err(ClientError::WrongSigner { expected: "somebody".into(), found: "nobody".into() });
        }
        let deadline = Instant::now() + self.link().deadlines().inclusion;
        let runtime = self.runtime(self.within(deadline)).await?;
        let best = blocks::head(self.link(), Kind::Best, self.within(deadline)).await?;
        let bytes = runtime.bare(&write.encode(&runtime)?)?;
        let sent = sent(write, runtime, &bytes, best, u32::MAX);
        let words = match self.submit(&sent, self.within(deadline)).await? {
            Pool::Taken => return self.wait(&sent, deadline).await,
            Pool::Used => {
                "the pool holds another transaction of the same kind for this key: wait for its result".into()
            }
            Pool::Refused(words) | Pool::Unsure(words) => words,
        };
        // A proof works once: a refusal may mean that it went in just before the connection broke.
        match Search::new(&sent).once(self, &sent, self.within(deadline)).await? {
            Some(inclusion) => Ok(inclusion),
            None => Err(self.rejected(None, write, &sent.runtime, &words).await),
        }
    }

    /// The pool's refusal, with what the chain's metadata and state say about it.
    async fn rejected(&self, signer: Option<PublicKey>, write: &Write, runtime: &Runtime, words: &str) -> ClientError {
        let explained = refusal::explain(runtime, write.pallet(), words);
        // The pool doesn't say when; the state does. If it can't be read now, the refusal stands without it.
        let found = match explained.look {
            true => self.refusal_of(signer, write).await.ok().flatten(),
            false => None,
        };
        let (mut reason, mut retry) = (explained.words, None);
        if let Some(warning) = found {
            reason = format!("{reason}; {}", warning.text);
            retry = warning.retry;
        }
        ClientError::Rejected { call: write.title(), reason, refusal: explained.refusal.map(Box::new), retry }
    }

    /// Hands the transaction to a node. Sending the same bytes twice does no harm.
    pub(crate) async fn submit(&self, sent: &Sent, deadline: Instant) -> Result<Pool, ClientError> {
        const METHOD: &str = "author_submitExtrinsic";
        let mut unanswered = false;
        let params = rpc_params![&sent.bytes];
        let answer = self.link().request_noting::<String>(METHOD, params, deadline, &mut unanswered).await;
        match answer {
            Ok(_) => Ok(Pool::Taken),
            Err(ClientError::Rpc { code: ALREADY_THERE, .. }) => Ok(Pool::Taken),
            // No refusal: the node that was lost with its answer may have it in its pool, and only blocks tell.
            Err(ClientError::Rpc { code: BANNED | DROPPED, .. }) if unanswered => Ok(Pool::Taken),
            Err(ClientError::Rpc { code: NONCE_TAKEN, .. }) => Ok(Pool::Used),
            Err(ClientError::Rpc { code: INVALID, message, .. }) if message.contains("outdated") => Ok(Pool::Used),
            Err(ClientError::Rpc { code: BANNED | DROPPED, message, .. }) => Ok(Pool::Unsure(message)),
            Err(ClientError::Rpc { code, message, .. }) if (1000..1100).contains(&code) => Ok(Pool::Refused(message)),
            Err(error) => Err(error),
        }
    }

    /// Follows best blocks until one has the transaction. A lost connection costs time, not the answer.
    async fn wait(&self, sent: &Sent, deadline: Instant) -> Result<Inclusion, ClientError> {
        let mut heads = self.best_heads();
        let mut search = Search::new(sent);
        let mut generation = self.link().generation();
        let mut refused: Option<String> = None;
        loop {
            let round = self.within(deadline);
            match search.once(self, sent, round).await {
                Ok(Some(inclusion)) => return Ok(inclusion),
                Ok(None) => {}
                Err(error) if error.is_transient() => {}
                Err(error) => return Err(error),
            }
            // It was refused after a reconnection, and the blocks known by then don't have it.
            if let Some(reason) = refused.take() {
                let explained = refusal::explain(&sent.runtime, sent.write.pallet(), &reason);
                return Err(ClientError::Rejected {
                    call: sent.call.clone(),
                    reason: explained.words,
                    refusal: explained.refusal.map(Box::new),
                    retry: None,
                });
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
                    // Another node that doesn't take it is no reason to give up on the first.
                    Ok(Pool::Taken | Pool::Unsure(_)) => {}
                    Ok(Pool::Used) => refused = Some("its nonce was used by another transaction".to_owned()),
                    Ok(Pool::Refused(reason)) => refused = Some(reason),
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

    /// The nonce that the node would take next.
    pub(crate) async fn next_nonce(&self, account: &PublicKey, deadline: Instant) -> Result<u64, ClientError> {
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

fn sent(write: &Write, runtime: Arc<Runtime>, bytes: &[u8], from: BlockRef, until: u32) -> Sent {
    Sent {
        call: write.title(),
        write: write.clone(),
        runtime,
        bytes: blocks::hex_text(bytes),
        hash: sp_crypto_hashing::blake2_256(bytes),
        from,
        until,
    }
}
