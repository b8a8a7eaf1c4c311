//! `ganglion gateway key …`: API keys of public gateways.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{bail, ensure, Context, Result};
use ganglion_gateway::Claim;
use ganglion_keys::agent::Kind;
use ganglion_keys::PublicKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::keys::{Key, Role};
use super::{block_on, show, Page};
use crate::ask;
use crate::cli::GatewayKeyCreateArgs;

/// How long a gateway may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest reply that is read, bytes.
const REPLY: usize = 64 << 10;

/// `ganglion gateway key create`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewApiKey {
    /// Address of the coldkey that the key is bound to.
    pub coldkey: String,
    /// Address of the gateway's hotkey.
    pub gateway: String,
    /// The key: it is shown here and nowhere else.
    pub key: String,
}

impl Page for NewApiKey {
    fn text(&self) -> String {
        self.key.clone()
    }
}

#[derive(Deserialize)]
struct Terms {
    gateway: PublicKey,
}

#[derive(Deserialize)]
struct Made {
    key: String,
}

/// Gets a key.
///
/// # Errors
/// The gateway doesn't answer or refuses, or the coldkey can't be had.
pub fn create(args: &GatewayKeyCreateArgs) -> Result<()> {
    let url = format!("{}/v1/keys", ask::gateway(args.gateway.as_deref(), &args.at)?);
    let key = Key::find(&args.wallet, Role::Coldkey)?;
    let http = ask::direct(&url).timeout(PATIENCE).build()?;
    let page = block_on(async {
        let terms: Terms = read(http.get(&url), &url).await?;
        let gateway = args.gateway_hotkey.unwrap_or(terms.gateway);
        ensure!(
            gateway == terms.gateway,
            "the gateway at {url} has the hotkey {}, not {gateway}: it isn't the one you mean",
            terms.gateway
        );
        let time = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs();
        let text = Claim::text(&gateway, &key.public(), time, args.store);
        let signer = key.unlock(Kind::Text, &args.agent, &args.password)?;
        let signature = signer.sign(&Claim::wrapped(&text))?;
        let claim = Claim { coldkey: key.public(), time, store: args.store, signature };
        let made: Made = read(http.post(&url).json(&claim), &url).await?;
        Ok(NewApiKey { coldkey: key.public().to_ss58(), gateway: gateway.to_ss58(), key: ask::printable(&made.key) })
    })?;
    show(&page, args.json)
}

/// What the gateway says, if it is well.
async fn read<T: for<'de> Deserialize<'de>>(request: reqwest::RequestBuilder, url: &str) -> Result<T> {
    let answer = request.send().await.map_err(ask::failure);
    let mut answer = answer.with_context(|| format!("nobody answers at {url}"))?;
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.context("the gateway broke off its reply")? {
        ensure!(body.len() + chunk.len() <= REPLY, "the reply of {url} is too long");
        body.extend_from_slice(&chunk);
    }
    if status == reqwest::StatusCode::NOT_FOUND {
        bail!("the gateway at {url} has no keys: it serves whoever reaches it, or isn't run with --public");
    }
    ensure!(status.is_success(), "the gateway refused ({}): {}", status.as_u16(), ask::refusal(&body));
    serde_json::from_slice(&body).with_context(|| format!("the reply of {url} makes no sense"))
}
