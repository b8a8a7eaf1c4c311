//! What a validator shows beside its metrics: what each miner is worth, its newest receipts, the secrets of tempos that are
//! over, and pages of the subnet's own.

use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;

use super::draw::lock;
use super::Shared;
use crate::records::MOST_RECENT;
use crate::secret_page::{Commitment, SecretPage};
use crate::standings::Standings;
use crate::subnet::Subnet;
use crate::view::{View, Views};

/// What is asked of the receipts.
#[derive(Debug, Deserialize)]
struct Newest {
    /// How many at most; all that are at hand if nothing is said.
    limit: Option<usize>,
}

/// `GET /scores`, `GET /receipts?limit=<n>`, `GET /secrets/<epoch>` and `GET /pages/<name>`.
pub(super) fn router<S: Subnet>(shared: Arc<Shared<S>>, views: Views) -> Router {
    let (keeper, seen) = (Arc::clone(&shared), views.clone());
    let (owner, scribe) = (Arc::clone(&shared), Arc::clone(&shared));
    let scores = move || {
        let (shared, view) = (Arc::clone(&shared), newest(&views));
        async move {
            let view = view?;
            // The book may be waiting for the disk.
            tokio::task::spawn_blocking(move || {
                let settings = &shared.settings;
                let book = lock(&shared.records).book().clone();
                Json(Standings::of(&book, &view, settings.hotkey.public(), &settings.scoring))
            })
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    // A list of signed receipts, newest first. They tell nothing that could be used before the answers are scored.
    let receipts = move |Query(asked): Query<Newest>| {
        let shared = Arc::clone(&scribe);
        async move {
            let most = asked.limit.unwrap_or(MOST_RECENT);
            tokio::task::spawn_blocking(move || Json(lock(&shared.records).recent(most)))
                .await
                .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    let secrets = move |Path(epoch): Path<u32>| {
        let (shared, view) = (Arc::clone(&keeper), newest(&seen));
        async move { Ok::<_, StatusCode>(Json(revealed(&shared, view?.as_ref(), epoch))) }
    };
    let own = move |Path(name): Path<String>| {
        let shown = owner.subnet.page(&name);
        async move { shown.map(Json).ok_or(StatusCode::NOT_FOUND) }
    };
    let router = Router::new().route("/scores", get(scores)).route("/receipts", get(receipts));
    router.route("/secrets/{epoch}", get(secrets)).route("/pages/{name}", get(own))
}

fn newest(views: &Views) -> Result<Arc<View>, StatusCode> {
    views.borrow().clone().ok_or(StatusCode::SERVICE_UNAVAILABLE)
}

/// The hash of a tempo's secret at any time, the secret itself when nothing drawn from it can be asked any more.
fn revealed<S: Subnet>(shared: &Shared<S>, view: &View, epoch: u32) -> SecretPage {
    let (settings, netuid) = (&shared.settings, shared.settings.netuid.0);
    let secret = shared.secret.of_tempo(netuid, epoch);
    let over = is_over(epoch, view.block.number, view.subnet.tempo);
    let (genesis, hash) = (shared.genesis.clone(), hex::encode(secret.commitment()));
    let commitment = Commitment { genesis, netuid, validator: settings.hotkey.public(), epoch, hash };
    SecretPage::sign(commitment, over.then_some(&secret), &settings.hotkey)
}

/// Whether no question drawn in the tempo that ended at `epoch` can still be open.
fn is_over(epoch: u32, now: u32, tempo: u16) -> bool {
    epoch.saturating_add(u32::from(tempo).max(1)) <= now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_kept_for_a_tempo_after_its_own() {
        assert!(!is_over(100, 99, 20) && !is_over(100, 119, 20));
        assert!(is_over(100, 120, 20) && is_over(0, 120, 20));
        assert!(!is_over(u32::MAX, u32::MAX - 1, 20));
    }
}
